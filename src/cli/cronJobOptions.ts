import { type Command, Option } from 'commander'
import { defined } from '../base/defined.ts'
import { type ConcurrencyPolicy, concurrencyPolicies } from '../contract/cronJobs.ts'
import { invalidField } from '../contract/errors.ts'
import { assignment, wholeNumber, wholeNumberOrNone } from './optionValues.ts'

/** The options of a CronJob's fields that `cronjob create` and `cronjob update` share. */
export interface CronJobOptions {
  readonly timeZone?: string
  readonly env?: Readonly<Record<string, string>>
  readonly secret?: Readonly<Record<string, string>>
  readonly concurrencyPolicy?: ConcurrencyPolicy
  readonly startingDeadline?: number
  readonly activeDeadline?: number
  readonly retries?: number
  readonly grace?: number
  readonly keepSucceeded?: number
  readonly keepFailed?: number
  readonly image?: string
  readonly function?: string
  readonly payload?: string
}

/** Adds them; a default is said only where there is one. */
export function addCronJobOptions(command: Command, { isNew }: { readonly isNew: boolean }): Command {
  const deadline = (minimum: number) => (isNew ? wholeNumber(minimum) : wholeNumberOrNone(minimum))
  const orNone = isNew ? '' : '; "none" takes it away'
  const byDefault = (value: string): string => (isNew ? ` (default: ${value})` : '')
  return command
    .option('-z, --time-zone <zone>', `IANA time zone${byDefault("this machine's")}`)
    .option('-e, --env <NAME=VALUE>', 'environment variable; repeatable', assignment)
    .option('--secret <NAME=SECRET/KEY>', 'variable with the value of a secret; repeatable', assignment)
    .addOption(
      new Option('--concurrency-policy <policy>', 'when a run is due while another runs').choices(concurrencyPolicies),
    )
    .option('--starting-deadline <seconds>', `skip a run that cannot start within it${orNone}`, deadline(0))
    .option('--active-deadline <seconds>', `end a run that takes longer${orNone}`, deadline(1))
    .option('--retries <n>', `how often a failed run is tried again${byDefault('6')}`, wholeNumber(0))
    .option('--grace <seconds>', `time to end when a run is stopped${byDefault('30')}`, wholeNumber(0))
    .option('--keep-succeeded <n>', `how many good runs keep their files${byDefault('3')}`, wholeNumber(0))
    .option('--keep-failed <n>', `how many failed runs keep their files${byDefault('1')}`, wholeNumber(0))
    .option('--image <image>', 'what the command runs in, in a cluster; ignored on this machine')
    .option('--function <function>', 'call this function instead of a command')
    .option('--payload <json>', 'event of that call')
}

/**
 * Their fields of a body, all but `timeZone`, `environment`, `secrets` and `functionId`.
 * @throws HksError INVALID_REQUEST for a payload that is not JSON
 */
export const fieldsOf = (options: CronJobOptions) =>
  defined({
    concurrencyPolicy: options.concurrencyPolicy,
    startingDeadlineSeconds: options.startingDeadline,
    activeDeadlineSeconds: options.activeDeadline,
    backoffLimit: options.retries,
    terminationGracePeriodSeconds: options.grace,
    successfulJobsHistoryLimit: options.keepSucceeded,
    failedJobsHistoryLimit: options.keepFailed,
    image: options.image,
    payload: options.payload === undefined ? undefined : parseJson('--payload', options.payload),
  })

/** `NAME=SECRET/KEY` pairs as references. */
export const secretsOf = (pairs: Readonly<Record<string, string>>) =>
  Object.entries(pairs).map(([name, from]) => ({ name, from }))

/** A value that is JSON. @throws HksError naming the option */
function parseJson(option: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw invalidField(option, text, `is not JSON: ${(cause as Error).message}`)
  }
}
