import type { Localize } from './localize.ts'

/** An icon by shape and colour: a codicon and, where the state has one, a theme colour. */
export interface NodeIcon {
  readonly codicon: string
  readonly color?: string
}

/** What a row stands for; commands take their target from it. */
export type NodeTarget =
  | { readonly kind: 'connection'; readonly connectionId: string }
  | { readonly kind: 'project'; readonly projectId: string }
  | { readonly kind: 'cronJob'; readonly cronJobId: string }
  | { readonly kind: 'execution'; readonly cronJobId: string; readonly executionId: string }
  | { readonly kind: 'function'; readonly functionId: string }
  | { readonly kind: 'revision'; readonly functionId: string; readonly revision: number }
  | { readonly kind: 'url'; readonly functionId: string }
  | { readonly kind: 'call'; readonly functionId: string; readonly invocationId: string }
  | { readonly kind: 'problem' }

/** What a click on a row does, where it does more than select. */
export type NodeAction =
  | 'testConnection'
  | 'openNamespace'
  | 'installKnative'
  | 'followLogs'
  | 'showRunLog'
  | 'showCallLog'
  | 'copyUrl'
  | 'refresh'
  | 'showGatewayLog'

/** One row of a tree, without VS Code. */
export interface TreeNode {
  /** Stays the same for the same thing: VS Code keeps selection and expansion by it. */
  readonly id: string
  readonly target: NodeTarget
  readonly label: string
  readonly description: string
  /** Markdown, made when it is asked for; nothing in it is trusted. */
  readonly tooltip: () => string
  /** What a screen reader says for the whole row. */
  readonly spoken: string
  readonly icon: NodeIcon
  /** Words joined by `;` that `when` clauses match. */
  readonly context: string
  readonly action?: NodeAction
  readonly open?: 'expanded' | 'collapsed'
  readonly children: readonly TreeNode[]
}

/** What is watched of a function, as the window shows it, and where the last save has an error. */
export interface ReloadedRow {
  readonly path: string
  readonly refusedAt?: string | undefined
}

/** What every row is rendered with. */
export interface RenderOptions {
  readonly t: Localize
  /** Epoch milliseconds. */
  readonly now: number
  /** Language tag for dates. */
  readonly locale: string
  /** IANA name of the viewer's zone. */
  readonly timeZone: string
  /** Ids of the projects that are open in this window. */
  readonly openProjects: ReadonlySet<string>
  /** The project that commands mean which name none; absent where it is that of the open folder. */
  readonly chosenProject?: string | undefined
  /** Ids of the CronJobs and functions whose log is being followed. */
  readonly followed: ReadonlySet<string>
  /** The functions that this window deploys at each save, by their ids. */
  readonly reloaded: ReadonlyMap<string, ReloadedRow>
}

/** Joins the parts of a description or a spoken label that are there. */
export const joined = (parts: readonly (string | undefined)[], separator = ' · '): string =>
  parts.filter(part => part !== undefined && part !== '').join(separator)

/** Text that Markdown shows as it is. */
export const escapeMarkdown = (text: string): string => text.replace(/[\\`*_{}[\]()#+\-.!|<>~]/g, '\\$&')

/** Text as code in Markdown, whatever backticks it holds. */
export function codeMarkdown(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map(run => run.length))
  const fence = '`'.repeat(longest + 1)
  const plain = text.replace(/\s*\n\s*/g, ' ')
  return longest === 0 ? `${fence}${plain}${fence}` : `${fence} ${plain} ${fence}`
}
