import type { Command } from 'commander'
import type { Run } from '../context.ts'
import { examples } from '../help.ts'
import { addClusterCheck } from './cluster/check.ts'
import { addClusterInstall } from './cluster/install.ts'
import { addClusterUninstall } from './cluster/uninstall.ts'

/** `cluster check|install|uninstall [connection]` */
export function addCluster(program: Command, run: Run): void {
  const cluster = program
    .command('cluster')
    .description('what functions need in a cluster')
    .addHelpText(
      'after',
      examples('hks-func cluster check kind-dev', 'hks-func cluster install kind-dev --from knative'),
    )
  addClusterCheck(cluster, run)
  addClusterInstall(cluster, run)
  addClusterUninstall(cluster, run)
}
