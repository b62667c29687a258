import type { Command } from 'commander'
import type { KnativePart } from '../../../contract/connections.ts'
import { HksError } from '../../../contract/errors.ts'
import { clusterNamed } from '../../connections.ts'
import type { Context, Run } from '../../context.ts'
import { examples } from '../../help.ts'
import { table } from '../../output/table.ts'

/** `cluster check [connection]` */
export function addClusterCheck(cluster: Command, run: Run): void {
  cluster
    .command('check [connection]')
    .description('look for the parts of Knative; the exit code is 6 when one that functions need is missing')
    .addHelpText('after', examples('hks-func cluster check', 'hks-func cluster check kind-dev --json'))
    .action((name: string | undefined, _options: object, command: Command) =>
      run(command, context => check(context, name)),
    )
}

async function check(context: Context, name: string | undefined): Promise<void> {
  const connection = await clusterNamed(context, name)
  const client = await context.client()
  const answer = await client.call('checkKnative', { params: { id: connection.id }, signal: context.signal })
  const bad = answer.items.filter(({ state, optional }) => (state === 'missing' || state === 'failed') && !optional)
  context.out.result(answer, () => {
    const parts = table(['part', 'state', ''], answer.items.map(row))
    return bad.length === 0 ? `${parts}\n\n${connection.name} ${goodNews(answer.items)}` : parts
  })
  if (bad.length === 0) return
  throw new HksError('KNATIVE_MISSING', `${connection.name} lacks: ${bad.map(part => part.name).join(', ')}.`, {
    details: { missing: bad.map(part => part.name) },
    hint: bad.some(part => part.name === 'types')
      ? `hks-func cluster install "${connection.name}" installs them all.`
      : 'What has to be done about each stands beside it.',
  })
}

/** What nobody could look at is not said to be there. */
export const goodNews = (parts: readonly KnativePart[]): string =>
  parts.some(({ state, optional }) => state === 'unknown' && !optional)
    ? 'lacks nothing that functions need, as far as can be seen.'
    : 'has what functions need.'

const row = ({ name, state, message, hint }: KnativePart): string[] => [
  name,
  state,
  [message, hint].filter(Boolean).join(' '),
]
