import { type CallFigures, createCallFigures, type DayFigures, firstHour, hourMs } from './callFigures.ts'
import type { Clock } from './clock.ts'
import type { InvocationRecord } from './function.ts'
import type { InvocationStore } from './invocationStore.ts'
import type { ProviderSet } from './providerSet.ts'

/** How a function was called lately: what a row of a list shows. */
export interface CallSummary {
  readonly functionId: string
  readonly day: DayFigures
  /** The last five, newest first. */
  readonly latest: readonly InvocationRecord[]
}

/** Keeps the summaries of all functions in memory, so that a list costs nothing. Dispose to stop. */
export interface CallSummaries extends Disposable {
  /** A call was saved. */
  note(call: InvocationRecord): void
  /** Of every function that was ever called. */
  all(): Promise<readonly CallSummary[]>
  /** Hands on what has changed, of a function at most twice a second. A listener must not throw. */
  subscribe(listener: (summary: CallSummary) => void): Disposable
}

/** What {@link createCallSummaries} needs. */
export interface CallSummariesOptions {
  readonly providers: ProviderSet
  readonly invocations: Pick<InvocationStore, 'list' | 'counts'>
  readonly clock: Clock
  /** Receives failures that nobody waits for. */
  readonly report: (error: unknown) => void
}

/** Calls that a summary names. */
const latestKept = 5
/** A first call is told soon, those that follow together. */
const settleMs = 50
const betweenMs = 500
/** Functions that are read before others have a turn. */
const readAtOnce = 20

interface Known {
  readonly figures: CallFigures
  latest: readonly InvocationRecord[]
}

/** Nothing is read before it is asked for. */
export function createCallSummaries({ providers, invocations, clock, report }: CallSummariesOptions): CallSummaries {
  const known = new Map<string, Promise<Known>>()
  const settled = new Map<string, Known>()
  const changed = new Set<string>()
  /** Functions that were called while they were read. */
  const missed = new Set<string>()
  const listeners = new Set<(summary: CallSummary) => void>()
  const stack = new DisposableStack()
  let timer: Disposable | undefined
  let hourly: Disposable | undefined
  let toldAt = Number.NEGATIVE_INFINITY

  const read = async (functionId: string): Promise<Known> => {
    missed.delete(functionId)
    const latest = await invocations.list(functionId, { limit: latestKept })
    const figures = createCallFigures()
    const first = firstHour(clock.now())
    if ((latest[0]?.startedAt ?? 0) >= first * hourMs) {
      for (const count of await invocations.counts(functionId, first * hourMs)) figures.add(count)
    }
    // Some of it may have been read before that call was there.
    if (missed.has(functionId)) return read(functionId)
    const found = { figures, latest }
    settled.set(functionId, found)
    return found
  }
  const knownOf = (functionId: string): Promise<Known> => {
    const reading = known.get(functionId) ?? read(functionId)
    known.set(functionId, reading)
    // One that could not be read is read again.
    reading.catch(() => known.delete(functionId))
    return reading
  }
  const summaryOf = (functionId: string, { figures, latest }: Known): CallSummary => ({
    functionId,
    day: figures.day(clock.now()),
    latest,
  })
  const tell = async (): Promise<void> => {
    timer = undefined
    toldAt = clock.now()
    const ids = [...changed]
    changed.clear()
    for (const id of ids) {
      try {
        const found = await knownOf(id)
        // It was deleted while its last call ended.
        if (found.latest.length === 0) forget(id)
        else for (const listener of [...listeners]) listener(summaryOf(id, found))
      } catch (error) {
        report(error)
      }
    }
  }
  const tellSoon = (): void => {
    if (listeners.size === 0) return
    // The clock may have been set back.
    const since = Math.abs(clock.now() - toldAt)
    timer ??= clock.callAfter(Math.max(settleMs, betweenMs - since), () => void tell())
  }
  /** Calls grow old also where none is made. */
  const eachHour = (): void => {
    hourly = clock.callAfter(hourMs, () => {
      for (const id of settled.keys()) changed.add(id)
      if (changed.size > 0) tellSoon()
      eachHour()
    })
  }
  const forget = (functionId: string): void => {
    known.delete(functionId)
    settled.delete(functionId)
    changed.delete(functionId)
  }

  stack.use(
    providers.changes.subscribe(change => {
      if (change.kind === 'deleted' && change.what === 'function') forget(change.id)
    }),
  )
  stack.defer(() => {
    timer?.[Symbol.dispose]()
    hourly?.[Symbol.dispose]()
    listeners.clear()
  })
  eachHour()

  return {
    note: call => {
      const found = settled.get(call.functionId)
      if (found) take(found, call)
      else if (known.has(call.functionId)) missed.add(call.functionId)
      changed.add(call.functionId)
      tellSoon()
    },
    all: async () => {
      const functions = await Promise.all(
        providers.all().map(async provider => (await provider.functions?.list()) ?? []),
      )
      const summaries: CallSummary[] = []
      let read = 0
      for (const { id } of functions.flat()) {
        if (!settled.has(id) && ++read % readAtOnce === 0) await nextTurn(clock)
        const found = await knownOf(id)
        if (found.latest.length > 0) summaries.push(summaryOf(id, found))
      }
      return summaries
    },
    subscribe: listener => {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    [Symbol.dispose]: () => stack.dispose(),
  }
}

function take(known: Known, call: InvocationRecord): void {
  const others = known.latest.filter(other => other.id !== call.id)
  // One that took long may end behind others that began later.
  const at = others.findIndex(other => other.startedAt <= call.startedAt)
  known.latest = others.toSpliced(at < 0 ? others.length : at, 0, call).slice(0, latestKept)
  if (call.outcome === 'running') return
  const { startedAt, completedAt = startedAt } = call
  known.figures.add({
    hour: Math.floor(startedAt / hourMs),
    milliseconds: completedAt - startedAt,
    calls: 1,
    failed: call.outcome === 'failed' ? 1 : 0,
  })
}

const nextTurn = (clock: Clock): Promise<void> =>
  new Promise(resolve => {
    clock.callAfter(0, resolve)
  })
