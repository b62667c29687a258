import type { Command } from 'commander'
import { defined } from '../../../base/defined.ts'
import type { ConnectionReport } from '../../../contract/connections.ts'
import { connectionNamed } from '../../connections.ts'
import type { Context, Run } from '../../context.ts'
import { examples } from '../../help.ts'
import { namedKubeconfig } from '../../namedKubeconfig.ts'
import { facts, table } from '../../output/table.ts'

/** `connection contexts`, `connection namespaces <connection>` and `connection test <connection>` */
export function addConnectionLook(connection: Command, run: Run): void {
  connection
    .command('contexts')
    .description('list the contexts of your kubeconfig')
    .option('--kubeconfig <files>', 'files as in KUBECONFIG (default: KUBECONFIG, else ~/.kube/config)')
    .addHelpText('after', examples('hks-func connection contexts'))
    .action((options: { readonly kubeconfig?: string }, command: Command) =>
      run(command, context => contexts(context, options.kubeconfig)),
    )
  connection
    .command('namespaces <connection>')
    .description('list the namespaces of a cluster; * marks those that are projects')
    .addHelpText('after', examples('hks-func connection namespaces kind-dev'))
    .action((name: string, _options: object, command: Command) => run(command, context => namespaces(context, name)))
  connection
    .command('test <connection>')
    .description('ask the cluster now; the exit code is 6 when it can not be used')
    .addHelpText('after', examples('hks-func connection test kind-dev'))
    .action((name: string, _options: object, command: Command) => run(command, context => test(context, name)))
}

async function contexts(context: Context, kubeconfig: string | undefined): Promise<void> {
  const client = await context.client()
  const files = namedKubeconfig(context, kubeconfig)?.join(':')
  const answer = await client.call('listKubeContexts', {
    query: defined({ kubeconfig: files }),
    signal: context.signal,
  })
  context.out.result(answer, () =>
    answer.items.length === 0
      ? 'The kubeconfig has no contexts.'
      : table(
          ['', 'context', 'server', 'user', 'namespace'],
          answer.items.map(each => [
            each.isCurrent ? '*' : '',
            each.name,
            each.server ?? `${each.cluster} (missing)`,
            `${each.user ?? ''} (${each.authentication})`.trim(),
            each.namespace ?? 'default',
          ]),
        ),
  )
}

async function namespaces(context: Context, name: string): Promise<void> {
  const { id } = await connectionNamed(context, name)
  const client = await context.client()
  const answer = await client.call('listNamespaces', { params: { id }, signal: context.signal })
  context.out.result(answer, () =>
    table(
      ['', 'namespace'],
      answer.items.map(each => [each.projectId === undefined ? '' : '*', each.name]),
    ),
  )
}

async function test(context: Context, name: string): Promise<void> {
  const { id } = await connectionNamed(context, name)
  const client = await context.client()
  const report = await client.call('testConnection', { params: { id }, signal: context.signal })
  context.out.result(report, () =>
    facts([
      ['server', report.server],
      ['kubernetes', report.version],
      ['answer', `${report.milliseconds} ms`],
      ['namespaces', report.listsNamespaces ? 'can be listed' : 'can not be listed by you: open one by its name'],
      ['knative', knativeWords(report)],
      ...(report.clockAheadSeconds === undefined ? [] : [['clock', clockWords(report.clockAheadSeconds)] as const]),
    ]),
  )
}

const knativeWords = ({ knative }: ConnectionReport): string => {
  if (knative === undefined) return 'unknown: you may not see which APIs the cluster has'
  return knative ? 'installed' : 'missing: CronJobs work, functions do not'
}

const clockWords = (aheadSeconds: number): string =>
  `that of this machine is ${Math.abs(aheadSeconds)} s ${aheadSeconds < 0 ? 'behind' : 'ahead of'} the cluster's`
