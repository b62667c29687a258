import type { TreeNode } from './treeNode.ts'

/** What has to be drawn again: single rows, or everything because rows came, went or moved. */
export type TreeDifference = 'everything' | readonly string[]

/** Compares two versions of a tree and answers the ids of the rows that look different. */
export function treeDifference(before: readonly TreeNode[], after: readonly TreeNode[]): TreeDifference {
  const changed: string[] = []
  return compare(before, after, changed) ? changed : 'everything'
}

function compare(before: readonly TreeNode[], after: readonly TreeNode[], changed: string[]): boolean {
  if (before.length !== after.length) return false
  return after.every((node, i) => {
    const old = before[i]!
    if (old.id !== node.id || old.open !== node.open) return false
    if (!looksEqual(old, node)) changed.push(node.id)
    return compare(old.children, node.children, changed)
  })
}

const looksEqual = (a: TreeNode, b: TreeNode): boolean =>
  a.label === b.label &&
  a.description === b.description &&
  a.context === b.context &&
  a.icon.codicon === b.icon.codicon &&
  a.icon.color === b.icon.color &&
  a.spoken === b.spoken
