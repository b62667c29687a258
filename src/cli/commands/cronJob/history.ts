import { type Command, Option } from 'commander'
import { type Ledger, type LedgerEntry, type LedgerQuery, outcomes } from '../../../contract/ledger.ts'
import type { Context, Run } from '../../context.ts'
import { examples } from '../../help.ts'
import { wholeNumber } from '../../optionValues.ts'
import { table } from '../../output/table.ts'
import { span, zoneClock } from '../../output/time.ts'
import { cronJobNamed } from '../../resources.ts'

const dayMilliseconds = 86_400_000

interface Options {
  readonly days?: number
  readonly outcome?: LedgerQuery['outcome']
  readonly limit?: number
}

/** `cronjob history`: the ledger. */
export function addHistory(cronJob: Command, run: Run): void {
  cronJob
    .command('history <cronjob>')
    .description('every occurrence and what became of it, newest first')
    .option('--days <n>', 'how far back (default: 30)', wholeNumber(1))
    .option('-n, --limit <n>', 'how many rows (default: 20)', wholeNumber(1))
    .addOption(new Option('--outcome <outcome>', 'only these').choices([...outcomes, 'succeeded', 'failed']))
    .addHelpText('after', examples('hks-func cronjob history nightly --outcome missed --days 7'))
    .action((name: string, options: Options, command: Command) =>
      run(command, context => history(context, name, options)),
    )
}

async function history(context: Context, name: string, options: Options): Promise<void> {
  const job = await cronJobNamed(context, name)
  const inZone = zoneClock(job.timeZone ?? 'UTC')
  const ledger = await (await context.client()).call('getLedger', {
    params: { id: job.id },
    query: {
      limit: options.limit ?? 20,
      from: new Date(context.now() - (options.days ?? 30) * dayMilliseconds).toISOString(),
      ...(options.outcome === undefined ? {} : { outcome: options.outcome }),
    },
    signal: context.signal,
  })
  context.out.result(ledger, () =>
    ledger.items.length === 0
      ? `Nothing happened since ${inZone(ledger.from)}.`
      : [
          table(
            ['scheduled', 'outcome', 'late', 'took', 'trigger', 'cause'],
            ledger.items.map(entry => row(entry, inZone)),
          ),
          summary(ledger),
        ].join('\n'),
  )
}

function row(
  { scheduledAt, outcome, reason, cause, execution }: LedgerEntry,
  inZone: (instant: string) => string,
): string[] {
  const at = scheduledAt ?? execution?.startedAt
  const took = execution?.completedAt && Date.parse(execution.completedAt) - Date.parse(execution.startedAt)
  const late = scheduledAt && execution ? Date.parse(execution.startedAt) - Date.parse(scheduledAt) : undefined
  return [
    at === undefined ? '-' : inZone(at),
    outcome === 'ran' ? (execution?.status ?? 'ran') : reason === undefined ? outcome : `${outcome} (${reason})`,
    late === undefined ? '-' : span(late),
    typeof took === 'number' ? span(took) : '-',
    triggerText(execution),
    execution?.cause ?? cause ?? '',
  ]
}

/** What started a run and, in parentheses, what it had of its own. */
function triggerText(execution: LedgerEntry['execution']): string {
  if (execution === undefined) return '-'
  const changed = Object.keys(execution.changes ?? {})
  return changed.length === 0 ? execution.trigger : `${execution.trigger} (${changed.join(', ')})`
}

function summary({ summary: counts, nextCursor }: Ledger): string {
  const { succeeded, failed, running, skipped, missed, unknown } = counts
  const parts = Object.entries({ succeeded, failed, running, skipped, missed, unknown })
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`)
  return `\n${parts.join(', ')}${nextCursor === undefined ? '' : '; --limit shows more'}`
}
