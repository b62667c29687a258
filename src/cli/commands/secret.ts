import { isCancel, password } from '@clack/prompts'
import type { Command } from 'commander'
import { HksError, invalidField } from '../../contract/errors.ts'
import { canAsk, confirmLoss } from '../confirm.ts'
import type { Context, Run } from '../context.ts'
import { everyPage } from '../everyPage.ts'
import { examples } from '../help.ts'
import { table } from '../output/table.ts'
import { findProject, openProject } from '../project.ts'
import { readAll } from '../readAll.ts'

/** `secret set|list|delete`: values go in on standard input and never come out. */
export function addSecret(program: Command, run: Run): void {
  const secret = program
    .command('secret')
    .description('secrets of the project, for functions and CronJobs')
    .addHelpText('after', examples('printf %s "$TOKEN" | hks-func secret set mail api-key'))
  secret
    .command('set <secret> <key>')
    .description('set a key of a secret; the value is read from standard input')
    .addHelpText('after', examples('printf %s "$TOKEN" | hks-func secret set mail api-key'))
    .addHelpText('after', '\nName it in function.yaml: secrets: [{name: API_KEY, from: mail/api-key}]')
    .action((name: string, key: string, _options: object, command: Command) =>
      run(command, context => set(context, name, key)),
    )
  secret
    .command('list')
    .alias('ls')
    .description('list secrets by key')
    .addHelpText('after', examples('hks-func secret list'))
    .action((_options: object, command: Command) => run(command, list))
  secret
    .command('delete <secret>')
    .description('delete a secret with all its keys')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('hks-func secret delete mail --yes'))
    .action((name: string, options: { readonly yes?: boolean }, command: Command) =>
      run(command, async context => {
        const project = await openProject(context)
        await confirmLoss(context, options, `Delete the secret ${name} of ${project.name} with all its keys?`)
        const client = await context.client()
        await client.call('deleteSecret', { params: { id: project.id, secret: name }, signal: context.signal })
        context.out.result({ deleted: name }, () => `Deleted ${name}.`)
      }),
    )
}

async function list(context: Context): Promise<void> {
  const project = await findProject(context)
  const client = await context.client()
  const { signal } = context
  const items = project
    ? await everyPage(cursor =>
        client.call('listSecrets', { params: { id: project.id }, query: { limit: 1000, ...cursor }, signal }),
      )
    : []
  context.out.result({ items }, () =>
    items.length === 0
      ? `${project?.name ?? context.cwd} has no secrets.`
      : table(
          ['secret', 'keys'],
          items.map(item => [item.name, item.keys.join(', ')]),
        ),
  )
}

async function set(context: Context, secret: string, key: string): Promise<void> {
  const value = await readValue(context, `${secret}/${key}`)
  if (value === '') throw invalidField('value', '', 'is empty.', 'Give it on standard input.')
  const project = await openProject(context)
  const client = await context.client()
  const saved = await client.call('writeSecret', {
    params: { id: project.id, secret },
    body: { data: { [key]: value } },
    signal: context.signal,
  })
  context.out.result(saved, () => `Set ${secret}/${key} of ${project.name}.`)
}

async function readValue(context: Context, what: string): Promise<string> {
  if (canAsk(context)) {
    const answer = await password({ message: `Value of ${what}` })
    if (isCancel(answer)) throw new HksError('CANCELLED', 'Cancelled; nothing was set.')
    return answer ?? ''
  }
  // A newline at the end is echo's, not the value's.
  return (await readAll(context.stdin, context.signal)).toString().replace(/\r?\n$/, '')
}
