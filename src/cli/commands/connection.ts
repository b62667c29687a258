import type { Command } from 'commander'
import type { Run } from '../context.ts'
import { examples } from '../help.ts'
import { addConnectionAdd } from './connection/add.ts'
import { addConnectionDelete } from './connection/delete.ts'
import { addConnectionList } from './connection/list.ts'
import { addConnectionLook } from './connection/look.ts'
import { addConnectionSet } from './connection/set.ts'

/** `connection add|list|contexts|namespaces|test|set|delete` */
export function addConnection(program: Command, run: Run): void {
  const connection = program
    .command('connection')
    .description('clusters: contexts of a kubeconfig in which CronJobs and functions are')
    .addHelpText('after', examples('hks-func connection add kind-dev', 'hks-func use kind-dev/default'))
  addConnectionAdd(connection, run)
  addConnectionList(connection, run)
  addConnectionLook(connection, run)
  addConnectionSet(connection, run)
  addConnectionDelete(connection, run)
}
