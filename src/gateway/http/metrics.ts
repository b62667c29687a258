import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { FunctionRecord } from '../domain/function.ts'
import type { CallMeter, FunctionLoad } from '../domain/ports.ts'
import type { ProviderSet } from '../domain/providerSet.ts'

/** The metrics of the process and of functions. */
export interface Metrics {
  /** In Prometheus' text format. */
  text(): Promise<string>
  readonly calls: CallMeter
  /** Shows what the providers hold, and drops the series of functions that they delete. Dispose to stop. */
  watch(providers: ProviderSet): Disposable
}

/** Seconds: from a warm call to the longest that most functions may take. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const labelNames = ['function_id', 'function'] as const

/** Series of one function. */
interface Series {
  readonly labels: { readonly function_id: string; readonly function: string }
  readonly codes: Set<string>
}

/** No calls counted yet. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, prefix: 'hks_gateway_' })
  const calls = new Counter({ name: 'hks_function_calls_total', help: 'Calls that ended', labelNames, registers })
  const errors = new Counter({
    name: 'hks_function_errors_total',
    help: 'Calls that failed, by error code; HTTP_5XX where the function itself answered so',
    labelNames: [...labelNames, 'code'],
    registers,
  })
  const durations = new Histogram({
    name: 'hks_function_duration_seconds',
    help: 'Time from a call to the end of its answer',
    labelNames,
    buckets,
    registers,
  })
  const colds = new Counter({
    name: 'hks_function_cold_starts_total',
    help: 'Calls that waited for a process to start',
    labelNames,
    registers,
  })
  const inFlight = new Gauge({ name: 'hks_function_in_flight', help: 'Calls under way', labelNames, registers })
  const functions = new Map<string, Series>()

  const seriesOf = ({ id, spec }: FunctionRecord): Series => {
    const known = functions.get(id)
    if (known) return known
    const series = { labels: { function_id: id, function: spec.name }, codes: new Set<string>() }
    functions.set(id, series)
    return series
  }
  const forget = (id: string) => {
    const series = functions.get(id)
    if (!series) return
    functions.delete(id)
    for (const metric of [calls, durations, colds, inFlight]) metric.remove(series.labels)
    for (const code of series.codes) errors.remove({ ...series.labels, code })
  }
  return {
    text: () => registry.metrics(),
    calls: {
      began: fn => inFlight.inc(seriesOf(fn).labels),
      ended: ({ id }, { outcome, code = 'HTTP_5XX', startedAt, completedAt = startedAt, coldStart }) => {
        const series = functions.get(id)
        // One that was deleted meanwhile gets no series any more.
        if (!series) return
        const { labels, codes } = series
        inFlight.dec(labels)
        calls.inc(labels)
        // The clock may have been set back.
        durations.observe(labels, Math.max(0, completedAt - startedAt) / 1000)
        if (coldStart) colds.inc(labels)
        if (outcome !== 'failed') return
        codes.add(code)
        errors.inc({ ...labels, code })
      },
    },
    watch: providers => {
      showLoad(providers, functions, registers)
      return providers.changes.subscribe(change => {
        if (change.kind === 'deleted' && change.what === 'function') forget(change.id)
      })
    },
  }
}

/** Gauges that are read when somebody looks. */
function showLoad(
  providers: ProviderSet,
  functions: ReadonlyMap<string, Series>,
  registers: readonly Registry[],
): void {
  const loads = (): readonly (FunctionLoad & { readonly connection: string })[] =>
    providers.all().flatMap(({ connection, functions: role }) => (role?.load ? [{ connection, ...role.load() }] : []))
  new Gauge({
    name: 'hks_pool_ready_processes',
    help: 'Processes that wait, ready, for first calls',
    labelNames: ['connection', 'runtime'],
    registers: [...registers],
    collect() {
      this.reset()
      for (const { connection, ready } of loads()) {
        for (const [runtime, count] of ready) this.set({ connection, runtime }, count)
      }
    },
  })
  const perFunction = (name: string, help: string, key: 'processes' | 'queued') =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [...registers],
      collect() {
        this.reset()
        const now = loads()
        for (const [id, { labels }] of functions) {
          this.set(labels, now.find(load => load.functions.has(id))?.functions.get(id)?.[key] ?? 0)
        }
      },
    })
  perFunction('hks_function_processes', 'Processes that take calls', 'processes')
  perFunction('hks_function_queued_calls', 'Calls that wait for a process', 'queued')
}
