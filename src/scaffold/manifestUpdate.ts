import { isDeepStrictEqual } from 'node:util'
import type { CronJob, CronJobCreate, CronJobUpdate } from '../contract/cronJobs.ts'

/** What a manifest means by a field that it leaves out (batch/v1, and the contract's own fields). */
export const manifestDefaults = {
  timeZone: null,
  command: [],
  args: [],
  environment: {},
  secrets: [],
  concurrencyPolicy: 'Allow',
  startingDeadlineSeconds: null,
  activeDeadlineSeconds: null,
  backoffLimit: 6,
  successfulJobsHistoryLimit: 3,
  failedJobsHistoryLimit: 1,
  terminationGracePeriodSeconds: 30,
  image: null,
  functionId: null,
} as const

/**
 * The change that makes a CronJob as its manifest says; nothing when it is so already. What the manifest leaves out
 * gets its default, except `suspend`: whoever suspended a job by hand wants it to stay so.
 */
export function manifestUpdate(create: Omit<CronJobCreate, 'projectId'>, present: CronJob): CronJobUpdate | undefined {
  const { name: _name, templateAppId: _template, ...fields } = create
  const wanted: Record<string, unknown> = { ...manifestDefaults, ...fields }
  const known: Readonly<Record<string, unknown>> = present
  const missing: Readonly<Record<string, unknown>> = manifestDefaults
  // An answer leaves out what has no value, and the command of a CronJob that calls a function.
  const differs = Object.entries(wanted).some(
    ([field, value]) => !isDeepStrictEqual(known[field] ?? missing[field] ?? null, value),
  )
  return differs ? wanted : undefined
}
