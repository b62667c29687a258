import type { Command } from 'commander'
import { confirmLoss } from '../confirm.ts'
import type { Run } from '../context.ts'
import { examples } from '../help.ts'
import { functionNamed } from '../resources.ts'

/** `delete`: a function with its revisions, calls and log. */
export function addDelete(program: Command, run: Run): void {
  program
    .command('delete <function>')
    .description('delete a function with its revisions and log')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('hks-func delete greet --yes'))
    .action((name: string, options: { readonly yes?: boolean }, command: Command) =>
      run(command, async context => {
        const fn = await functionNamed(context, name)
        const revisions = fn.revisions.length === 1 ? 'its revision' : 'its revisions'
        await confirmLoss(context, options, `Delete the function ${fn.name} with ${revisions} and log?`)
        const client = await context.client()
        await client.call('deleteFunction', { params: { id: fn.id }, signal: context.signal })
        context.out.result({ deleted: fn.id }, () => `Deleted ${fn.name}.`)
      }),
    )
}
