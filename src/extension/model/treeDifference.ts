import type { TreeNode } from './treeNode.ts'

/** What has to be drawn again: single rows with what is below them, or everything because roots came, went or moved. */
export type TreeDifference = 'everything' | readonly string[]

/** Compares two versions of a tree and answers the ids of the rows that look different or whose children do. */
export function treeDifference(before: readonly TreeNode[], after: readonly TreeNode[]): TreeDifference {
  if (!sameRows(before, after)) return 'everything'
  const changed: string[] = []
  after.forEach((node, i) => compare(before[i]!, node, changed))
  return changed
}

function compare(before: TreeNode, after: TreeNode, changed: string[]): void {
  const isSame = sameRows(before.children, after.children)
  if (!isSame || !looksEqual(before, after)) changed.push(after.id)
  // The row that is drawn again takes its new children with it.
  if (isSame) after.children.forEach((node, i) => compare(before.children[i]!, node, changed))
}

/** Whether the same rows stand in the same order, each with children below it or not. */
const sameRows = (before: readonly TreeNode[], after: readonly TreeNode[]): boolean =>
  before.length === after.length && after.every(({ id, open }, i) => before[i]!.id === id && before[i]!.open === open)

const looksEqual = (a: TreeNode, b: TreeNode): boolean =>
  a.label === b.label &&
  a.description === b.description &&
  a.context === b.context &&
  a.icon.codicon === b.icon.codicon &&
  a.icon.color === b.icon.color &&
  a.spoken === b.spoken
