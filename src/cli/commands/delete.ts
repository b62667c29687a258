import type { Command } from 'commander'
import { functionNamed } from '../context.ts'
import { confirmed } from '../confirm.ts'
import type { Run } from '../program.ts'

/** `delete`: a function with its revisions, calls and log. */
export function addDelete(program: Command, run: Run): void {
  program
    .command('delete <function>')
    .description('delete a function with its revisions and log')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  $ hks-func delete greet --yes')
    .action((name: string, options: { readonly yes?: boolean }, command: Command) =>
      run(command, async context => {
        const fn = await functionNamed(context, name)
        const revisions = fn.revisions.length === 1 ? 'its revision' : 'its revisions'
        await confirmed(context, options, `Delete the function ${fn.name} with ${revisions} and log?`)
        await (await context.client()).call('deleteFunction', { params: { id: fn.id }, signal: context.signal })
        context.out.result({ deleted: fn.id }, () => `Deleted ${fn.name}.`)
      }),
    )
}
