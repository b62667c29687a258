import { type Command, Option } from 'commander'
import { defined } from '../../../base/defined.ts'
import { type ConcurrencyPolicy, concurrencyPolicies, type CronJobCreate } from '../../../contract/cronJobs.ts'
import { invalidField } from '../../../contract/errors.ts'
import { lintSchedule } from '../../../schedule/index.ts'
import type { Context, Run } from '../../context.ts'
import { examples } from '../../help.ts'
import { assignment, wholeNumber } from '../../optionValues.ts'
import { facts } from '../../output/table.ts'
import { relative } from '../../output/time.ts'
import { openProject } from '../../project.ts'
import { functionNamed } from '../../resources.ts'

interface Options {
  readonly schedule: string
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
  readonly suspend?: boolean
  readonly image?: string
  readonly function?: string
  readonly payload?: string
}

/** `cronjob create` */
export function addCreate(cronJob: Command, run: Run): void {
  cronJob
    .command('create <name> [command...]')
    .description("create a CronJob; its command follows -- and runs in the project's folder")
    .requiredOption('-s, --schedule <expression>', 'when it runs, such as "0 2 * * *"')
    .option('-z, --time-zone <zone>', "IANA time zone (default: this machine's)")
    .option('-e, --env <NAME=VALUE>', 'environment variable; repeatable', assignment)
    .option('--secret <NAME=SECRET/KEY>', 'variable with the value of a secret; repeatable', assignment)
    .addOption(
      new Option('--concurrency-policy <policy>', 'when a run is due while another runs').choices(concurrencyPolicies),
    )
    .option('--starting-deadline <seconds>', 'skip a run that cannot start within it', wholeNumber(0))
    .option('--active-deadline <seconds>', 'end a run that takes longer', wholeNumber(1))
    .option('--retries <n>', 'how often a failed run is tried again (default: 6)', wholeNumber(0))
    .option('--grace <seconds>', 'time to end when a run is stopped (default: 30)', wholeNumber(0))
    .option('--keep-succeeded <n>', 'how many good runs keep their files (default: 3)', wholeNumber(0))
    .option('--keep-failed <n>', 'how many failed runs keep their files (default: 1)', wholeNumber(0))
    .option('--suspend', 'do not run it yet')
    .option('--image <image>', 'what the command runs in, in a cluster; ignored on this machine')
    .option('--function <function>', 'call this function instead of a command')
    .option('--payload <json>', 'event of that call')
    .addHelpText(
      'after',
      examples(
        'hks-func cronjob create nightly -s "0 2 * * *" -z Europe/Berlin -- ./backup.sh --full',
        `hks-func cronjob create sync -s "@every 90s" --retries 0 -e URL=https://example.com -- sh -c 'curl -fsS "$URL"'`,
        'hks-func cronjob create clean -s "@daily" --image busybox --project kind-dev/default -- rm -rf /cache/old',
        `hks-func cronjob create greet-ada -s "@hourly" --function greet --payload '{"name": "Ada"}'`,
      ),
    )
    .action((name: string, words: string[], options: Options, command: Command) =>
      run(command, context => create(context, name, words, options)),
    )
}

async function create(context: Context, name: string, words: string[], options: Options): Promise<void> {
  const timeZone = options.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  const payload = options.payload === undefined ? undefined : parseJson('--payload', options.payload)
  const project = await openProject(context)
  const called = options.function === undefined ? undefined : await functionNamed(context, options.function)
  const body: CronJobCreate = {
    projectId: project.id,
    name,
    schedule: options.schedule,
    timeZone,
    ...settingsOf(options),
    ...defined({ command: words.length === 0 ? undefined : words, functionId: called?.id }),
    ...(payload === undefined ? {} : { payload }),
  }
  const client = await context.client()
  const created = await client.call('createCronJob', { body, signal: context.signal })
  for (const { severity, message } of lintSchedule(created.schedule, { from: context.now(), timeZone })) {
    context.out.say(`${severity}: ${message}`)
  }
  context.out.result(created, () =>
    facts([
      ['CronJob', created.name],
      ['Schedule', `${created.schedule} ${timeZone}`],
      ['Next run', created.suspend ? 'suspended' : relative(created.nextExecutionAt, context.now())],
    ]),
  )
}

const settingsOf = (options: Options) =>
  defined({
    environment: options.env,
    secrets: options.secret && Object.entries(options.secret).map(([variable, from]) => ({ name: variable, from })),
    concurrencyPolicy: options.concurrencyPolicy,
    startingDeadlineSeconds: options.startingDeadline,
    activeDeadlineSeconds: options.activeDeadline,
    backoffLimit: options.retries,
    terminationGracePeriodSeconds: options.grace,
    successfulJobsHistoryLimit: options.keepSucceeded,
    failedJobsHistoryLimit: options.keepFailed,
    suspend: options.suspend,
    image: options.image,
  })

function parseJson(option: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw invalidField(option, text, `is not JSON: ${(cause as Error).message}`)
  }
}
