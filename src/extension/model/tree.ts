import type { Project } from '../../contract/projects.ts'
import { compareCronJobs, cronJobNode, isBrokenCronJob } from './cronJobNode.ts'
import { compareFunctions, functionNode, isBrokenFunction } from './functionNode.ts'
import type { Resources } from './resources.ts'
import { escapeMarkdown, joined, type RenderOptions, type TreeNode } from './treeNode.ts'

/** The rows of a view and how many of its items are broken. */
export interface Tree {
  readonly roots: readonly TreeNode[]
  readonly broken: number
}

/**
 * The CronJobs view: projects, CronJobs, recent runs. Empty when no project has a CronJob, so that the welcome text
 * appears; otherwise each open project has its row.
 */
export function cronJobTree(resources: Resources, options: RenderOptions): Tree {
  const jobs = [...resources.cronJobs.values()].sort(compareCronJobs)
  return {
    roots: byProject(
      { view: 'cronJobs', none: options.t('no CronJobs yet') },
      jobs,
      job => cronJobNode(job, options),
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
        functionNode(fn, { deployment: resources.deployments.get(fn.id), calls: resources.calls.get(fn.id) }, options),
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
  const open = [...options.openProjects].filter(id => items.length > 0 && resources.projects.has(id))
  return [...new Set([...groups.keys(), ...open])]
    .map(projectId => ({ project: resources.projects.get(projectId), projectId, group: groups.get(projectId) ?? [] }))
    .sort((a, b) => isOpen(b.projectId, options) - isOpen(a.projectId, options) || nameOf(a).localeCompare(nameOf(b)))
    .map(({ project, projectId, group }) => projectNode(words, projectId, project, group.map(node), options))
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
