import type { FunctionCalls, Invocation } from '../../contract/invocations.ts'
import type { Localize } from './localize.ts'
import { absoluteTime, rowTime, runLength, stopwatch } from './time.ts'
import { escapeMarkdown, joined, type NodeIcon, type RenderOptions, type TreeNode } from './treeNode.ts'

/** The row of one call under its function. */
export function callNode(call: Invocation, options: RenderOptions): TreeNode {
  const { t, now, locale } = options
  const startedAt = Date.parse(call.startedAt)
  const outcome = callOutcome(call, now, t)
  const how = sourceWords(call, t)
  return {
    id: `call:${call.id}`,
    target: { kind: 'call', functionId: call.functionId, invocationId: call.id },
    label: rowTime(startedAt, now, locale),
    description: joined([outcome, how]),
    tooltip: () => callTooltip(call, options),
    spoken: joined([t('call of {0}', absoluteTime(startedAt, locale)), callWord(call, t), outcome, how], ', '),
    icon: icons[call.outcome],
    context: `call;${call.outcome === 'running' ? 'running' : 'ended'};${call.source}`,
    action: 'showCallLog',
    children: [],
  }
}

/** "8 ms", "500 KeyError: 'name'", "running 0:42". */
export function callOutcome(call: Invocation, now: number, t: Localize): string {
  if (call.outcome === 'running') return t('running {0}', stopwatch(now - Date.parse(call.startedAt)))
  const length = call.durationMs === undefined ? undefined : callLength(call.durationMs, t)
  return call.outcome === 'succeeded' ? joined([length]) : joined([failureWords(call), length])
}

/** How long a call took: "8 ms", "1.2 s". Milliseconds in. */
export const callLength = (milliseconds: number, t: Localize): string =>
  milliseconds < 1000 ? t('{0} ms', milliseconds) : runLength(milliseconds, t)

/** "12 calls, p95 8 ms"; nothing when there was none today. */
export function figureWords({ calls, p95Ms }: FunctionCalls['day'], t: Localize): string | undefined {
  if (calls === 0 || p95Ms === undefined) return undefined
  const length = callLength(p95Ms, t)
  return calls === 1 ? t('1 call, {0}', length) : t('{0} calls, p95 {1}', calls, length)
}

/** The same as a sentence that says what it counts. */
export function figureSentence({ calls, failed, p95Ms }: FunctionCalls['day'], t: Localize): string {
  if (calls === 0) return t('No call in the last 24 hours')
  return joined(
    [
      calls === 1 ? t('1 call in the last 24 hours') : t('{0} calls in the last 24 hours', calls),
      failed === 0 ? undefined : t('{0} failed', failed),
      p95Ms === undefined ? undefined : t('95 of 100 took at most {0}', callLength(p95Ms, t)),
    ],
    ', ',
  )
}

const icons: Readonly<Record<Invocation['outcome'], NodeIcon>> = {
  running: { codicon: 'sync~spin', color: 'charts.blue' },
  succeeded: { codicon: 'pass', color: 'testing.iconPassed' },
  failed: { codicon: 'error', color: 'testing.iconFailed' },
}

/** The status and, of an exception, its type and message without the sentence before them. */
const failureWords = ({ statusCode, code, message }: Invocation): string => {
  const cause = message?.replace(/^The function raised an exception\. (?=.)/, '')
  return joined([statusCode?.toString() ?? code, cause], ' ')
}

function callWord({ outcome }: Invocation, t: Localize): string {
  if (outcome === 'running') return t('running')
  return outcome === 'succeeded' ? t('succeeded') : t('failed')
}

/** Where a call came from, unless somebody invoked the function. */
export function sourceWords({ source }: Invocation, t: Localize): string | undefined {
  if (source === 'schedule') return t('schedule')
  return source === 'url' ? t('URL') : undefined
}

function callTooltip(call: Invocation, { t, now, locale }: RenderOptions): string {
  const line = (name: string, value: string | undefined): string | undefined =>
    value === undefined || value === '' ? undefined : `${name}: ${escapeMarkdown(value)}`
  return joined(
    [
      `**${escapeMarkdown(absoluteTime(Date.parse(call.startedAt), locale))}**`,
      escapeMarkdown(joined([callWord(call, t), callOutcome(call, now, t)])),
      line(t('Status'), call.statusCode?.toString()),
      line(t('Error'), call.code),
      line(t('Served'), joined([call.coldStart ? t('cold') : t('warm'), t('rev {0}', call.revision)])),
      line(t('Waited'), call.queueMs === 0 ? undefined : callLength(call.queueMs, t)),
      line(t('Sandbox'), call.sandbox),
      line(t('Called by'), sourceWords(call, t) ?? t('invoke')),
      line(t('Call'), call.id),
    ],
    '\n\n',
  )
}
