import type { Function } from '../../contract/functions.ts'
import type { DeniedAction } from '../../contract/projects.ts'
import type { FunctionCalls } from '../../contract/invocations.ts'
import type { DeploymentProgress } from '../../contract/watch.ts'
import type { Localize } from './localize.ts'
import { deniedWords } from './deniedActions.ts'
import { callNode, figureWords, figureSentence } from './callNode.ts'
import { firstLine, revisionNode } from './revisionNode.ts'
import { absoluteTime } from './time.ts'
import {
  codeMarkdown,
  escapeMarkdown,
  joined,
  type NodeIcon,
  type ReloadedRow,
  type RenderOptions,
  type TreeNode,
} from './treeNode.ts'

/** How a function stands. `degraded`: an older revision serves because the newest one failed. */
export type FunctionState = 'failed' | 'degraded' | 'deploying' | 'deleting' | 'ready' | 'idle'

/** The state of a function: what its icon shows and how it is sorted. */
export function functionState(fn: Function): FunctionState {
  if (fn.status !== 'ready') return fn.status
  if (fn.revisions[0]?.status === 'failed') return 'degraded'
  if (fn.revisions[0]?.status === 'deploying') return 'deploying'
  return fn.replicas === 0 ? 'idle' : 'ready'
}

/** Whether a function needs somebody's attention. */
export const isBrokenFunction = (fn: Function): boolean => ['failed', 'degraded'].includes(functionState(fn))

/** Whether something would answer a call: a revision, or a process that is debugged. */
export const canBeCalled = (fn: Function): boolean => fn.revision > 0 || fn.debugging === true

/** Whether there is a source that this machine can run under a debugger. */
const canBeDebugged = ({ image, runtime }: Function): boolean => image === undefined && runtime !== 'go'

/** What is known of a function beside itself. */
export interface FunctionNews {
  readonly deployment?: DeploymentProgress | undefined
  readonly calls?: FunctionCalls | undefined
  /** It is in a cluster, where calls can be divided between revisions. */
  readonly inCluster?: boolean | undefined
  /** What may not be done in its project. */
  readonly denied?: readonly DeniedAction[] | undefined
}

/** The row of a function with its last calls, revisions and address below. */
export function functionNode(
  fn: Function,
  { deployment, calls, inCluster = false, denied = [] }: FunctionNews,
  options: RenderOptions,
): TreeNode {
  const state = functionState(fn)
  const words = fn.debugging ? options.t('being debugged') : stateWords(fn, state, deployment, options)
  const reloads = reloadWords(options.reloaded.get(fn.id), options.t)
  const figures = calls && figureWords(calls.day, options.t)
  const children = [
    ...(calls?.latest ?? []).map(call => callNode(call, options)),
    ...fn.revisions.map(revision => revisionNode(fn, revision, inCluster, options)),
    ...(fn.revision > 0 ? [urlNode(fn, inCluster, options)] : []),
  ]
  return {
    id: `function:${fn.id}`,
    target: { kind: 'function', functionId: fn.id },
    label: fn.name,
    description: joined([fn.runtime, words, reloads, figures]),
    tooltip: () => tooltip(fn, words, { calls, inCluster }, options),
    spoken: joined([fn.name, options.t('function'), fn.runtime, words, reloads, figures], ', '),
    icon: fn.debugging ? { codicon: 'debug-alt', color: 'charts.orange' } : icons[state],
    context: [
      'function',
      state,
      canBeCalled(fn) ? 'serving' : 'notServing',
      ...(canBeDebugged(fn) ? [] : ['undebuggable']),
      ...(fn.image === undefined ? [] : ['ownImage']),
      ...(options.followed.has(fn.id) ? ['followed'] : []),
      ...(options.reloaded.has(fn.id) ? ['reloaded'] : []),
      ...deniedWords(denied),
    ].join(';'),
    ...(children.length === 0 ? {} : { open: 'collapsed' as const }),
    children,
  }
}

/** Broken first, then what is being deployed, then by name. */
export function compareFunctions(a: Function, b: Function): number {
  return ranks[functionState(a)] - ranks[functionState(b)] || a.name.localeCompare(b.name)
}

const ranks: Readonly<Record<FunctionState, number>> = {
  failed: 0,
  degraded: 0,
  deploying: 1,
  deleting: 1,
  ready: 2,
  idle: 2,
}

const icons: Readonly<Record<FunctionState, NodeIcon>> = {
  failed: { codicon: 'error', color: 'testing.iconFailed' },
  degraded: { codicon: 'warning', color: 'list.warningForeground' },
  deploying: { codicon: 'sync~spin', color: 'charts.blue' },
  deleting: { codicon: 'sync~spin' },
  ready: { codicon: 'symbol-function', color: 'testing.iconPassed' },
  idle: { codicon: 'symbol-function' },
}

function stateWords(
  fn: Function,
  state: FunctionState,
  deployment: DeploymentProgress | undefined,
  { t }: RenderOptions,
): string {
  switch (state) {
    case 'failed':
      return t('failed: {0}', firstLine(fn.reason ?? fn.revisions[0]?.reason ?? t('no reason given')))
    case 'degraded': {
      const [newest] = fn.revisions
      const reason = firstLine(newest?.reason ?? fn.reason ?? '')
      const failed = t('rev {0} failed, rev {1} serves', newest?.number ?? 0, fn.revision)
      return reason === '' ? failed : `${failed}: ${reason}`
    }
    case 'deploying':
      return deployment === undefined ? t('deploying') : t('deploying: {0}', deployment.message)
    case 'deleting':
      return t('is being deleted')
    case 'ready':
      return t('ready')
    case 'idle':
      return t('scaled to zero')
  }
}

function reloadWords(reloaded: ReloadedRow | undefined, t: Localize): string | undefined {
  if (reloaded === undefined) return undefined
  return reloaded.refusedAt === undefined ? t('hot reload') : t('hot reload: {0} has an error', reloaded.refusedAt)
}

const urlNode = (fn: Function, inCluster: boolean, { t }: RenderOptions): TreeNode => ({
  id: `url:${fn.id}`,
  target: { kind: 'url', functionId: fn.id },
  label: fn.url,
  description: fn.public && !inCluster ? t('public') : '',
  tooltip: () =>
    joined(
      [
        codeMarkdown(fn.url),
        escapeMarkdown(
          inCluster
            ? t('Answers whoever reaches the ingress of the cluster.')
            : fn.public
              ? t('Answers without a token.')
              : t('Wants the token that "Copy as curl" puts on the clipboard.'),
        ),
      ],
      '\n\n',
    ),
  spoken: t('address of {0}: {1}', fn.name, fn.url),
  icon: { codicon: 'link' },
  context: 'url',
  action: 'copyUrl',
  children: [],
})

function scalingWords({ scaling }: Function, inCluster: boolean, t: Localize): string {
  const { minScale, maxScale, containerConcurrency } = scaling
  const least = inCluster ? t('at least {0} pods', minScale) : t('at least {0} processes', minScale)
  const most = (to: number): string =>
    inCluster ? t('{0} to {1} pods', minScale, to) : t('{0} to {1} processes', minScale, to)
  return joined(
    [maxScale === undefined ? least : most(maxScale), t('{0} calls at once in each', containerConcurrency)],
    ', ',
  )
}

function tooltip(
  fn: Function,
  words: string,
  { calls, inCluster = false }: FunctionNews,
  options: RenderOptions,
): string {
  const { t, locale } = options
  const watched = options.reloaded.get(fn.id)
  const variables = Object.keys(fn.environment)
  const line = (name: string, value: string): string => `${escapeMarkdown(name)}: ${value}`
  return joined(
    [
      `**${escapeMarkdown(fn.name)}** ${escapeMarkdown(joined([fn.runtime, words]))}`,
      fn.description === undefined ? undefined : escapeMarkdown(fn.description),
      watched === undefined ? undefined : line(t('Deployed at each save of'), codeMarkdown(watched.path)),
      fn.image === undefined ? line(t('Handler'), codeMarkdown(fn.handler)) : line(t('Image'), codeMarkdown(fn.image)),
      fn.revision > 0 ? line(t('Address'), codeMarkdown(fn.url)) : undefined,
      calls === undefined ? undefined : escapeMarkdown(figureSentence(calls.day, t)),
      line(t('Longest call'), `${fn.timeout} s`),
      line(t('Scaling'), escapeMarkdown(scalingWords(fn, inCluster, t))),
      variables.length === 0 ? undefined : line(t('Environment'), variables.map(codeMarkdown).join(', ')),
      fn.secrets.length === 0 ? undefined : line(t('Secrets'), fn.secrets.map(s => codeMarkdown(s.name)).join(', ')),
      fn.reason === undefined ? undefined : line(t('Last fault'), escapeMarkdown(fn.reason)),
      escapeMarkdown(t('Changed {0}', absoluteTime(Date.parse(fn.updatedAt), locale))),
    ],
    '\n\n',
  )
}
