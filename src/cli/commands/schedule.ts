import type { Command } from 'commander'
import { lastInstant, toInstant } from '../../base/instant.ts'
import { HksError } from '../../contract/errors.ts'
import {
  describeSchedule,
  lintSchedule,
  nextRuns,
  parseSchedule,
  type Schedule,
  validateTimeZone,
} from '../../schedule/index.ts'
import type { Context, Run } from '../context.ts'
import { examples } from '../help.ts'
import { instant, wholeNumber } from '../optionValues.ts'
import { facts } from '../output/table.ts'
import { relative, zoneClock } from '../output/time.ts'

interface Options {
  readonly timeZone?: string
  /** Epoch milliseconds. */
  readonly from?: number
  readonly count?: number
}

/** `schedule next|explain`: needs no gateway. */
export function addSchedule(program: Command, run: Run): void {
  const schedule = program
    .command('schedule')
    .description('say when a schedule runs')
    .addHelpText('after', examples('hks-func schedule explain "0 0 13 * FRI"'))
  schedule
    .command('next <expression>')
    .description('the next runs of a schedule')
    .option('-z, --time-zone <zone>', 'IANA time zone (default: UTC)')
    .option('--from <instant>', 'count from this RFC 3339 instant (default: now)', instant)
    .option('-n, --count <n>', 'how many (default: 10)', wholeNumber(1))
    .addHelpText(
      'after',
      examples('hks-func schedule next "30 2 * * *" --time-zone Europe/Berlin --from 2026-03-28T00:00:00Z'),
    )
    .action((expression: string, options: Options, command: Command) =>
      run(command, async context => next(context, expression, options)),
    )
  schedule
    .command('explain <expression>')
    .description('what a schedule means, when it runs and what is probably wrong with it')
    .option('-z, --time-zone <zone>', 'IANA time zone (default: UTC)')
    .option('--from <instant>', 'look at the year from this RFC 3339 instant on (default: now)', instant)
    .addHelpText('after', examples('hks-func schedule explain "0 0 13 * FRI"'))
    .action((expression: string, options: Options, command: Command) =>
      run(command, async context => explain(context, expression, options)),
    )
}

function next(context: Context, expression: string, options: Options): void {
  const { schedule, timeZone } = checked(context, expression, options)
  const from = options.from ?? context.now()
  const instants = upcoming(schedule, from, timeZone, options.count ?? 10)
  const now = context.now()
  const inZone = zoneClock(timeZone)
  context.out.result({ schedule: expression, timeZone, next: instants }, () =>
    instants.length === 0 ? 'never' : instants.map(at => `${inZone(at)}  ${relative(at, now)}`).join('\n'),
  )
}

function explain(context: Context, expression: string, options: Options): void {
  const { schedule, timeZone } = checked(context, expression, options)
  const from = options.from ?? context.now()
  const zone = options.timeZone === undefined ? {} : { timeZone: options.timeZone }
  const sentence = describeSchedule(expression, zone)
  const instants = upcoming(schedule, from, timeZone, 3)
  const warnings = lintSchedule(expression, { from, ...zone })
  const shown = warnings.map(({ code, severity, message }) => ({ code, severity, message }))
  context.out.result({ schedule: expression, timeZone, sentence, next: instants, warnings: shown }, () =>
    [
      facts([
        ['Schedule', expression],
        ['Meaning', sentence],
        ['Time zone', timeZone],
        ['Next', instants.length === 0 ? 'never' : instants.map(zoneClock(timeZone)).join(', ')],
      ]),
      ...warnings.map(({ severity, message }) => `${severity}: ${message}`),
    ].join('\n'),
  )
}

/** The runs that RFC 3339 can write, as the gateway's preview answers them. */
const upcoming = (schedule: Schedule, from: number, timeZone: string, count: number): string[] =>
  nextRuns(schedule, from, timeZone, count)
    .filter(at => at <= lastInstant)
    .map(toInstant)

/** @throws HksError INVALID_SCHEDULE */
function checked(
  { out }: Context,
  expression: string,
  options: Options,
): { readonly schedule: Schedule; readonly timeZone: string } {
  const parsed = parseSchedule(expression)
  if (!parsed.ok) {
    const { message, field, position } = parsed.error
    const pointer = `\n  ${expression}\n  ${' '.repeat(position ?? 0)}^`
    const shown = out.format === 'json' || position === undefined ? message : `${message}${pointer}`
    throw new HksError('INVALID_SCHEDULE', shown, { details: { part: field, position } })
  }
  if (options.timeZone !== undefined) {
    const zone = validateTimeZone(options.timeZone)
    if (!zone.ok) {
      const details = { field: 'timeZone', value: options.timeZone }
      throw new HksError('INVALID_SCHEDULE', `--time-zone: ${zone.message}`, { details })
    }
  }
  return { schedule: parsed.schedule, timeZone: options.timeZone ?? 'UTC' }
}
