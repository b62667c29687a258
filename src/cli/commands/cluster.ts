import type { Command } from 'commander'
import type { KnativePart } from '../../contract/connections.ts'
import { HksError } from '../../contract/errors.ts'
import { allConnections, connectionNamed } from '../connections.ts'
import type { Context, Run } from '../context.ts'
import { examples } from '../help.ts'
import { table } from '../output/table.ts'

/** `cluster check [connection]` */
export function addCluster(program: Command, run: Run): void {
  const cluster = program
    .command('cluster')
    .description('what functions need in a cluster')
    .addHelpText('after', examples('hks-func cluster check kind-dev'))
  cluster
    .command('check [connection]')
    .description('look for the parts of Knative; the exit code is 6 when one is missing')
    .addHelpText('after', examples('hks-func cluster check', 'hks-func cluster check kind-dev --json'))
    .action((name: string | undefined, _options: object, command: Command) =>
      run(command, context => check(context, name)),
    )
}

async function check(context: Context, name: string | undefined): Promise<void> {
  const connection = name === undefined ? await onlyCluster(context) : await connectionNamed(context, name)
  const client = await context.client()
  const answer = await client.call('checkKnative', { params: { id: connection.id }, signal: context.signal })
  context.out.result(answer, () => table(['part', 'state', ''], answer.items.map(row)))
  const bad = answer.items.filter(({ state }) => state === 'missing' || state === 'failed')
  if (bad.length === 0) return
  throw new HksError('KNATIVE_MISSING', `${connection.name} lacks: ${bad.map(part => part.name).join(', ')}.`, {
    details: { missing: bad.map(part => part.name) },
  })
}

const row = ({ name, state, message, hint }: KnativePart): string[] => [
  name,
  state,
  [message, hint].filter(Boolean).join(' '),
]

async function onlyCluster(context: Context) {
  const clusters = (await allConnections(context)).filter(({ kind }) => kind !== 'local')
  const [only] = clusters
  if (only && clusters.length === 1) return only
  throw new HksError('INVALID_REQUEST', only ? 'There are several clusters: name one.' : 'There is no cluster yet.', {
    hint: only
      ? `There are: ${clusters.map(each => each.name).join(', ')}.`
      : 'hks-func connection add takes a context.',
  })
}
