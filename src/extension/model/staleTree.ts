import type { Localize } from './localize.ts'
import type { Tree } from './tree.ts'
import { escapeMarkdown, joined, type TreeNode } from './treeNode.ts'

/** What a tree showed last, while the gateway is not there to tell what became of it: names only, nothing to do. */
export const staleTree = ({ roots }: Tree, t: Localize): Tree => ({
  roots: roots.map(node => staleNode(node, t)),
  broken: 0,
})

function staleNode(node: TreeNode, t: Localize): TreeNode {
  const { action: _, ...rest } = node
  const words = t('Not known while the gateway is away.')
  return {
    ...rest,
    description: '',
    tooltip: () => joined([`**${escapeMarkdown(node.label)}**`, escapeMarkdown(words)], '\n\n'),
    spoken: joined([node.label, words], ', '),
    // A spinner would tell of something that goes on.
    icon: { codicon: node.icon.codicon.endsWith('~spin') ? 'circle-large-outline' : node.icon.codicon },
    context: 'stale',
    children: node.children.map(child => staleNode(child, t)),
  }
}
