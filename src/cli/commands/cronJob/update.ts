import type { Command } from 'commander'
import { defined } from '../../../base/defined.ts'
import type { CronJob, CronJobUpdate } from '../../../contract/cronJobs.ts'
import { HksError } from '../../../contract/errors.ts'
import type { Context, Run } from '../../context.ts'
import { addCronJobOptions, type CronJobOptions, fieldsOf, secretsOf } from '../../cronJobOptions.ts'
import { addDryRunOptions, checkDryRun, type DryRunOptions, showPreview } from '../../dryRun.ts'
import { examples } from '../../help.ts'
import { gathered } from '../../optionValues.ts'
import { facts } from '../../output/table.ts'
import { relative } from '../../output/time.ts'
import { cronJobNamed, functionNamed } from '../../resources.ts'
import { sayScheduleWarnings } from '../../scheduleWarnings.ts'

type Deadline = number | 'none'

interface Options extends Omit<CronJobOptions, 'startingDeadline' | 'activeDeadline'>, DryRunOptions {
  readonly startingDeadline?: Deadline
  readonly activeDeadline?: Deadline
  readonly schedule?: string
  readonly unset?: readonly string[]
}

/** `cronjob update` */
export function addUpdate(cronJob: Command, run: Run): void {
  const command = cronJob
    .command('update <cronjob> [command...]')
    .description('change fields of a CronJob; another command follows --, the rest stays as it is')
    .option('-s, --schedule <expression>', 'when it runs, such as "0 2 * * *"')
  addCronJobOptions(command, { isNew: false }).option(
    '--unset <NAME>',
    'remove a variable, plain or of a secret; repeatable',
    gathered,
  )
  addDryRunOptions(command, { isNew: false })
    .addHelpText(
      'after',
      examples(
        'hks-func cronjob update nightly -s "30 2 * * *" -e LEVEL=debug --unset TOKEN',
        'hks-func cronjob update nightly --image registry.example.com/backup:1.3 --dry-run',
        'hks-func cronjob update nightly --retries 0 --dry-run -o yaml',
        'hks-func cronjob update nightly -- ./backup.sh --full',
      ),
    )
    .action((name: string, words: string[], options: Options, self: Command) =>
      run(self, context => update(context, name, words, options)),
    )
}

async function update(context: Context, name: string, words: readonly string[], options: Options): Promise<void> {
  checkDryRun(options)
  const { startingDeadline, activeDeadline, ...others } = options
  const fields = {
    ...fieldsOf(others),
    ...defined({
      startingDeadlineSeconds: orNull(startingDeadline),
      activeDeadlineSeconds: orNull(activeDeadline),
    }),
  }
  const job = await cronJobNamed(context, name)
  const called = options.function === undefined ? undefined : await functionNamed(context, options.function)
  const body: CronJobUpdate = {
    ...defined({ schedule: options.schedule, timeZone: options.timeZone, functionId: called?.id }),
    ...fields,
    ...variablesOf(job, options),
    ...(words.length === 0
      ? {}
      : { command: [...words], args: [], ...(job.functionId === undefined ? {} : { functionId: null }) }),
  }
  if (Object.keys(body).length === 0) {
    throw new HksError('INVALID_REQUEST', 'No change is named.', { hint: 'Add --help for what can be changed.' })
  }
  const client = await context.client()
  const { signal } = context
  const params = { id: job.id }
  const sayWarnings = (): void => {
    if (body.schedule !== undefined) {
      sayScheduleWarnings(context, body.schedule, body.timeZone ?? job.timeZone ?? 'UTC')
    }
  }
  if (options.dryRun) {
    const preview = await client.call('previewCronJobUpdate', { params, body, signal })
    sayWarnings()
    return showPreview(context, job.name, preview, options)
  }
  const changed = await client.call('updateCronJob', { params, body, signal })
  sayWarnings()
  context.out.result(changed, () =>
    facts([
      ['CronJob', changed.name],
      ['Schedule', `${changed.schedule} ${changed.timeZone ?? 'UTC (assumed)'}`],
      ['Next run', changed.suspend ? 'suspended' : relative(changed.nextExecutionAt, context.now())],
    ]),
  )
}

/** `null` takes the field away. */
const orNull = (deadline: Deadline | undefined) => (deadline === 'none' ? null : deadline)

/** The variables after the change: a name is either plain or of a secret. @throws HksError for one to remove that is not there */
function variablesOf(
  job: CronJob,
  { env = {}, secret = {}, unset = [] }: Options,
): Pick<CronJobUpdate, 'environment' | 'secrets'> {
  const environment = { ...job.environment }
  const secrets = new Map(job.secrets.map(({ name, from }) => [name, from]))
  for (const name of unset) {
    if (!Object.hasOwn(environment, name) && !secrets.has(name)) {
      throw new HksError('NOT_FOUND', `--unset: ${job.name} has no variable "${name}".`, { details: { name } })
    }
    delete environment[name]
    secrets.delete(name)
  }
  for (const [name, value] of Object.entries(env)) {
    secrets.delete(name)
    environment[name] = value
  }
  for (const [name, from] of Object.entries(secret)) {
    delete environment[name]
    secrets.set(name, from)
  }
  return [env, secret].some(each => Object.keys(each).length > 0) || unset.length > 0
    ? { environment, secrets: secretsOf(Object.fromEntries(secrets)) }
    : {}
}
