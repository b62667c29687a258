/** Calls that took equally long: how many, and how many of them failed. */
export interface CallCount {
  /** Hours since 1970. */
  readonly hour: number
  readonly milliseconds: number
  readonly calls: number
  readonly failed: number
}

/** How a function was called lately. */
export interface DayFigures {
  readonly calls: number
  readonly failed: number
  /** 95 of 100 calls took at most this long; absent without calls. Within 5 % above 100 ms, else exact. */
  readonly p95Ms?: number
}

/** Counts calls by the hour, so that what is older than a day can be left out. */
export interface CallFigures {
  add(count: CallCount): void
  /** The last 24 hours, to the hour. */
  day(now: number): DayFigures
}

/** Milliseconds of an hour. */
export const hourMs = 3600 * 1000
const hoursKept = 24

/** The first hour that still counts. */
export const firstHour = (now: number): number => Math.floor(now / hourMs) - hoursKept

interface Hour {
  calls: number
  failed: number
  readonly durations: Map<number, number>
}

/** Nothing counted yet. */
export function createCallFigures(): CallFigures {
  const hours = new Map<number, Hour>()
  return {
    add: ({ hour, milliseconds, calls, failed }) => {
      const slot = hours.get(hour) ?? { calls: 0, failed: 0, durations: new Map<number, number>() }
      hours.set(hour, slot)
      slot.calls += calls
      slot.failed += failed
      const step = stepOf(milliseconds)
      slot.durations.set(step, (slot.durations.get(step) ?? 0) + calls)
    },
    day: now => {
      const first = firstHour(now)
      for (const hour of [...hours.keys()]) if (hour < first) hours.delete(hour)
      const slots = [...hours.values()]
      const calls = sum(slots.map(slot => slot.calls))
      const failed = sum(slots.map(slot => slot.failed))
      return calls === 0 ? { calls, failed } : { calls, failed, p95Ms: percentile95(slots, calls) }
    },
  }
}

/** Each millisecond up to 100 is a step of its own, then each 5 % more. */
const finest = 100
const growth = Math.log(1.05)
const stepOf = (milliseconds: number): number => {
  const ms = Math.max(0, milliseconds)
  return ms <= finest ? ms : finest + Math.ceil(Math.log(ms / finest) / growth)
}
const longestOf = (step: number): number =>
  step <= finest ? step : Math.round(finest * Math.exp((step - finest) * growth))

function percentile95(slots: readonly Hour[], calls: number): number {
  const steps = new Map<number, number>()
  for (const { durations } of slots)
    for (const [step, count] of durations) steps.set(step, (steps.get(step) ?? 0) + count)
  let left = Math.ceil(calls * 0.95)
  let reached = 0
  for (const step of [...steps.keys()].sort((a, b) => a - b)) {
    reached = step
    left -= steps.get(step)!
    if (left <= 0) break
  }
  return longestOf(reached)
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
