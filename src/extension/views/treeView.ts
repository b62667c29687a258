import {
  type Command,
  type Disposable,
  EventEmitter,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type ViewBadge,
  window,
} from 'vscode'
import { commands, views } from '../contributions.ts'
import { treeDifference } from '../model/treeDifference.ts'
import { joined, type NodeTarget, type TreeNode } from '../model/treeNode.ts'

/** What VS Code holds for a row: the same object for the same id, so that single rows can be drawn again. */
export interface TreeRow {
  readonly id: string
  readonly target: NodeTarget
}

/** What a view shows. */
export interface Drawn {
  readonly roots: readonly TreeNode[]
  readonly badge: ViewBadge | undefined
}

/** A tree view that draws what it is given. */
export interface HksTreeView extends Disposable {
  /** Draws again what differs from before. */
  render(drawn: Drawn): void
  readonly visible: boolean
}

/** What a tooltip says besides what is known of the row, asked for when somebody looks; Markdown. */
export type TooltipDetails = (target: NodeTarget) => Promise<string | undefined>

/** Registers a tree view. `onVisibility` is told when it appears and when it goes. */
export function createTreeView(id: string, onVisibility: () => void, details: TooltipDetails): HksTreeView {
  const changed = new EventEmitter<TreeRow | TreeRow[] | undefined>()
  const rows = new Map<string, TreeRow>()
  let nodes = new Map<string, { readonly node: TreeNode; readonly parent: string | undefined }>()
  let roots: readonly TreeNode[] = []

  const rowOf = (node: TreeNode): TreeRow => {
    const known = rows.get(node.id)
    if (known !== undefined) return known
    const row = { id: node.id, target: node.target }
    rows.set(node.id, row)
    return row
  }

  const provider: TreeDataProvider<TreeRow> = {
    onDidChangeTreeData: changed.event,
    getChildren: row => (row === undefined ? roots : (nodes.get(row.id)?.node.children ?? [])).map(rowOf),
    getParent: row => {
      const parent = nodes.get(row.id)?.parent
      return parent === undefined ? undefined : rows.get(parent)
    },
    getTreeItem: row => {
      const node = nodes.get(row.id)?.node
      return node === undefined ? new TreeItem('') : treeItem(node, row)
    },
    resolveTreeItem: async (item, row) => {
      const node = nodes.get(row.id)?.node
      if (node === undefined) return item
      item.tooltip = new MarkdownString(joined([node.tooltip(), await details(row.target)], '\n\n'))
      return item
    },
  }
  const view = window.createTreeView(id, {
    treeDataProvider: provider,
    showCollapseAll: id !== views.activity,
    canSelectMany: id === views.cronJobs,
  })
  const visibility = view.onDidChangeVisibility(onVisibility)

  return {
    get visible() {
      return view.visible
    },
    render: next => {
      const difference = treeDifference(roots, next.roots)
      roots = next.roots
      nodes = indexed(roots)
      for (const known of rows.keys()) if (!nodes.has(known)) rows.delete(known)
      if (difference === 'everything') changed.fire(undefined)
      else if (difference.length > 0) changed.fire(difference.map(d => rows.get(d)).filter(row => row !== undefined))
      view.badge = next.badge
    },
    dispose: () => {
      visibility.dispose()
      view.dispose()
      changed.dispose()
    },
  }
}

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
