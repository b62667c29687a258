import type { WatchChange } from '../../../contract/watch.ts'

/** A change before it has its place in the sequence. */
export interface UnnumberedChange {
  readonly message: WatchChange extends infer C ? (C extends WatchChange ? Omit<C, 'cursor'> : never) : never
  /** Whose viewers see it; only viewers of everything when that is not known. */
  readonly projectId: string | undefined
  /** Of changes with one key only the latest is kept: it says all that the others said. */
  readonly replaces?: string
}

/** A change in its place, with its cursor. */
export interface NumberedChange {
  readonly seq: number
  readonly projectId: string | undefined
  readonly message: WatchChange
}

/** A place where the sequence breaks: what happened there can only be seen in a new snapshot. */
export interface Break {
  readonly seq: number
  readonly message?: never
}

/** All changes as one numbered sequence, the latest of which are kept for clients that come back. Dispose to be quiet. */
export interface ChangeLog extends Disposable {
  /** The place of the latest change. */
  position(): { readonly seq: number; readonly cursor: string }
  append(change: UnnumberedChange): void
  /** Breaks the sequence: no earlier cursor can be resumed from. */
  cut(): void
  /** What happened after the cursor and where that is; `undefined` when it is not known, or no longer. */
  resume(cursor: string): { readonly seq: number; readonly missed: readonly NumberedChange[] } | undefined
  /** Hands on what comes from now on. A listener must not throw. Dispose to stop. */
  subscribe(listener: (entry: NumberedChange | Break) => void): Disposable
}

/** Changes kept: a minute of a very busy gateway. */
const defaultKept = 10_000

/** An empty log; `bootId` makes the cursors of an earlier gateway unknown. */
export function createChangeLog(bootId: string, kept = defaultKept): ChangeLog {
  // A plain array is enough: to drop the first of ten thousand takes a fifth of a microsecond.
  const history: NumberedChange[] = []
  const listeners = new Set<(entry: NumberedChange | Break) => void>()
  const latest = new Map<string, NumberedChange>()
  /** The last place that can not be told any more. */
  let lost = 0
  let seq = 0

  const cursorOf = (place: number) => `${bootId}:${place}`
  const tell = (entry: NumberedChange | Break) => {
    for (const listener of [...listeners]) listener(entry)
  }
  return {
    position: () => ({ seq, cursor: cursorOf(seq) }),
    append: ({ message, projectId, replaces }) => {
      seq += 1
      const numbered: NumberedChange = { seq, projectId, message: { ...message, cursor: cursorOf(seq) } }
      if (replaces !== undefined) {
        const former = history.indexOf(latest.get(replaces)!)
        if (former >= 0) history.splice(former, 1)
        latest.set(replaces, numbered)
      }
      history.push(numbered)
      if (history.length > kept) lost = history.shift()!.seq
      tell(numbered)
    },
    cut: () => {
      history.length = 0
      seq += 1
      lost = seq
      tell({ seq })
    },
    resume: cursor => {
      const place = placeOf(cursor, bootId)
      if (place === undefined || place > seq || place < lost) return undefined
      return { seq: place, missed: history.filter(change => change.seq > place) }
    },
    subscribe: listener => {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    [Symbol.dispose]: () => listeners.clear(),
  }
}

function placeOf(cursor: string, bootId: string): number | undefined {
  if (!cursor.startsWith(`${bootId}:`)) return undefined
  const digits = cursor.slice(bootId.length + 1)
  return /^\d+$/.test(digits) ? Number(digits) : undefined
}
