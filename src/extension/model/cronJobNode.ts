import type { CronJob } from '../../contract/cronJobs.ts'
import type { DeniedAction } from '../../contract/projects.ts'
import { deniedWords } from './deniedActions.ts'
import { cronJobTooltip } from './cronJobTooltip.ts'
import { executionNode, failureWords, runOutcome, runWord } from './executionNode.ts'
import type { Localize } from './localize.ts'
import { scheduleWords, zoneWords } from './scheduleWords.ts'
import { absoluteTime, relativeTime } from './time.ts'
import { joined, type NodeIcon, type RenderOptions, type TreeNode } from './treeNode.ts'

/** How a CronJob stands: what its icon shows and how it is sorted. */
export type CronJobState = 'failed' | 'never' | 'running' | 'succeeded' | 'waiting' | 'suspended'

/** The state of a CronJob: a run in progress first, then suspension, then how the last run ended. */
export function cronJobState(job: CronJob): CronJobState {
  if (job.active > 0 || job.recentExecutions.some(e => e.status === 'running')) return 'running'
  if (job.suspend) return 'suspended'
  if (job.recentExecutions[0]?.status === 'failed') return 'failed'
  if (job.nextExecutionAt === undefined) return 'never'
  return job.recentExecutions.length === 0 ? 'waiting' : 'succeeded'
}

/** Whether a CronJob needs somebody's attention. */
export const isBrokenCronJob = (job: CronJob): boolean => ['failed', 'never'].includes(cronJobState(job))

/** What the place of a CronJob says about it. */
export interface CronJobPlace {
  readonly inCluster?: boolean
  readonly denied?: readonly DeniedAction[]
}

/** The row of a CronJob with its recent runs below. */
export function cronJobNode(job: CronJob, options: RenderOptions, place: CronJobPlace = {}): TreeNode {
  const { inCluster = false, denied = [] } = place
  const state = cronJobState(job)
  const context = [
    'cronJob',
    job.suspend ? 'suspended' : 'enabled',
    state === 'running' ? 'running' : 'idle',
    job.functionId === undefined ? 'command' : 'calls',
    ...(options.followed.has(job.id) ? ['followed'] : []),
    ...deniedWords(denied),
  ]
  return {
    id: `cronJob:${job.id}`,
    target: { kind: 'cronJob', cronJobId: job.id },
    label: job.name,
    description: cronJobDescription(job, state, options),
    tooltip: () => cronJobTooltip(job, options, inCluster),
    spoken: spoken(job, state, options),
    icon: icons[state],
    context: context.join(';'),
    ...(job.recentExecutions.length === 0 ? {} : { open: 'collapsed' as const }),
    children: job.recentExecutions.map(execution => executionNode(execution, options, denied)),
  }
}

/**
 * Broken first, the suspended last, the others by name. A run in progress moves nothing: a row that jumps each minute
 * is clicked by mistake.
 */
export function compareCronJobs(a: CronJob, b: CronJob): number {
  return rank(a) - rank(b) || a.name.localeCompare(b.name)
}

const ranks: Readonly<Record<CronJobState, number>> = {
  failed: 0,
  never: 0,
  running: 1,
  succeeded: 1,
  waiting: 1,
  suspended: 2,
}

/** By what the last ended run left behind. */
const rank = (job: CronJob): number => {
  const ended = job.recentExecutions.filter(execution => execution.status !== 'running')
  return ranks[cronJobState({ ...job, active: 0, recentExecutions: ended })]
}

const icons: Readonly<Record<CronJobState, NodeIcon>> = {
  failed: { codicon: 'error', color: 'testing.iconFailed' },
  never: { codicon: 'warning', color: 'list.warningForeground' },
  running: { codicon: 'sync~spin', color: 'charts.blue' },
  succeeded: { codicon: 'pass', color: 'testing.iconPassed' },
  waiting: { codicon: 'circle-large-outline' },
  suspended: { codicon: 'debug-pause' },
}

/** Longer words of a schedule stand behind what matters next: a row shows only its beginning. */
const shortWords = 30

function cronJobDescription(job: CronJob, state: CronJobState, options: RenderOptions): string {
  const words = scheduleWords(job.schedule, options)
  const zone = zoneWords(job, options)
  const next = nextWords(job, state, options)
  if (state === 'suspended' || (state !== 'never' && words.length > shortWords)) return joined([...next, words, zone])
  // A schedule that can never run says so itself, with the reason.
  const isSaid = state === 'never' && words.startsWith('Never')
  return joined([words, ...(isSaid ? [] : next), zone])
}

/** What happens or has happened, without the schedule. */
function nextWords(job: CronJob, state: CronJobState, { t, now }: RenderOptions): (string | undefined)[] {
  const latest = job.recentExecutions[0]
  switch (state) {
    case 'running': {
      const running = job.recentExecutions.find(e => e.status === 'running')
      return [running === undefined ? t('running') : runOutcome(running, now, t), several(job.active, t)]
    }
    case 'failed': {
      const ago = relativeTime(Date.parse(latest?.completedAt ?? latest?.startedAt ?? ''), now, t)
      return [t('failed {0}', ago), latest && failureWords(latest, t)]
    }
    case 'suspended':
      return [t('suspended')]
    case 'never':
      return [t('never runs')]
    case 'succeeded':
    case 'waiting': {
      const next = Date.parse(job.nextExecutionAt ?? '')
      // A run that is late, as after a pause, is not one of the past.
      return Number.isNaN(next) ? [] : [next < now - 1000 ? t('due') : relativeTime(next, now, t)]
    }
  }
}

const several = (active: number, t: Localize): string | undefined => (active > 1 ? t('{0} runs', active) : undefined)

function spoken(job: CronJob, state: CronJobState, options: RenderOptions): string {
  const { t, now, locale } = options
  const words = scheduleWords(job.schedule, options)
  const latest = job.recentExecutions[0]
  const stateWords: Readonly<Record<CronJobState, string>> = {
    failed: t('failed'),
    never: t('never runs'),
    running: t('running'),
    succeeded: latest === undefined ? '' : runWord(latest, t),
    waiting: t('has not run yet'),
    suspended: t('suspended'),
  }
  const next = job.nextExecutionAt === undefined || job.suspend ? undefined : Date.parse(job.nextExecutionAt)
  return joined(
    [
      job.name,
      stateWords[state],
      state === 'failed' && latest !== undefined ? failureWords(latest, t) : undefined,
      words,
      next === undefined ? undefined : t('next {0}, {1}', relativeTime(next, now, t), absoluteTime(next, locale)),
    ],
    ', ',
  )
}
