import type { Command } from 'commander'
import { confirmLoss } from '../../confirm.ts'
import { connectionNamed } from '../../connections.ts'
import type { Run } from '../../context.ts'
import { examples } from '../../help.ts'

/** `connection delete <connection>` */
export function addConnectionDelete(connection: Command, run: Run): void {
  connection
    .command('delete <connection>')
    .description('forget a connection and its projects; nothing in the cluster is touched')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('hks-func connection delete kind-dev --yes'))
    .action((name: string, options: { readonly yes?: boolean }, command: Command) =>
      run(command, async context => {
        const { id, name: known } = await connectionNamed(context, name)
        await confirmLoss(context, options, `Forget the connection ${known}? The cluster keeps everything.`)
        const client = await context.client()
        await client.call('removeConnection', { params: { id }, signal: context.signal })
        context.out.result({ deleted: id }, () => `Forgot ${known}.`)
      }),
    )
}
