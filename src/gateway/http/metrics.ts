import { collectDefaultMetrics, Registry } from 'prom-client'

/** Answers the process's metrics in Prometheus' text format. */
export function createMetrics(): () => Promise<string> {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'hks_gateway_' })
  return () => registry.metrics()
}
