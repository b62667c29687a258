import type { Command } from 'commander'
import type { Run } from '../context.ts'
import { examples } from '../help.ts'
import { invocationHeadings, invocationRow } from '../invocationTexts.ts'
import { wholeNumber } from '../optionValues.ts'
import { table } from '../output/table.ts'
import { functionNamed } from '../resources.ts'

interface Options {
  readonly limit: number
  readonly failed?: boolean
}

const defaultLimit = 20
/** What a page of the list may hold. */
const mostCalls = 1000

/** `invocations`: the last calls of a function. */
export function addInvocations(program: Command, run: Run): void {
  program
    .command('invocations <function>')
    .description('list the last calls of a function, newest first')
    .option('-n, --limit <n>', 'how many, at most 1000', wholeNumber(1, mostCalls), defaultLimit)
    .option('--failed', 'only those that failed')
    .addHelpText('after', examples('hks-func invocations greet', 'hks-func invocations greet --failed --limit 5'))
    .action((name: string, { limit, failed }: Options, command: Command) =>
      run(command, async context => {
        const fn = await functionNamed(context, name)
        const client = await context.client()
        const query = { limit, ...(failed ? { outcome: 'failed' as const } : {}) }
        const { items } = await client.call('listInvocations', { params: { id: fn.id }, query, signal: context.signal })
        const now = context.now()
        context.out.result({ items }, () =>
          items.length === 0
            ? `${fn.name} has no ${failed ? 'failed ' : ''}calls.`
            : table(
                invocationHeadings,
                items.map(call => invocationRow(call, now)),
              ),
        )
      }),
    )
}
