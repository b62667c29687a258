import { type Command, Option } from 'commander'
import { type ConcurrencyPolicy, concurrencyPolicies } from '../../../contract/cronJobs.ts'
import { invalidField } from '../../../contract/errors.ts'
import { lintSchedule } from '../../../schedule/index.ts'
import { type Context, currentProject } from '../../context.ts'
import { facts } from '../../output/output.ts'
import { relative } from '../../output/time.ts'
import { assignment, type Run, wholeNumber } from '../../program.ts'

interface Options {
  readonly schedule: string
  readonly timeZone?: string
  readonly env?: Readonly<Record<string, string>>
  readonly secret?: Readonly<Record<string, string>>
  readonly concurrencyPolicy?: ConcurrencyPolicy
  readonly startingDeadline?: number
  readonly activeDeadline?: number
  readonly retries?: number
  readonly suspend?: boolean
  readonly function?: string
  readonly payload?: string
}

/** `cronjob create` */
export function addCreate(cronJob: Command, run: Run): void {
  cronJob
    .command('create <name> [command...]')
    .description('create a CronJob; the command follows --')
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
    .option('--suspend', 'do not run it yet')
    .option('--function <id>', 'call this function instead of a command')
    .option('--payload <json>', 'event of that call')
    .addHelpText(
      'after',
      `
Examples:
  $ hks-func cronjob create nightly --schedule "0 2 * * *" --time-zone Europe/Berlin -- ./backup.sh --full
  $ hks-func cronjob create sync -s "@every 90s" --retries 0 -- sh -c 'curl -fsS "$URL"' -e URL=https://example.com`,
    )
    .action((name: string, words: string[], options: Options, command: Command) =>
      run(command, context => create(context, name, words, options)),
    )
}

async function create(context: Context, name: string, words: string[], options: Options): Promise<void> {
  const project = await currentProject(context)
  const timeZone = options.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  const created = await (await context.client()).call('createCronJob', {
    body: {
      projectId: project.id,
      name,
      schedule: options.schedule,
      timeZone,
      ...(words.length > 0 ? { command: words } : {}),
      ...(options.function === undefined ? {} : { functionId: options.function }),
      ...(options.payload === undefined ? {} : { payload: json('--payload', options.payload) }),
      ...(options.env ? { environment: options.env } : {}),
      ...(options.secret
        ? { secrets: Object.entries(options.secret).map(([variable, from]) => ({ name: variable, from })) }
        : {}),
      ...(options.concurrencyPolicy ? { concurrencyPolicy: options.concurrencyPolicy } : {}),
      ...(options.startingDeadline === undefined ? {} : { startingDeadlineSeconds: options.startingDeadline }),
      ...(options.activeDeadline === undefined ? {} : { activeDeadlineSeconds: options.activeDeadline }),
      ...(options.retries === undefined ? {} : { backoffLimit: options.retries }),
      ...(options.suspend ? { suspend: true } : {}),
    },
    signal: context.signal,
  })
  for (const warning of lintSchedule(created.schedule, { from: context.now(), timeZone })) {
    context.out.say(`${warning.severity}: ${warning.message}`)
  }
  context.out.result(created, () =>
    facts([
      ['CronJob', created.name],
      ['Schedule', `${created.schedule} ${timeZone}`],
      ['Next run', relative(created.nextExecutionAt, context.now())],
    ]),
  )
}

function json(option: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw invalidField(option, text, `is not JSON: ${(cause as Error).message}`)
  }
}
