import type { Command } from 'commander'
import { allConnections } from '../../connections.ts'
import { placeText, stateText } from '../../connectionTexts.ts'
import type { Run } from '../../context.ts'
import { examples } from '../../help.ts'
import { table } from '../../output/table.ts'

/** `connection list` */
export function addConnectionList(connection: Command, run: Run): void {
  connection
    .command('list')
    .alias('ls')
    .description('list connections and how they fare')
    .addHelpText('after', examples('hks-func connection list'))
    .action((_options: object, command: Command) =>
      run(command, async context => {
        const items = await allConnections(context)
        context.out.result({ items }, () =>
          table(
            ['connection', 'where', 'state', ''],
            items.map(each => [each.name, placeText(each), stateText(each), each.readOnly ? 'read-only' : '']),
          ),
        )
      }),
    )
}
