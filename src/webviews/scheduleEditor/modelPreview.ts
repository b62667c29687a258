import type { CronJob } from '../../contract/cronJobs.ts'
import type { ScheduleWarning } from '../../contract/schedules.ts'
import type { NeighbourSchedule } from '../../contract/webviews.ts'
import { describeSchedule } from '../../schedule/describe.ts'
import { lintRules } from '../../schedule/lintRules.ts'
import { nextRun, nextRuns } from '../../schedule/next.ts'
import { parseSchedule } from '../../schedule/parse.ts'
import type { Schedule, ScheduleError } from '../../schedule/schedule.ts'
import { validateTimeZone } from '../../schedule/timeZones.ts'
import type { Form } from './modelForm.ts'

/** How many runs are shown. */
export const shownRuns = 10

/** What the page says about a schedule at every keystroke, from the engine in the page. */
export interface Preview {
  /** The fault of the text; then there is nothing else. */
  readonly error?: ScheduleError
  readonly sentence: string
  /** Instants in milliseconds since 1970. */
  readonly next: readonly number[]
}

/** What a preview needs besides the form. */
export interface PreviewContext {
  readonly now: number
  /** The job as it is saved. */
  readonly saved?: CronJob | undefined
}

/** What warnings need besides the form. */
export interface LintContext {
  readonly now: number
  readonly usualMilliseconds?: number | undefined
  /** Other jobs that start with this one; see {@link peersOf}. */
  readonly peers: number
}

/** Explains the schedule of a form. An unknown zone counts as UTC here: the zone's own field says that it is unknown. */
export function previewOf(form: Form, context: PreviewContext): Preview {
  const parsed = parseSchedule(form.schedule)
  if (!parsed.ok) return { error: parsed.error, sentence: '', next: [] }
  const zone = knownZone(form.timeZone)
  const anchor = anchorOf(parsed.schedule, form, context)
  return {
    sentence: describeSchedule(form.schedule, zone === undefined ? {} : { timeZone: zone }),
    next: nextRuns(parsed.schedule, anchor, zone ?? 'UTC', shownRuns),
  }
}

/** What is legal about the schedule of a form and yet probably wrong; nothing for a text that does not parse. */
export function warningsOf(form: Form, context: LintContext): ScheduleWarning[] {
  if (!parseSchedule(form.schedule).ok) return []
  const zone = knownZone(form.timeZone)
  const deadline = form.startingDeadlineSeconds === '' ? NaN : Number(form.startingDeadlineSeconds)
  return lintRules(form.schedule, {
    from: context.now,
    ...(zone === undefined ? {} : { timeZone: zone }),
    ...(Number.isInteger(deadline) && deadline >= 0 ? { startingDeadlineSeconds: deadline } : {}),
    ...(context.usualMilliseconds === undefined ? {} : { typicalDurationSeconds: context.usualMilliseconds / 1000 }),
    ...(context.peers === 0 ? {} : { peersAtSameMinute: context.peers }),
  })
}

/** The zone of a form when it can be computed with. */
export function knownZone(timeZone: string): string | undefined {
  return timeZone !== '' && validateTimeZone(timeZone).ok ? timeZone : undefined
}

/**
 * Where counting starts. `@every` runs on a grid: of a schedule that is saved and unchanged the next point is known;
 * a changed one counts from its being saved.
 */
function anchorOf(schedule: Schedule, form: Form, { now, saved }: PreviewContext): number {
  if (schedule.kind !== 'every' || saved?.nextExecutionAt === undefined || saved.schedule !== form.schedule) return now
  const next = Date.parse(saved.nextExecutionAt)
  return next - Math.ceil((next - now) / schedule.intervalMs) * schedule.intervalMs
}

/** How many of the other jobs start at the very minute at which this one runs next. */
export function peersOf(form: Form, neighbours: readonly NeighbourSchedule[], now: number): number {
  const parsed = parseSchedule(form.schedule)
  if (!parsed.ok || parsed.schedule.kind === 'every') return 0
  const run = nextRun(parsed.schedule, now, knownZone(form.timeZone) ?? 'UTC')
  if (run === undefined) return 0
  return neighbours.filter(neighbour => {
    const other = parseSchedule(neighbour.schedule)
    if (!other.ok || other.schedule.kind === 'every') return false
    return nextRun(other.schedule, run - 1000, knownZone(neighbour.timeZone ?? '') ?? 'UTC') === run
  }).length
}

/** The page's warnings and those that only the gateway gives, worst first, each code once. */
export function joinWarnings(
  own: readonly ScheduleWarning[],
  gateway: readonly ScheduleWarning[] | undefined,
): ScheduleWarning[] {
  const known = new Set(own.map(warning => warning.code))
  const rank = { error: 0, warning: 1, info: 2 }
  return [...own, ...(gateway ?? []).filter(warning => !known.has(warning.code))].sort(
    (a, b) => rank[a.severity] - rank[b.severity],
  )
}

/** What lint looked at: as long as it is the same, an acknowledged error stays acknowledged. */
export function lintKey(form: Form): string {
  return JSON.stringify([form.schedule, form.timeZone, form.startingDeadlineSeconds])
}
