import { writeWords } from '../../base/shellWords.ts'
import type { ExecutionSummary } from '../../contract/executions.ts'
import type { DeniedAction } from '../../contract/projects.ts'
import { deniedWords } from './deniedActions.ts'
import type { Localize } from './localize.ts'
import { absoluteTime, rowTime, runLength, stopwatch } from './time.ts'
import { escapeMarkdown, joined, type NodeIcon, type RenderOptions, type TreeNode } from './treeNode.ts'

/** How a run stands, in one word for icons and context. */
export type RunState = 'running' | 'backoff' | 'stopping' | 'succeeded' | 'failed'

/** The row of one run under its CronJob. */
export function executionNode(
  execution: ExecutionSummary,
  options: RenderOptions,
  denied: readonly DeniedAction[] = [],
): TreeNode {
  const { t, now, locale } = options
  const startedAt = Date.parse(execution.startedAt)
  const label = rowTime(startedAt, now, locale)
  const outcome = runOutcome(execution, now, t)
  const how = triggerWords(execution, t)
  return {
    id: `execution:${execution.id}`,
    target: { kind: 'execution', cronJobId: execution.applicationId, executionId: execution.id },
    label,
    description: joined([outcome, how]),
    tooltip: () => executionTooltip(execution, options),
    spoken: joined([t('run of {0}', absoluteTime(startedAt, locale)), runWord(execution, t), outcome, how], ', '),
    icon: runIcon(execution.phase),
    context: [
      'execution',
      execution.status === 'running' ? 'running' : 'ended',
      execution.phase,
      ...deniedWords(denied),
    ].join(';'),
    action: 'showRunLog',
    children: [],
  }
}

/** The icon of a run: its shape says the state without colour too. */
export function runIcon(phase: RunState): NodeIcon {
  switch (phase) {
    case 'running':
      return { codicon: 'sync~spin', color: 'charts.blue' }
    case 'backoff':
      return { codicon: 'history', color: 'charts.yellow' }
    case 'stopping':
      return { codicon: 'debug-stop', color: 'charts.yellow' }
    case 'succeeded':
      return { codicon: 'pass', color: 'testing.iconPassed' }
    case 'failed':
      return { codicon: 'error', color: 'testing.iconFailed' }
  }
}

/** "12 s", "running 0:42", "exit 137 (out of memory)". */
export function runOutcome(execution: ExecutionSummary, now: number, t: Localize): string {
  const startedAt = Date.parse(execution.startedAt)
  if (execution.phase === 'stopping') return t('stopping')
  if (execution.phase === 'backoff') return t('waits to try again, attempt {0} failed', execution.attempts.length)
  if (execution.status === 'running') return t('running {0}', stopwatch(now - startedAt))
  const length = execution.completedAt === undefined ? '' : runLength(Date.parse(execution.completedAt) - startedAt, t)
  return joined([length, failureWords(execution, t)])
}

/** What a failed run ended with: its exit code, its reason or its cause. */
export function failureWords(execution: ExecutionSummary, t: Localize): string | undefined {
  if (execution.status !== 'failed') return undefined
  if (execution.reason !== undefined && execution.reason !== 'BackoffLimitExceeded') return execution.reason
  if (execution.exitCode !== undefined) return t('exit {0}', execution.exitCode)
  return execution.cause
}

/** One word for a run's state, for a screen reader. */
export function runWord(execution: ExecutionSummary, t: Localize): string {
  if (execution.status === 'succeeded') return t('succeeded')
  return execution.status === 'failed' ? t('failed') : t('running')
}

/** What started a run, unless its schedule did. */
export function triggerWords(execution: ExecutionSummary, t: Localize): string | undefined {
  if (execution.trigger === 'manual') return t('run by hand')
  return execution.trigger === 'retry' ? t('run again') : undefined
}

/** What it was run with instead of what its CronJob says; words quoted as in a shell. */
function changeLines(
  { changes }: ExecutionSummary,
  line: (name: string, value: string | undefined) => string | undefined,
  t: Localize,
): readonly (string | undefined)[] {
  if (changes === undefined) return []
  const { args, environment = {}, image } = changes
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  return [
    line(t('Run with arguments'), args?.length === 0 ? t('none') : args && writeWords(args)),
    line(t('Run with variables'), writeWords(variables)),
    line(t('Run with image'), image),
  ]
}

function executionTooltip(execution: ExecutionSummary, { t, now, locale }: RenderOptions): string {
  const line = (name: string, value: string | undefined): string | undefined =>
    value === undefined || value === '' ? undefined : `${name}: ${escapeMarkdown(value)}`
  const at = (instant: string | undefined): string | undefined =>
    instant === undefined ? undefined : absoluteTime(Date.parse(instant), locale)
  return joined(
    [
      `**${escapeMarkdown(execution.jobName)}**`,
      escapeMarkdown(joined([runWord(execution, t), runOutcome(execution, now, t)])),
      line(t('Scheduled'), at(execution.scheduledAt)),
      line(t('Started'), at(execution.startedAt)),
      line(t('Ended'), at(execution.completedAt)),
      line(t('Started by'), execution.trigger === 'schedule' ? t('schedule') : triggerWords(execution, t)),
      ...changeLines(execution, line, t),
      line(t('Cause'), execution.cause),
      execution.attempts.length > 1 ? line(t('Attempts'), String(execution.attempts.length)) : undefined,
    ],
    '\n\n',
  )
}
