import type { Command } from 'commander'
import { defined } from '../../base/defined.ts'
import { HksError } from '../../contract/errors.ts'
import { localConnection } from '../../contract/localConnection.ts'
import type { Project } from '../../contract/projects.ts'
import { applicationNamed, applicationsOf, applicationTable, kindAndName } from '../applications.ts'
import { confirmLoss } from '../confirm.ts'
import type { Context, Run } from '../context.ts'
import { secretsOf } from '../cronJobOptions.ts'
import { examples } from '../help.ts'
import { assignment } from '../optionValues.ts'
import { findProject, openProject } from '../project.ts'

interface CreateOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly secret?: Readonly<Record<string, string>>
}

/** `application list|create|delete`: what CronJobs can copy. */
export function addApplication(program: Command, run: Run): void {
  const application = program
    .command('application')
    .alias('app')
    .description('applications that a CronJob can copy')
    .addHelpText('after', examples('hks-func application list', 'hks-func application create --help'))
  application
    .command('list')
    .alias('ls')
    .description('list what a CronJob can be made of')
    .addHelpText('after', examples('hks-func application list --project kind-dev/default'))
    .action((_options: object, command: Command) => run(command, list))
  application
    .command('create <name> <command...>')
    .description('name a command of this machine, which follows --, for CronJobs to copy')
    .option('-e, --env <NAME=VALUE>', 'environment variable; repeatable', assignment)
    .option('--secret <NAME=SECRET/KEY>', 'variable with the value of a secret; repeatable', assignment)
    .addHelpText('after', examples('hks-func application create backup -e LEVEL=info -- ./backup.sh --quiet'))
    .action((name: string, words: string[], options: CreateOptions, command: Command) =>
      run(command, context => create(context, name, words, options)),
    )
  application
    .command('delete <application>')
    .description('delete a named command; CronJobs that were made of it stay as they are')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('hks-func application delete backup --yes'))
    .action((name: string, options: { readonly yes?: boolean }, command: Command) =>
      run(command, context => remove(context, name, options)),
    )
}

async function list(context: Context): Promise<void> {
  const project = await findProject(context)
  const { items, refused } = project ? await applicationsOf(context, project.id) : { items: [], refused: [] }
  for (const { message } of refused) context.out.say(message)
  context.out.result({ items, ...(refused.length === 0 ? {} : { refused }) }, () =>
    items.length === 0
      ? `${project?.name ?? context.cwd} has no applications that a CronJob can copy.${wayOut(project)}`
      : applicationTable(items),
  )
}

/** In a cluster they are made with its own tools. */
const wayOut = (project: Project | undefined): string =>
  project && project.connection !== localConnection
    ? ''
    : ' Name a command: hks-func application create NAME -- COMMAND'

async function create(context: Context, name: string, command: string[], options: CreateOptions): Promise<void> {
  const project = await openProject(context)
  const client = await context.client()
  const body = {
    projectId: project.id,
    name,
    command,
    ...defined({
      environment: options.env && { ...options.env },
      secrets: options.secret && secretsOf(options.secret),
    }),
  }
  const created = await client.call('createApplication', { body, signal: context.signal })
  context.out.result(
    created,
    () => `Created ${created.name}: hks-func cronjob create NAME -s SCHEDULE --template ${created.name}`,
  )
}

async function remove(context: Context, name: string, options: { readonly yes?: boolean }): Promise<void> {
  const project = await openProject(context)
  const found = await applicationNamed(context, project.id, name)
  if (found.kind !== 'Command') {
    throw new HksError('INVALID_REQUEST', `${kindAndName(found)} is no named command, and is not deleted here.`, {
      hint: found.kind === 'CronJob' ? `hks-func cronjob delete ${found.name}` : 'Delete it in the cluster.',
    })
  }
  await confirmLoss(context, options, `Delete the named command ${found.name}?`)
  const client = await context.client()
  await client.call('deleteApplication', { params: { id: found.id }, signal: context.signal })
  context.out.result({ deleted: found.id }, () => `Deleted ${found.name}.`)
}
