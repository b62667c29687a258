import type { Command } from 'commander'
import { keepTags } from '../../client/keepTags.ts'
import { invalidField } from '../../contract/errors.ts'
import type { Function, TrafficUpdate } from '../../contract/functions.ts'
import type { Context, Run } from '../context.ts'
import { examples } from '../help.ts'
import { wholeNumber } from '../optionValues.ts'
import { table } from '../output/table.ts'
import { functionNamed } from '../resources.ts'

type Share = TrafficUpdate['items'][number]

/** `traffic <function> [shares...]` */
export function addTraffic(program: Command, run: Run): void {
  program
    .command('traffic <function> [shares...]')
    .description(
      'divide the calls between revisions: REVISION=PERCENT, or REVISION=PERCENT:TAG (an empty TAG takes one away); without shares show them',
    )
    .addHelpText('after', examples('hks-func traffic greet', 'hks-func traffic greet 7=90 8=10:candidate'))
    .action((name: string, shares: readonly string[], _options: object, command: Command) =>
      run(command, context => traffic(context, name, shares.map(share))),
    )
}

/** `rollback <function>` */
export function addRollback(program: Command, run: Run): void {
  program
    .command('rollback <function>')
    .description('lead all calls to a former revision: the one before, or the one that is named')
    .option('--to <revision>', 'number of the revision (default: the last ready one before)', wholeNumber(1))
    .addHelpText('after', examples('hks-func rollback greet', 'hks-func rollback greet --to 3'))
    .action((name: string, { to }: { readonly to?: number }, command: Command) =>
      run(command, async context => {
        const { id } = await functionNamed(context, name)
        const client = await context.client()
        const body = to === undefined ? {} : { revision: to }
        const fn = await client.call('rollBackFunction', { params: { id }, body, signal: context.signal })
        context.out.result(fn, () => `All calls of ${fn.name} go to revision ${fn.revision}.`)
      }),
    )
}

async function traffic(context: Context, name: string, items: Share[]): Promise<void> {
  const found = await functionNamed(context, name)
  if (items.length === 0) {
    context.out.result({ items: found.revisions }, () => sharesOf(found))
    return
  }
  const client = await context.client()
  const fn = await client.call('setTraffic', {
    params: { id: found.id },
    body: { items: keepTags(found, items) },
    signal: context.signal,
  })
  context.out.result(fn, () => sharesOf(fn))
}

function sharesOf({ revisions }: Function): string {
  const isTagged = revisions.some(({ tag }) => tag !== undefined)
  return table(
    ['revision', 'share', 'state', ...(isTagged ? ['tag', 'called at'] : [])],
    revisions.map(({ number, percent, status, tag = '', tagUrl = '' }) => [
      ...[String(number), `${percent} %`, status],
      ...(isTagged ? [tag, tagUrl] : []),
    ]),
  )
}

/** `7=90` or `8=10:candidate`. */
function share(text: string): Share {
  const [, revision, percent, tag] = /^([1-9]\d*)=(\d{1,3})(?::(.*))?$/.exec(text) ?? []
  if (revision === undefined || percent === undefined || Number(percent) > 100)
    throw invalidField('shares', text, `"${text}" is not REVISION=PERCENT, such as 7=90 or 8=10:candidate.`)
  return { revision: Number(revision), percent: Number(percent), ...(tag === undefined ? {} : { tag }) }
}
