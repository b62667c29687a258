import {
  type Command,
  type Disposable,
  EventEmitter,
  l10n,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  window,
} from 'vscode'
import { commands } from '../contributions.ts'
import type { Tree } from '../model/tree.ts'
import { treeDifference } from '../model/treeDifference.ts'
import type { NodeTarget, TreeNode } from '../model/treeNode.ts'

/** What VS Code holds for a row: the same object for the same id, so that single rows can be drawn again. */
export interface TreeRow {
  readonly id: string
  readonly target: NodeTarget
}

/** A tree view that draws what it is given. */
export interface HksTreeView extends Disposable {
  /** Draws again what differs from before. */
  render(tree: Tree): void
  readonly visible: boolean
}

/** Registers a tree view. `onVisibility` is told when it appears and when it goes. */
export function createTreeView(id: string, onVisibility: () => void): HksTreeView {
  const changed = new EventEmitter<TreeRow | TreeRow[] | undefined>()
  const rows = new Map<string, TreeRow>()
  let nodes = new Map<string, { readonly node: TreeNode; readonly parent: string | undefined }>()
  let tree: Tree = { roots: [], broken: 0 }

  const rowOf = (node: TreeNode): TreeRow => {
    const known = rows.get(node.id)
    if (known !== undefined) return known
    const row = { id: node.id, target: node.target }
    rows.set(node.id, row)
    return row
  }

  const provider: TreeDataProvider<TreeRow> = {
    onDidChangeTreeData: changed.event,
    getChildren: row => (row === undefined ? tree.roots : (nodes.get(row.id)?.node.children ?? [])).map(rowOf),
    getParent: row => {
      const parent = nodes.get(row.id)?.parent
      return parent === undefined ? undefined : rows.get(parent)
    },
    getTreeItem: row => {
      const node = nodes.get(row.id)?.node
      return node === undefined ? new TreeItem('') : treeItem(node, row)
    },
    resolveTreeItem: (item, row) => {
      const node = nodes.get(row.id)?.node
      if (node !== undefined) item.tooltip = new MarkdownString(node.tooltip())
      return item
    },
  }
  const view = window.createTreeView(id, { treeDataProvider: provider, showCollapseAll: true })
  const visibility = view.onDidChangeVisibility(onVisibility)

  return {
    get visible() {
      return view.visible
    },
    render: next => {
      const difference = treeDifference(tree.roots, next.roots)
      tree = next
      nodes = indexed(next.roots)
      for (const known of rows.keys()) if (!nodes.has(known)) rows.delete(known)
      if (difference === 'everything') changed.fire(undefined)
      else if (difference.length > 0) changed.fire(difference.map(d => rows.get(d)).filter(row => row !== undefined))
      view.badge = next.broken === 0 ? undefined : { value: next.broken, tooltip: brokenWords(next.broken) }
    },
    dispose: () => {
      visibility.dispose()
      view.dispose()
      changed.dispose()
    },
  }
}

const brokenWords = (broken: number): string =>
  broken === 1 ? l10n.t('1 is broken') : l10n.t('{0} are broken', broken)

function indexed(
  roots: readonly TreeNode[],
  parent?: string,
  index = new Map<string, { readonly node: TreeNode; readonly parent: string | undefined }>(),
) {
  for (const node of roots) {
    index.set(node.id, { node, parent })
    indexed(node.children, node.id, index)
  }
  return index
}

const states = {
  expanded: TreeItemCollapsibleState.Expanded,
  collapsed: TreeItemCollapsibleState.Collapsed,
} as const

function treeItem(node: TreeNode, row: TreeRow): TreeItem {
  const item = new TreeItem(node.label, node.open === undefined ? TreeItemCollapsibleState.None : states[node.open])
  item.id = node.id
  item.description = node.description
  item.contextValue = node.context
  item.accessibilityInformation = { label: node.spoken }
  item.iconPath = new ThemeIcon(
    node.icon.codicon,
    node.icon.color === undefined ? undefined : new ThemeColor(node.icon.color),
  )
  if (node.action !== undefined) item.command = clickCommand(node, node.action, row)
  return item
}

function clickCommand(node: TreeNode, action: NonNullable<TreeNode['action']>, row: TreeRow): Command {
  return { command: commands[action], title: node.label, arguments: [row] }
}
