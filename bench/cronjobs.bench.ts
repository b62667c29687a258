import { thousandCronJobs } from './cronjobs/thousandCronJobs.ts'
import { tickPrecision } from './cronjobs/tickPrecision.ts'
import type { BenchRow } from './row.ts'

/** Measures how punctual local CronJobs are and what a thousand of them cost. */
export async function run(): Promise<BenchRow[]> {
  return [...(await tickPrecision()), ...(await thousandCronJobs())]
}
