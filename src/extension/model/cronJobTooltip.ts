import type { CronJob } from '../../contract/cronJobs.ts'
import { describeSchedule } from '../../schedule/describe.ts'
import { nextRuns } from '../../schedule/next.ts'
import { parseSchedule } from '../../schedule/parse.ts'
import { runOutcome, runWord } from './executionNode.ts'
import { absoluteTime } from './time.ts'
import { codeMarkdown, escapeMarkdown, joined, type RenderOptions } from './treeNode.ts'

/** Everything about a CronJob as Markdown: sentence, expression, zone, next runs, last outcomes, what it runs. Only a cluster runs images. */
export function cronJobTooltip(job: CronJob, options: RenderOptions, inCluster: boolean): string {
  const { t } = options
  const zone = job.timeZone ?? 'UTC'
  const runs = [...(job.command ?? []), ...(job.args ?? [])].map(shellWord).join(' ')
  return joined(
    [
      `**${escapeMarkdown(job.name)}**${job.suspend ? ` (${escapeMarkdown(t('suspended'))})` : ''}`,
      joined([
        escapeMarkdown(describeSchedule(job.schedule)),
        codeMarkdown(job.schedule),
        escapeMarkdown(job.timeZone ?? t('UTC, because no time zone is set')),
      ]),
      list(t('Next runs'), job.suspend ? [] : upcoming(job, zone, options)),
      list(t('Last runs'), lastRuns(job, options)),
      job.functionId === undefined
        ? `${t('Runs')} ${codeMarkdown(shortened(runs))}`
        : escapeMarkdown(t('Calls a function')),
      escapeMarkdown(t('While it is still running: {0}', job.concurrencyPolicy)),
      job.image === undefined
        ? undefined
        : `${inCluster ? t('Image') : t('Image (ignored here)')} ${codeMarkdown(job.image)}`,
    ],
    '\n\n',
  )
}

function upcoming(job: CronJob, zone: string, { now, locale }: RenderOptions): string[] {
  const parsed = parseSchedule(job.schedule)
  if (!parsed.ok) return []
  // The gateway knows from where an `@every` counts; the rest follows from the schedule alone.
  const first = job.nextExecutionAt === undefined ? undefined : Date.parse(job.nextExecutionAt)
  if (first === undefined) return []
  const times = [first, ...nextRuns(parsed.schedule, Math.max(first, now), zone, 2)]
  return times.map(time => `${absoluteTime(time, locale, zone)} (${zone})`)
}

function lastRuns(job: CronJob, { t, now, locale }: RenderOptions): string[] {
  return job.recentExecutions.map(e =>
    joined([`${absoluteTime(Date.parse(e.startedAt), locale)}: ${runWord(e, t)}`, runOutcome(e, now, t)]),
  )
}

function list(title: string, items: readonly string[]): string | undefined {
  if (items.length === 0) return undefined
  return `${escapeMarkdown(title)}\n${items.map(item => `- ${escapeMarkdown(item)}`).join('\n')}`
}

const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

const shortened = (text: string): string => (text.length <= 200 ? text : `${text.slice(0, 199)}…`)
