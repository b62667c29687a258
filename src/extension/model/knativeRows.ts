import type { Connection } from '../../contract/connections.ts'
import { escapeMarkdown, type RenderOptions, type TreeNode } from './treeNode.ts'

/** The rows that say why a cluster can have no functions, and lead to what mends it. */
export function knativeRows({ id, readOnly }: Connection, lack: string, { t }: RenderOptions): TreeNode[] {
  const problem: TreeNode = {
    id: `functions:connection:${id}:knative`,
    target: { kind: 'connection', connectionId: id },
    label: t('Knative is missing'),
    description: '',
    tooltip: () => escapeMarkdown(`${lack} ${t('CronJobs work without it.')}`),
    spoken: lack,
    icon: { codicon: 'info' },
    context: 'problem',
    children: [],
  }
  const install = t('Install Knative…')
  const mend: TreeNode = {
    ...problem,
    id: `functions:connection:${id}:installKnative`,
    label: install,
    tooltip: () => escapeMarkdown(t('Says what is missing, and asks before anything is installed.')),
    spoken: install,
    icon: { codicon: 'cloud-download' },
    context: 'problem;action',
    action: 'installKnative',
  }
  return readOnly ? [problem] : [problem, mend]
}
