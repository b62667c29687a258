/** One line of the table; every figure carries its unit. */
export interface BenchRow {
  readonly name: string
  readonly ours: string
  /** The same by the named peer, measured in the same run. */
  readonly peer?: string
  readonly aim?: string
  readonly ok?: boolean
}

/** The value below which the share `p` (0 to 1) of the values lies. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN
}

/** Milliseconds with a sensible number of digits. */
export const ms = (milliseconds: number): string =>
  `${milliseconds < 10 ? milliseconds.toFixed(2) : milliseconds < 100 ? milliseconds.toFixed(1) : milliseconds.toFixed(0)} ms`

/** Median and 95th percentile of milliseconds. */
export const medianAndP95 = (values: readonly number[]): string =>
  `${ms(quantile(values, 0.5))} (p95 ${ms(quantile(values, 0.95))})`

/** The milliseconds that some work takes. */
export async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
