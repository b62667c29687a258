import type { Connection } from '../../contract/connections.ts'
import type { HksError } from '../../contract/errors.ts'
import type { SandboxStatus } from '../../contract/gateway.ts'
import type { Project } from '../../contract/projects.ts'
import type { Localize } from './localize.ts'
import { sandboxMark, sandboxMarkdown, sandboxSentences } from './sandboxWords.ts'
import { escapeMarkdown, joined, type TreeNode } from './treeNode.ts'

/** How the gateway is doing, as this window sees it. */
export type GatewayState =
  /** Nothing needed it yet. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'ready'; readonly version: string }
  /** It was there and is being looked for again. */
  | { readonly kind: 'reconnecting'; readonly error: HksError }
  /** It was stopped on purpose; `reason` is a sentence. */
  | { readonly kind: 'stopped'; readonly reason: string }
  | { readonly kind: 'error'; readonly error: HksError }

/** What the status bar shows. `severity` chooses its background. */
export interface StatusText {
  readonly text: string
  /** One or two sentences on the gateway. */
  readonly summary: string
  /** Markdown: the same, with how functions are confined and what mends it. */
  readonly tooltip: string
  readonly spoken: string
  readonly severity: 'none' | 'warning' | 'error'
}

/** The cluster and namespace that commands of the window mean. */
export interface ChosenPlace {
  readonly connection: Connection
  readonly project: Project
}

/** Connection, gateway state and sandbox for the status bar; `chosen` where that is not this machine. */
export function statusText(
  state: GatewayState,
  sandbox: SandboxStatus | undefined,
  t: Localize,
  chosen?: ChosenPlace,
): StatusText {
  const name = `HKS: ${chosen ? `${chosen.connection.name}/${chosen.project.name}` : 'local'}`
  switch (state.kind) {
    case 'idle':
      return status(`$(server-process) ${name}`, t('The gateway starts when it is first needed.'), 'none')
    case 'starting':
      return status(`$(sync~spin) ${name}`, t('The gateway is starting.'), 'none')
    case 'ready': {
      const connected = t('Connected to the gateway {0} on this machine.', state.version)
      if (chosen) return clusterStatus(name, connected, chosen, t)
      return withSandbox(status(`$(server-process) ${name}`, connected, 'none'), sandbox, t)
    }
    case 'reconnecting':
      return status(
        `$(sync~spin) ${name}`,
        joined([t('Looking for the gateway.'), state.error.message], ' '),
        'warning',
      )
    case 'stopped':
      return status(`$(circle-slash) ${name}`, joined([t('The gateway is stopped.'), state.reason], ' '), 'none')
    case 'error':
      return status(`$(error) ${name}`, state.error.message, 'error')
  }
}

/** The sandbox of this machine says nothing of a cluster; whether the cluster answers does. */
function clusterStatus(name: string, connected: string, { connection, project }: ChosenPlace, t: Localize): StatusText {
  const place = t('New CronJobs and functions go to the namespace {0} of {1}.', project.name, connection.name)
  if (connection.state === 'failed')
    return status(`$(warning) ${name}`, joined([connection.message, connected, place], ' '), 'warning')
  const icon = connection.state === 'connecting' ? '$(sync~spin)' : '$(server-environment)'
  return status(`${icon} ${name}`, joined([connected, place], ' '), 'none')
}

const status = (text: string, summary: string, severity: StatusText['severity']): StatusText => ({
  text,
  summary,
  tooltip: escapeMarkdown(summary),
  spoken: `Hexabase HKS: ${summary}`,
  severity,
})

const withSandbox = (shown: StatusText, sandbox: SandboxStatus | undefined, t: Localize): StatusText =>
  sandbox === undefined
    ? shown
    : {
        ...shown,
        text: `${shown.text} ${sandboxMark(sandbox)}`,
        tooltip: `${shown.tooltip}\n\n${sandboxMarkdown(sandbox, t)}`,
        spoken: `${shown.spoken} ${sandboxSentences(sandbox, t)}`,
      }

/** The rows that stand above a tree while the gateway cannot be reached. */
export function problemNodes(view: string, state: GatewayState, t: Localize): TreeNode[] {
  if (state.kind !== 'error' && state.kind !== 'stopped') return []
  const message = state.kind === 'error' ? state.error.message : t('The gateway is stopped')
  const reason = state.kind === 'error' ? '' : state.reason
  const hint = state.kind === 'error' ? state.error.hint : undefined
  const row = (id: string, label: string, codicon: string, action: 'refresh' | 'showGatewayLog'): TreeNode => ({
    id: `${view}:problem:${id}`,
    target: { kind: 'problem' },
    label,
    description: '',
    tooltip: () => escapeMarkdown(label),
    spoken: label,
    icon: { codicon },
    context: 'problem;action',
    action,
    children: [],
  })
  const failed = state.kind === 'error'
  return [
    {
      id: `${view}:problem`,
      target: { kind: 'problem' },
      label: message,
      description: reason,
      tooltip: () =>
        joined(
          [message, reason, hint].map(text => text && escapeMarkdown(text)),
          '\n\n',
        ),
      spoken: joined([message, reason, hint], '. '),
      icon: failed ? { codicon: 'error', color: 'list.errorForeground' } : { codicon: 'circle-slash' },
      context: 'problem',
      children: [],
    },
    row('retry', failed ? t('Retry') : t('Start the gateway'), failed ? 'refresh' : 'play', 'refresh'),
    ...(failed ? [row('log', t('Show the gateway log'), 'output', 'showGatewayLog')] : []),
  ]
}
