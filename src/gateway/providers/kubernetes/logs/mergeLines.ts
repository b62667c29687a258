import type { Clock } from '../../../domain/clock.ts'
import type { TimedLine } from './timedLines.ts'

/** Puts the lines of several containers into the order of their times. */
export interface LineMerge<S> extends Disposable {
  /** Lines of a source will come; others wait for them a moment. */
  open(source: S): void
  /** Resolves when the source may go on: memory holds a bounded number of lines of each. */
  push(source: S, lines: readonly TimedLine[]): Promise<void>
  /** No line of it will come any more. */
  close(source: S): void
}

/** How long a line waits for an earlier one of another container, milliseconds. */
const windowMs = 300
/** Lines of one source that wait, before it has to. */
const mostWaiting = 2000

interface Waiting {
  readonly line: TimedLine
  /** When it may wait no longer. */
  readonly until: number
}

interface Source {
  readonly lines: Waiting[]
  /** How many of them have gone. */
  gone: number
  isOpen: boolean
  resume: (() => void) | undefined
}

/** Hands lines to `emit` in batches. */
export function createLineMerge<S>(
  clock: Clock,
  emit: (lines: readonly (readonly [S, TimedLine])[]) => void,
): LineMerge<S> {
  const sources = new Map<S, Source>()
  let timer: Disposable | undefined

  const drain = (): void => {
    timer?.[Symbol.dispose]()
    timer = undefined
    const batch: (readonly [S, TimedLine])[] = []
    for (;;) {
      const head = firstHead(sources)
      if (!head) break
      const wait = head.isWaitedFor ? head.waiting.until - clock.now() : 0
      if (wait > 0) {
        timer = clock.callAfter(wait, drain)
        break
      }
      head.entry.gone += 1
      batch.push([head.source, head.waiting.line])
    }
    for (const [key, entry] of sources) {
      if (entry.gone > 0) entry.lines.splice(0, entry.gone)
      entry.gone = 0
      if (entry.lines.length < mostWaiting) {
        entry.resume?.()
        entry.resume = undefined
      }
      if (!entry.isOpen && entry.lines.length === 0) sources.delete(key)
    }
    if (batch.length > 0) emit(batch)
  }
  const entryOf = (source: S): Source => {
    const entry = sources.get(source) ?? { lines: [], gone: 0, isOpen: true, resume: undefined }
    sources.set(source, entry)
    return entry
  }
  return {
    open: source => void entryOf(source),
    push: async (source, lines) => {
      const entry = entryOf(source)
      const until = clock.now() + windowMs
      for (const line of lines) entry.lines.push({ line, until })
      drain()
      if (entry.lines.length >= mostWaiting) await new Promise<void>(resolve => (entry.resume = resolve))
    },
    close: source => {
      const entry = sources.get(source)
      if (!entry) return
      entry.isOpen = false
      drain()
    },
    [Symbol.dispose]: () => {
      timer?.[Symbol.dispose]()
      for (const entry of sources.values()) entry.resume?.()
    },
  }
}

/** The earliest of the lines that are next, and whether a source may still have an earlier one. */
function firstHead<S>(sources: ReadonlyMap<S, Source>) {
  let best: { readonly source: S; readonly entry: Source; readonly waiting: Waiting } | undefined
  let isWaitedFor = false
  for (const [source, entry] of sources) {
    const waiting = entry.lines[entry.gone]
    if (!waiting) isWaitedFor ||= entry.isOpen
    else if (!best || (waiting.line.time ?? 0) < (best.waiting.line.time ?? 0)) best = { source, entry, waiting }
  }
  return best && { ...best, isWaitedFor }
}
