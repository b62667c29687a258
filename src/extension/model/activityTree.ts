import type { CronJob } from '../../contract/cronJobs.ts'
import type { ExecutionSummary } from '../../contract/executions.ts'
import type { Invocation } from '../../contract/invocations.ts'
import type { DeploymentProgress } from '../../contract/watch.ts'
import { sourceWords } from './callNode.ts'
import { runOutcome, triggerWords } from './executionNode.ts'
import type { LogResource } from './logResource.ts'
import type { Resources } from './resources.ts'
import { absoluteTime, stopwatch } from './time.ts'
import { escapeMarkdown, joined, type NodeIcon, type RenderOptions, type TreeNode } from './treeNode.ts'

/** What goes on now: a row for each, and each can be stopped. */
export interface Activity {
  readonly roots: readonly TreeNode[]
  /** Deployments, runs and calls; a log that is followed is none of them. */
  readonly running: number
  /** When the next of them has lasted long enough to be shown, epoch milliseconds. */
  readonly nextAt?: number
}

/** Milliseconds that a deployment or a run has to last before it is shown; a row that flashes helps nobody. */
const worthShowing = 1000

/** The Activity view: deployments, runs, calls, then followed logs; of each kind the oldest first. */
export function activityTree(
  resources: Resources,
  following: readonly LogResource[],
  options: RenderOptions,
): Activity {
  const begun = [
    ...[...resources.deployments.values()].map(step => ({ at: Date.parse(step.startedAt), row: deploymentRow(step) })),
    ...[...resources.cronJobs.values()].flatMap(job =>
      job.recentExecutions
        .filter(execution => execution.status === 'running')
        .map(execution => ({ at: Date.parse(execution.startedAt), row: runRow(job, execution) })),
    ),
    ...[...resources.invocations.values()].map(call => ({ at: Date.parse(call.startedAt), row: callRow(call) })),
  ].map(({ at, row }) => ({ at, ...row(resources, options) }))
  const shown = begun
    .filter(({ at }) => options.now - at >= worthShowing)
    .sort((a, b) => a.rank - b.rank || a.at - b.at)
    .map(({ node }) => node)
  const later = begun.map(({ at }) => at + worthShowing).filter(at => at > options.now)
  return {
    roots: [...shown, ...following.map(log => logNode(log, options))],
    running: shown.length,
    ...(later.length === 0 ? {} : { nextAt: Math.min(...later) }),
  }
}

/** Only what this window does by itself: the rest is not known while the gateway is away. */
export const ownActivity = (following: readonly LogResource[], options: RenderOptions): Activity => ({
  roots: following.map(log => logNode(log, options)),
  running: 0,
})

type Row = (resources: Resources, options: RenderOptions) => { readonly rank: number; readonly node: TreeNode }

const deploymentRow =
  (step: DeploymentProgress): Row =>
  (resources, options) => {
    const { t, now } = options
    const { functionId, name, revision, message, startedAt, projectId } = step
    const words = [t('deploying rev {0}', revision), message, elsewhere(projectId, resources, options)]
    return {
      rank: 0,
      node: {
        ...row(`deployment:${functionId}`, name, clock(startedAt, now), words, startedAt, options),
        target: { kind: 'function', functionId },
        icon: active('cloud-upload'),
        // A new function has no log before it is there.
        ...(resources.functions.has(functionId)
          ? { context: 'deployment;update', action: 'followLogs' as const }
          : { context: 'deployment;new' }),
      },
    }
  }

const runRow =
  (job: CronJob, execution: ExecutionSummary): Row =>
  (resources, options) => {
    const { t, now } = options
    const { id, startedAt, phase } = execution
    const state = phase === 'running' ? clock(startedAt, now) : runOutcome(execution, now, t)
    const words = [triggerWords(execution, t) ?? t('run'), elsewhere(job.projectId, resources, options)]
    return {
      rank: 1,
      node: {
        ...row(`execution:${id}`, job.name, state, words, startedAt, options),
        target: { kind: 'execution', cronJobId: job.id, executionId: id },
        icon: active('play-circle'),
        context: `execution;running;${phase}`,
        action: 'showRunLog',
      },
    }
  }

const callRow =
  (call: Invocation): Row =>
  (resources, options) => {
    const { t, now } = options
    const { id, functionId, startedAt } = call
    const fn = resources.functions.get(functionId)
    const where = fn && elsewhere(fn.projectId, resources, options)
    const words = [t('call'), sourceWords(call, t), where]
    return {
      rank: 2,
      node: {
        ...row(`call:${id}`, fn?.name ?? functionId, clock(startedAt, now), words, startedAt, options),
        target: { kind: 'call', functionId, invocationId: id },
        icon: active('symbol-function'),
        context: 'call;running',
        action: 'showCallLog',
      },
    }
  }

function logNode({ kind, id, name, projectName }: LogResource, { t }: RenderOptions): TreeNode {
  const words = t('log followed')
  return {
    id: `activity:log:${id}`,
    target: kind === 'cronJob' ? { kind, cronJobId: id } : { kind, functionId: id },
    label: name,
    description: words,
    tooltip: () =>
      joined(
        [`**${escapeMarkdown(name)}**`, escapeMarkdown(t('Its log is followed into an output channel.')), projectName],
        '\n\n',
      ),
    spoken: joined([name, words], ', '),
    icon: { codicon: 'output' },
    context: 'log;followed',
    action: 'followLogs',
    children: [],
  }
}

/** What the rows of everything that began have in common. The state is seen first, where there is little room. */
function row(
  id: string,
  label: string,
  state: string,
  words: readonly (string | undefined)[],
  startedAt: string,
  { t, locale }: RenderOptions,
) {
  const description = joined([state, ...words])
  return {
    id: `activity:${id}`,
    label,
    description,
    tooltip: () =>
      joined(
        [
          `**${escapeMarkdown(label)}** ${escapeMarkdown(description)}`,
          escapeMarkdown(t('Started {0}', absoluteTime(Date.parse(startedAt), locale))),
        ],
        '\n\n',
      ),
    spoken: joined([label, ...words, state], ', '),
    children: [],
  }
}

const clock = (startedAt: string, now: number): string => stopwatch(now - Date.parse(startedAt))

const active = (codicon: string): NodeIcon => ({ codicon, color: 'charts.blue' })

/** The project's name, unless it is the only one of this window. */
function elsewhere(projectId: string, { projects }: Resources, { openProjects }: RenderOptions): string | undefined {
  return openProjects.size === 1 && openProjects.has(projectId) ? undefined : projects.get(projectId)?.name
}
