import type { Clock } from '../../src/gateway/domain/clock.ts'

/** A clock that moves only when a test says so. */
export interface FakeClock extends Clock {
  /** Moves on, stopping at each callback that comes due on the way; `settle` waits for what it set off. */
  advanceTo(instant: number, settle?: () => Promise<void>): Promise<void>
  /** Sets the clock: no time passes, and what has come due by it is called back. */
  jumpTo(instant: number, settle?: () => Promise<void>): Promise<void>
  /** Callbacks that are waiting. */
  waiting(): number
}

interface Entry {
  readonly at: number
  readonly kind: 'wall' | 'steady'
  readonly order: number
  readonly callback: () => void
}

/** Begins at an instant in epoch milliseconds, or an RFC 3339 text. */
export function createFakeClock(start: number | string): FakeClock {
  let wall = typeof start === 'number' ? start : Date.parse(start)
  let steady = 0
  let order = 0
  const entries = new Set<Entry>()
  const add = (kind: Entry['kind'], at: number, callback: () => void): Disposable => {
    const entry = { at, kind, order: order++, callback }
    entries.add(entry)
    return { [Symbol.dispose]: () => void entries.delete(entry) }
  }
  const left = (entry: Entry) => Math.max(0, entry.at - (entry.kind === 'wall' ? wall : steady))
  const first = (): Entry | undefined => {
    let best: Entry | undefined
    for (const entry of entries) {
      const earlier = best === undefined ? -1 : left(entry) - left(best) || entry.order - best.order
      if (earlier < 0) best = entry
    }
    return best
  }
  const callDue = async (upTo: number, settle: () => Promise<void>): Promise<void> => {
    for (let entry = first(); entry && wall + left(entry) <= upTo; entry = first()) {
      const passed = left(entry)
      wall += passed
      steady += passed
      entries.delete(entry)
      entry.callback()
      await settle()
    }
  }
  return {
    now: () => wall,
    callAt: (at, callback) => add('wall', at, callback),
    callAfter: (milliseconds, callback) => add('steady', steady + milliseconds, callback),
    advanceTo: async (instant, settle = turn) => {
      await callDue(instant, settle)
      steady += instant - wall
      wall = instant
      await settle()
    },
    jumpTo: async (instant, settle = turn) => {
      wall = instant
      await callDue(instant, settle)
    },
    waiting: () => entries.size,
  }
}

/** Lets everything run that waits for no file, socket or timer. */
export async function turn(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise(resolve => setImmediate(resolve))
}
