import type { Command } from 'commander'
import { defined } from '../../../base/defined.ts'
import type { CronJobCreate } from '../../../contract/cronJobs.ts'
import { applicationNamed, notCopiedText } from '../../applications.ts'
import type { Context, Run } from '../../context.ts'
import { addCronJobOptions, type CronJobOptions, fieldsOf, secretsOf } from '../../cronJobOptions.ts'
import { addDryRunOptions, checkDryRun, type DryRunOptions, showPreview } from '../../dryRun.ts'
import { examples } from '../../help.ts'
import { facts } from '../../output/table.ts'
import { relative } from '../../output/time.ts'
import { openProject } from '../../project.ts'
import { functionNamed } from '../../resources.ts'
import { sayScheduleWarnings } from '../../scheduleWarnings.ts'

interface Options extends CronJobOptions, DryRunOptions {
  readonly schedule: string
  readonly suspend?: boolean
  readonly template?: string
}

/** `cronjob create` */
export function addCreate(cronJob: Command, run: Run): void {
  const command = cronJob
    .command('create <name> [command...]')
    .description("create a CronJob; its command follows -- and runs in the project's folder")
    .requiredOption('-s, --schedule <expression>', 'when it runs, such as "0 2 * * *"')
  addCronJobOptions(command, { isNew: true })
    .option('--suspend', 'do not run it yet')
    .option('--template <application>', 'copy what this application runs; see application list')
  addDryRunOptions(command, { isNew: true })
    .addHelpText(
      'after',
      examples(
        'hks-func cronjob create nightly -s "0 2 * * *" -z Europe/Berlin -- ./backup.sh --full',
        `hks-func cronjob create sync -s "@every 90s" --retries 0 -e URL=https://example.com -- sh -c 'curl -fsS "$URL"'`,
        'hks-func cronjob create clean -s "@daily" --image busybox --project kind-dev/default -- rm -rf /cache/old',
        'hks-func cronjob create clear -s "@daily" --template deployment/shop --dry-run -- manage.py clearsessions',
        `hks-func cronjob create greet-ada -s "@hourly" --function greet --payload '{"name": "Ada"}'`,
      ),
    )
    .action((name: string, words: string[], options: Options, self: Command) =>
      run(self, context => create(context, name, words, options)),
    )
}

async function create(context: Context, name: string, words: string[], options: Options): Promise<void> {
  checkDryRun(options)
  const timeZone = options.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  const fields = fieldsOf(options)
  const project = await openProject(context)
  const called = options.function === undefined ? undefined : await functionNamed(context, options.function)
  const template =
    options.template === undefined ? undefined : await applicationNamed(context, project.id, options.template)
  if (template?.notCopied) context.out.say(`Not copied of ${template.name}: ${notCopiedText(template)}.`)
  const body: CronJobCreate = {
    projectId: project.id,
    name,
    schedule: options.schedule,
    timeZone,
    ...fields,
    ...defined({
      environment: options.env && { ...options.env },
      secrets: options.secret && secretsOf(options.secret),
      suspend: options.suspend,
      command: words.length === 0 ? undefined : words,
      functionId: called?.id,
      templateAppId: template?.id,
    }),
  }
  const client = await context.client()
  const { signal } = context
  if (options.dryRun) {
    const preview = await client.call('previewCronJob', { body, signal })
    sayScheduleWarnings(context, body.schedule, timeZone)
    return showPreview(context, name, preview, options)
  }
  const created = await client.call('createCronJob', { body, signal })
  sayScheduleWarnings(context, body.schedule, timeZone)
  context.out.result(created, () =>
    facts([
      ['CronJob', created.name],
      ['Schedule', `${created.schedule} ${timeZone}`],
      ['Next run', created.suspend ? 'suspended' : relative(created.nextExecutionAt, context.now())],
    ]),
  )
}
