import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { CallMeter } from '../domain/callMeter.ts'
import type { FunctionLoad } from '../domain/ports.ts'
import type { ProviderSet } from '../domain/providerSet.ts'
import { type CallMetrics, createCallMetrics, functionLabelNames } from './callMetrics.ts'

/** The metrics of the process and of functions. */
export interface Metrics {
  /** In Prometheus' text format. */
  text(): Promise<string>
  readonly calls: CallMeter
  /** Shows what the providers hold, and drops the series of functions that they delete. Dispose to stop. */
  watch(providers: ProviderSet): Disposable
}

/** No calls counted yet. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'hks_gateway_' })
  const calls = createCallMetrics(registry)
  return {
    text: () => registry.metrics(),
    calls: calls.meter,
    watch: providers => {
      showLoad(providers, calls.series, [registry])
      return providers.changes.subscribe(change => {
        if (change.kind === 'deleted' && change.what === 'function') calls.forget(change.id)
      })
    },
  }
}

/** Gauges that are read when somebody looks. */
function showLoad(providers: ProviderSet, functions: CallMetrics['series'], registers: readonly Registry[]): void {
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
      labelNames: functionLabelNames,
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
