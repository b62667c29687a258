import type { Connection } from '../../contract/connections.ts'
import type { Localize } from './localize.ts'
import { escapeMarkdown, joined, type NodeIcon, type RenderOptions, type TreeNode } from './treeNode.ts'

/** The row of a cluster with those of its open namespaces below it. */
export function connectionNode(
  view: string,
  connection: Connection,
  namespaces: readonly TreeNode[],
  { t }: RenderOptions,
): TreeNode {
  const { id, name, state, readOnly } = connection
  const failed = state === 'failed'
  const children = [...namespaces, ...(failed ? [] : namespaces.length > 0 ? [] : [openNamespaceRow(view, id, t)])]
  return {
    id: `${view}:connection:${id}`,
    target: { kind: 'connection', connectionId: id },
    label: name,
    description: joined([stateWords(connection, t), readOnly ? t('read-only') : undefined]),
    tooltip: () => tooltipOf(connection, t),
    spoken: joined([t('cluster {0}', name), stateWords(connection, t), readOnly ? t('read-only') : undefined], ', '),
    icon: icons[state],
    context: joined(['connection', state, readOnly ? 'readOnly' : 'writable'], ';'),
    open: 'expanded',
    children: failed ? [...problemRows(view, connection, t), ...children] : children,
  }
}

const icons: Readonly<Record<Connection['state'], NodeIcon>> = {
  connecting: { codicon: 'loading~spin' },
  ready: { codicon: 'server-environment' },
  failed: { codicon: 'warning', color: 'list.warningForeground' },
}

function stateWords({ state, context, name }: Connection, t: Localize): string | undefined {
  if (state === 'failed') return t('not reachable')
  if (state === 'connecting') return t('connecting …')
  // A connection is mostly called as its context is.
  return context === name ? undefined : context
}

const tooltipOf = ({ name, context, server, message, hint, kubeconfig }: Connection, t: Localize): string =>
  joined(
    [
      `**${escapeMarkdown(name)}**`,
      escapeMarkdown(joined([context, server], t(' at '))),
      kubeconfig && escapeMarkdown(kubeconfig.join(', ')),
      message && escapeMarkdown(message),
      hint && escapeMarkdown(hint),
    ],
    '\n\n',
  )

/** Why it failed and what can be done; what was known of the cluster stays below. */
function problemRows(view: string, { id, message = '', hint, server }: Connection, t: Localize): TreeNode[] {
  const target = { kind: 'connection', connectionId: id } as const
  const problem: TreeNode = {
    id: `${view}:connection:${id}:problem`,
    target,
    label: message,
    description: '',
    tooltip: () =>
      joined(
        [message, hint, server].map(text => text && escapeMarkdown(text)),
        '\n\n',
      ),
    spoken: joined([message, hint], '. '),
    icon: { codicon: 'error', color: 'list.errorForeground' },
    context: 'problem',
    children: [],
  }
  const retry: TreeNode = {
    ...problem,
    id: `${view}:connection:${id}:retry`,
    label: t('Test Connection'),
    tooltip: () => escapeMarkdown(t('Asks the cluster now; it is tried again by itself, too.')),
    spoken: t('Test Connection'),
    icon: { codicon: 'refresh' },
    context: 'problem;action',
    action: 'testConnection',
  }
  return [problem, retry]
}

function openNamespaceRow(view: string, id: string, t: Localize): TreeNode {
  const label = t('Open Namespace …')
  return {
    id: `${view}:connection:${id}:open`,
    target: { kind: 'connection', connectionId: id },
    label,
    description: '',
    tooltip: () => escapeMarkdown(t('A namespace that is opened is followed: its CronJobs and functions appear here.')),
    spoken: label,
    icon: { codicon: 'add' },
    context: 'problem;action',
    action: 'openNamespace',
    children: [],
  }
}
