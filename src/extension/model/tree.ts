import type { Connection } from '../../contract/connections.ts'
import type { Project } from '../../contract/projects.ts'
import type { DeniedAction } from '../../contract/projects.ts'
import { connectionNode } from './connectionNode.ts'
import { compareCronJobs, cronJobNode, isBrokenCronJob } from './cronJobNode.ts'
import { deniedFor, deniedIn, deniedSentences, deniedWords } from './deniedActions.ts'
import { compareFunctions, functionNode, isBrokenFunction } from './functionNode.ts'
import { knativeRows } from './knativeRows.ts'
import { isInCluster } from './isInCluster.ts'
import type { Resources } from './resources.ts'
import { escapeMarkdown, joined, type RenderOptions, type TreeNode } from './treeNode.ts'

/** The rows of a view and how many of its items are broken. */
export interface Tree {
  readonly roots: readonly TreeNode[]
  readonly broken: number
}

/**
 * The CronJobs view: projects, CronJobs, recent runs; clusters with their open namespaces below. Empty when there is no cluster
 * and no project has a CronJob, so that the welcome text appears; otherwise each open project has its row.
 */
export function cronJobTree(resources: Resources, options: RenderOptions): Tree {
  const jobs = [...resources.cronJobs.values()].sort(compareCronJobs)
  return {
    roots: byProject(
      { view: 'cronJobs', none: options.t('no CronJobs yet') },
      jobs,
      job =>
        cronJobNode(job, options, {
          inCluster: isInCluster(resources.projects.get(job.projectId)),
          denied: deniedFor(deniedIn(resources, job.projectId, options.t), job.name),
        }),
      resources,
      options,
    ),
    broken: jobs.filter(isBrokenCronJob).length,
  }
}

/** The Functions view: projects, functions, revisions and address. Empty as the CronJobs view is. */
export function functionTree(resources: Resources, options: RenderOptions): Tree {
  const functions = [...resources.functions.values()].sort(compareFunctions)
  return {
    roots: byProject(
      { view: 'functions', none: options.t('no functions yet') },
      functions,
      fn =>
        functionNode(
          fn,
          {
            deployment: resources.deployments.get(fn.id),
            calls: resources.calls.get(fn.id),
            inCluster: isInCluster(resources.projects.get(fn.projectId)),
            denied: deniedFor(deniedIn(resources, fn.projectId, options.t), fn.name),
          },
          options,
        ),
      resources,
      options,
    ),
    broken: functions.filter(isBrokenFunction).length,
  }
}

interface ViewWords {
  /** Start of the ids of its rows. */
  readonly view: string
  /** What the row of a project without children says. */
  readonly none: string
}

function byProject<T extends { readonly projectId: string }>(
  words: ViewWords,
  items: readonly T[],
  node: (item: T) => TreeNode,
  resources: Resources,
  options: RenderOptions,
): TreeNode[] {
  const groups = Map.groupBy(items, item => item.projectId)
  const rowsOf = (projectId: string): TreeNode[] => (groups.get(projectId) ?? []).map(node)
  const clusters = [...resources.connections.values()].filter(({ kind }) => kind !== 'local')
  const inCluster = new Set([...resources.projects.values()].filter(isInCluster).map(({ id }) => id))
  const isShown = items.length > 0 || clusters.length > 0
  const open = [...options.openProjects].filter(id => isShown && resources.projects.has(id))
  const folders = [...new Set([...groups.keys(), ...open])]
    .filter(id => !inCluster.has(id))
    .map(projectId => ({ project: resources.projects.get(projectId), projectId }))
    .sort((a, b) => isOpen(b.projectId, options) - isOpen(a.projectId, options) || nameOf(a).localeCompare(nameOf(b)))
    .map(({ project, projectId }) => projectNode(words, projectId, project, rowsOf(projectId), options))
  const namespacesOf = ({ id }: Connection): TreeNode[] =>
    [...resources.projects.values()]
      .filter(({ connection }) => connection === id)
      .sort((a, b) => a.name.localeCompare(b.name))
      .map(project =>
        namespaceNode(words, project, rowsOf(project.id), deniedIn(resources, project.id, options.t), options),
      )
  return [
    ...folders,
    ...clusters
      .sort((a, b) => a.name.localeCompare(b.name))
      .map(connection => {
        const namespaces = namespacesOf(connection)
        const lack = words.view === 'functions' ? lackOf(connection, resources) : undefined
        const rows = lack === undefined ? namespaces : [...knativeRows(connection, lack, options), ...namespaces]
        return connectionNode(words.view, connection, rows, options)
      }),
  ]
}

/** Why there can be no functions in a cluster, where that is known of one of its namespaces. */
const lackOf = ({ id }: Connection, { projects }: Resources): string | undefined =>
  [...projects.values()].find(({ connection, noFunctions }) => connection === id && noFunctions !== undefined)
    ?.noFunctions

/** The row of a namespace that is open as a project. */
function namespaceNode(
  { view, none }: ViewWords,
  { id, name, status, message }: Project,
  children: readonly TreeNode[],
  denied: readonly DeniedAction[],
  { t, chosenProject }: RenderOptions,
): TreeNode {
  const fine = status === 'ready'
  const words =
    status === 'missing' ? t('namespace is gone') : fine ? (children.length === 0 ? none : undefined) : message
  return {
    id: `${view}:project:${id}${children.length === 0 ? ':empty' : ''}`,
    target: { kind: 'project', projectId: id },
    label: name,
    description: joined([chosenProject === id ? t('chosen') : undefined, words]),
    tooltip: () =>
      joined(
        [
          `**${escapeMarkdown(name)}**`,
          message && escapeMarkdown(message),
          ...deniedSentences(denied).map(sentence => escapeMarkdown(sentence)),
        ],
        '\n\n',
      ),
    spoken: joined([t('namespace {0}', name), chosenProject === id ? t('chosen') : undefined, words], ', '),
    icon: fine ? { codicon: 'symbol-namespace' } : { codicon: 'warning', color: 'list.warningForeground' },
    context: joined(['project', 'cluster', ...deniedWords(denied), fine ? 'present' : 'gone'], ';'),
    ...(children.length === 0 ? {} : { open: 'expanded' as const }),
    children,
  }
}

const isOpen = (projectId: string, options: RenderOptions): number => (options.openProjects.has(projectId) ? 1 : 0)

const nameOf = ({ project, projectId }: { project: Project | undefined; projectId: string }): string =>
  project?.name ?? projectId

function projectNode(
  { view, none }: ViewWords,
  projectId: string,
  project: Project | undefined,
  children: readonly TreeNode[],
  options: RenderOptions,
): TreeNode {
  const { t } = options
  const name = project?.name ?? projectId
  const missing = project?.status === 'missing'
  const words = missing ? t('folder is missing') : children.length === 0 ? none : undefined
  const isOpenHere = options.openProjects.has(projectId)
  return {
    // VS Code keeps a row closed that had nothing below it; as another row it opens with its first child.
    id: `${view}:project:${projectId}${children.length === 0 ? ':empty' : ''}`,
    target: { kind: 'project', projectId },
    label: name,
    description: words ?? '',
    tooltip: () =>
      joined(
        [
          `**${escapeMarkdown(name)}**`,
          project?.path === undefined ? undefined : escapeMarkdown(project.path),
          missing ? escapeMarkdown(t('Nothing of this project runs until its folder is back or relinked.')) : undefined,
        ],
        '\n\n',
      ),
    spoken: joined([t('project {0}', name), words], ', '),
    icon: missing ? { codicon: 'warning', color: 'list.warningForeground' } : { codicon: 'folder' },
    context: joined(['project', isOpenHere ? 'open' : undefined, missing ? 'missing' : 'present'], ';'),
    ...(children.length === 0 ? {} : { open: isOpenHere || missing ? ('expanded' as const) : ('collapsed' as const) }),
    children,
  }
}
