import { Counter, Gauge, type Metric, type Registry } from 'prom-client'
import type { FunctionRecord } from '../domain/function.ts'
import type { CallMeter } from '../domain/callMeter.ts'

/** The metrics of calls, a series for each function. */
export interface CallMetrics {
  readonly meter: CallMeter
  /** Those of the functions that were called, by id. */
  readonly series: ReadonlyMap<string, { readonly labels: FunctionLabels }>
  /** Drops the series of a function. */
  forget(functionId: string): void
}

/** What says whose series it is. */
export interface FunctionLabels {
  readonly function_id: string
  readonly function: string
}

/** The names of those labels. */
export const functionLabelNames = ['function_id', 'function'] as const

/** Seconds: from a warm call to the longest that most functions may take. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** Counts of one function. */
interface Series {
  readonly labels: FunctionLabels
  inFlight: number
  calls: number
  colds: number
  seconds: number
  /** How many calls took at most so long as a bucket and longer than the one before it; the last took longer than all. */
  readonly durations: number[]
  readonly errors: Map<string, number>
}

/** No calls counted yet. A call only adds to numbers of our own: the registry is told of them when somebody looks. */
export function createCallMetrics(registry: Registry): CallMetrics {
  const all = new Map<string, Series>()
  const seriesOf = ({ id, spec }: FunctionRecord): Series => {
    const known = all.get(id)
    if (known) return known
    const labels = { function_id: id, function: spec.name }
    const durations = Array.from({ length: buckets.length + 1 }, () => 0)
    const series = { labels, inFlight: 0, calls: 0, colds: 0, seconds: 0, durations, errors: new Map<string, number>() }
    all.set(id, series)
    return series
  }
  register(registry, all)
  return {
    series: all,
    forget: id => void all.delete(id),
    meter: {
      began: fn => {
        seriesOf(fn).inFlight += 1
      },
      ended: ({ id }, { outcome, code = 'HTTP_5XX', startedAt, completedAt = startedAt, coldStart }) => {
        const series = all.get(id)
        // One that was deleted meanwhile gets no series any more.
        if (!series) return
        // The clock may have been set back.
        const seconds = Math.max(0, completedAt - startedAt) / 1000
        const bucket = buckets.findIndex(longest => seconds <= longest)
        series.durations[bucket < 0 ? buckets.length : bucket]! += 1
        series.seconds += seconds
        series.inFlight -= 1
        series.calls += 1
        if (coldStart) series.colds += 1
        if (outcome === 'failed') series.errors.set(code, (series.errors.get(code) ?? 0) + 1)
      },
    },
  }
}

function register(registry: Registry, all: ReadonlyMap<string, Series>): void {
  const common = { labelNames: functionLabelNames, registers: [registry] }
  const count = (name: string, help: string, valueOf: (series: Series) => number) =>
    new Counter({
      ...common,
      name,
      help,
      collect() {
        this.reset()
        for (const series of all.values()) this.inc(series.labels, valueOf(series))
      },
    })
  count('hks_function_calls_total', 'Calls that ended', series => series.calls)
  count('hks_function_cold_starts_total', 'Calls that waited for a process to start', series => series.colds)
  new Counter({
    ...common,
    name: 'hks_function_errors_total',
    help: 'Calls that failed, by error code; HTTP_5XX where the function itself answered so',
    labelNames: [...functionLabelNames, 'code'],
    collect() {
      this.reset()
      for (const { labels, errors } of all.values())
        for (const [code, value] of errors) this.inc({ ...labels, code }, value)
    },
  })
  new Gauge({
    ...common,
    name: 'hks_function_in_flight',
    help: 'Calls under way',
    collect() {
      this.reset()
      for (const { labels, inFlight } of all.values()) this.set(labels, inFlight)
    },
  })
  const name = 'hks_function_duration_seconds'
  const help = 'Time from a call to the end of its answer'
  // A histogram of the library takes one observation at a time.
  const durations = {
    name,
    get: async () => ({ name, help, type: 'histogram', values: durationsOf(name, all.values()) }),
  }
  registry.registerMetric(durations as unknown as Metric<string>)
}

function durationsOf(name: string, all: Iterable<Series>) {
  return [...all].flatMap(({ labels, durations, calls, seconds }) => {
    let upTo = 0
    const counts = [...buckets, '+Inf'].map((le, at) => ({
      metricName: `${name}_bucket`,
      labels: { le, ...labels },
      value: (upTo += durations[at]!),
    }))
    return [
      ...counts,
      { metricName: `${name}_sum`, labels, value: seconds },
      { metricName: `${name}_count`, labels, value: calls },
    ]
  })
}
