import type { Command } from 'commander'
import { invalidField } from '../../contract/errors.ts'
import { type Context, currentProject } from '../context.ts'
import { confirmed } from '../confirm.ts'
import { table } from '../output/output.ts'
import type { Run } from '../program.ts'
import { readAll } from '../readAll.ts'

/** `secret set|list|delete`: values go in on standard input and never come out. */
export function addSecret(program: Command, run: Run): void {
  const secret = program.command('secret').description('secrets of the project, for functions and CronJobs')
  secret
    .command('set <secret> <key>')
    .description('set a key of a secret; the value is read from standard input')
    .addHelpText(
      'after',
      '\nExample:\n  $ printf %s "$TOKEN" | hks-func secret set mail api-key\nName it in function.yaml: secrets: [{name: API_KEY, from: mail/api-key}]',
    )
    .action((name: string, key: string, _options: object, command: Command) =>
      run(command, context => set(context, name, key)),
    )
  secret
    .command('list')
    .description('list secrets by key')
    .action((_options: object, command: Command) =>
      run(command, async context => {
        const project = await currentProject(context)
        const client = await context.client()
        const { items } = await client.call('listSecrets', { params: { id: project.id }, signal: context.signal })
        context.out.result({ items }, () =>
          items.length === 0
            ? `${project.name} has no secrets.`
            : table(
                ['secret', 'keys'],
                items.map(item => [item.name, item.keys.join(', ')]),
              ),
        )
      }),
    )
  secret
    .command('delete <secret>')
    .description('delete a secret with all its keys')
    .option('-y, --yes', 'do not ask')
    .action((name: string, options: { readonly yes?: boolean }, command: Command) =>
      run(command, async context => {
        const project = await currentProject(context)
        await confirmed(context, options, `Delete the secret ${name} of ${project.name} with all its keys?`)
        const client = await context.client()
        await client.call('deleteSecret', { params: { id: project.id, secret: name }, signal: context.signal })
        context.out.result({ deleted: name }, () => `Deleted ${name}.`)
      }),
    )
}

async function set(context: Context, secret: string, key: string): Promise<void> {
  if (context.stdin.isTTY) context.out.say('Type the value, then Ctrl-D:')
  // A newline at the end is the terminal's or echo's, not the value's.
  const value = (await readAll(context.stdin)).toString().replace(/\r?\n$/, '')
  if (value === '') throw invalidField('value', '', 'is empty.', 'Give it on standard input.')
  const project = await currentProject(context)
  const client = await context.client()
  const saved = await client.call('writeSecret', {
    params: { id: project.id, secret },
    body: { data: { [key]: value } },
    signal: context.signal,
  })
  context.out.result(saved, () => `Set ${secret}/${key} of ${project.name}.`)
}
