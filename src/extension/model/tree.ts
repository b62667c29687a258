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

/** The CronJobs view: projects, CronJobs, recent runs. Empty when no project has a CronJob. */
export function cronJobTree(resources: Resources, options: RenderOptions): Tree {
  const jobs = [...resources.cronJobs.values()].sort(compareCronJobs)
  return {
    roots: byProject('cronJobs', jobs, job => cronJobNode(job, options), resources, options),
    broken: jobs.filter(isBrokenCronJob).length,
  }
}

/** The Functions view: projects, functions, revisions and address. Empty when no project has a function. */
export function functionTree(resources: Resources, options: RenderOptions): Tree {
  const functions = [...resources.functions.values()].sort(compareFunctions)
  return {
    roots: byProject(
      'functions',
      functions,
      fn => functionNode(fn, resources.deployments.get(fn.id), options),
      resources,
      options,
    ),
    broken: functions.filter(isBrokenFunction).length,
  }
}

function byProject<T extends { readonly projectId: string }>(
  view: string,
  items: readonly T[],
  node: (item: T) => TreeNode,
  resources: Resources,
  options: RenderOptions,
): TreeNode[] {
  const groups = Map.groupBy(items, item => item.projectId)
  return [...groups]
    .map(([projectId, group]) => ({ project: resources.projects.get(projectId), projectId, group }))
    .sort((a, b) => isOpen(b.projectId, options) - isOpen(a.projectId, options) || nameOf(a).localeCompare(nameOf(b)))
    .map(({ project, projectId, group }) => projectNode(view, projectId, project, group.map(node), options))
}

const isOpen = (projectId: string, options: RenderOptions): number => (options.openProjects.has(projectId) ? 1 : 0)

const nameOf = ({ project, projectId }: { project: Project | undefined; projectId: string }): string =>
  project?.name ?? projectId

function projectNode(
  view: string,
  projectId: string,
  project: Project | undefined,
  children: readonly TreeNode[],
  options: RenderOptions,
): TreeNode {
  const { t } = options
  const name = project?.name ?? projectId
  const missing = project?.status === 'missing'
  const words = missing ? t('folder is missing') : undefined
  return {
    id: `${view}:project:${projectId}`,
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
    context: `project;${missing ? 'missing' : 'present'}`,
    open: options.openProjects.has(projectId) || missing ? 'expanded' : 'collapsed',
    children,
  }
}
