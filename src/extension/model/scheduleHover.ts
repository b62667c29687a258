import { describeSchedule } from '../../schedule/describe.ts'
import { type ScheduleProblem, scheduleProblems } from './scheduleProblems.ts'
import { relativeTime } from './time.ts'
import { codeMarkdown, escapeMarkdown, joined } from './treeNode.ts'
import { isTemplate, type Viewer, type WrittenSchedule, writtenRuns } from './writtenSchedule.ts'

/** So many of the next runs are shown. */
const shownRuns = 5

const icons: Readonly<Record<ScheduleProblem['severity'], string>> = {
  error: '$(error)',
  warning: '$(warning)',
  information: '$(info)',
  hint: '$(info)',
}

/**
 * What a schedule means, as Markdown with codicons: sentence, next runs in the job's zone and the viewer's, warnings.
 * Nothing when the reader is told all there is to say.
 * @param isTold whether the reader sees a problem without this, as one that is underlined at the same place
 */
export function scheduleHover(
  written: WrittenSchedule,
  viewer: Viewer,
  isTold: (problem: ScheduleProblem) => boolean = () => false,
): string {
  const { t } = viewer
  if (isTemplate(written)) return escapeMarkdown(t('A template fills this in; what it means is not known yet.'))
  const { schedule, timeZone } = written
  const problems = scheduleProblems(written, viewer.now)
  const untold = problems.filter(problem => !isTold(problem))
  const refuses = (on: ScheduleProblem['on']): boolean =>
    problems.some(problem => problem.on === on && problem.severity === 'error')
  const isRefused = refuses('schedule')
  const zone = timeZone === undefined || refuses('timeZone') ? {} : { timeZone }
  const sentence = escapeMarkdown(describeSchedule(schedule, zone))
  return joined(
    [
      // What is refused is told below, with its icon.
      isRefused ? (untold.length > 0 ? codeMarkdown(schedule) : undefined) : `**${sentence}**`,
      written.suspend === true && !isRefused ? escapeMarkdown(t('Suspended: no run starts by schedule.')) : undefined,
      isRefused ? undefined : (nextRunsTable(written, viewer) ?? everyWords(schedule, viewer)),
      ...problems
        .filter(problem => !isTold(problem))
        .map(({ severity, message }) => `${icons[severity]} ${escapeMarkdown(message)}`),
    ],
    '\n\n',
  )
}

function nextRunsTable(written: WrittenSchedule, { t, now, locale, timeZone: here }: Viewer): string | undefined {
  const runs = writtenRuns(written, now, shownRuns)
  if (runs.length === 0) return undefined
  const zone = written.timeZone ?? 'UTC'
  const own = written.timeZone ?? t('UTC (no timeZone)')
  const zones = zone === here ? [zone] : [zone, here]
  const titles = zone === here ? [own] : [own, t('{0} (here)', here)]
  return [
    row([t('Next runs'), ...titles]),
    row([':--', ...zones.map(() => ':--')]),
    ...runs.map(run =>
      row([
        spaced(relativeTime(run, now, t)),
        ...zones.map(each => spaced(escapeMarkdown(minuteText(run, now, locale, each)))),
      ]),
    ),
  ].join('\n')
}

/** With the year where it is another than now. */
function minuteText(instant: number, now: number, locale: string, timeZone: string): string {
  const yearOf = (at: number): string => new Intl.DateTimeFormat('en', { year: 'numeric', timeZone }).format(at)
  return new Intl.DateTimeFormat(locale, {
    ...{ weekday: 'short', day: 'numeric', month: 'short', timeZone },
    ...(yearOf(instant) === yearOf(now) ? {} : { year: 'numeric' }),
    ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  }).format(instant)
}

/** On one line, and apart from the next column: an editor makes a column as wide as its text. */
const spaced = (cell: string): string => `${cell.replaceAll(' ', '\u00a0')}\u00a0\u00a0`

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

const everyWords = (schedule: string, { t }: Viewer): string | undefined =>
  schedule.startsWith('@every')
    ? escapeMarkdown(t('Counts from the last run, at first from the creation of the CronJob.'))
    : undefined
