import { l10n, type QuickPickItem, ThemeIcon, window } from 'vscode'
import type { CronJob } from '../../contract/cronJobs.ts'
import type { ExecutionSummary } from '../../contract/executions.ts'
import { HksError, notFound } from '../../contract/errors.ts'
import type { Function } from '../../contract/functions.ts'
import type { Invocation } from '../../contract/invocations.ts'
import type { Project } from '../../contract/projects.ts'
import { callNode } from '../model/callNode.ts'
import { compareCronJobs, cronJobNode } from '../model/cronJobNode.ts'
import { executionNode } from '../model/executionNode.ts'
import { compareFunctions, type FunctionNews, functionNode } from '../model/functionNode.ts'
import type { RenderOptions, TreeNode } from '../model/treeNode.ts'
import { renderOptions } from '../views/renderOptions.ts'
import type { Services } from './command.ts'
import { targetOf } from './target.ts'

/** The CronJob that a command means: its argument's, the only one that fits, or the user's choice. */
export async function pickCronJob(
  services: Services,
  argument: unknown,
  placeHolder: string,
  fits: (job: CronJob) => boolean = () => true,
): Promise<CronJob | undefined> {
  await services.session.ready()
  const { cronJobs } = services.session.resources
  const { cronJobId } = targetOf(argument)
  if (cronJobId !== undefined) return found(cronJobs.get(cronJobId), 'CronJob', cronJobId)
  const jobs = [...cronJobs.values()].filter(fits).sort(compareCronJobs)
  if (jobs.length === 0) throw nothing(l10n.t('There is no such CronJob.'))
  return choose(jobs, job => nodeItem(cronJobNode(job, options(services)), projectName(services, job)), placeHolder)
}

/** The run that a command means. */
export async function pickExecution(
  services: Services,
  argument: unknown,
  placeHolder: string,
  fits: (execution: ExecutionSummary) => boolean = () => true,
): Promise<{ readonly job: CronJob; readonly execution: ExecutionSummary } | undefined> {
  const job = await pickCronJob(services, argument, placeHolder, j => j.recentExecutions.some(fits))
  if (job === undefined) return undefined
  const { executionId } = targetOf(argument)
  if (executionId !== undefined) {
    const recent = job.recentExecutions.find(e => e.id === executionId)
    if (recent !== undefined) return { job, execution: recent }
    const client = await services.session.ready()
    return { job, execution: await client.call('getExecution', { params: { id: job.id, execId: executionId } }) }
  }
  const runs = job.recentExecutions.filter(fits)
  if (runs.length === 0) throw nothing(l10n.t('{0} has no such run.', job.name))
  const execution = await choose(runs, e => nodeItem(executionNode(e, options(services))), placeHolder)
  return execution && { job, execution }
}

/** The function that a command means. */
export async function pickFunction(
  services: Services,
  argument: unknown,
  placeHolder: string,
  fits: (fn: Function) => boolean = () => true,
): Promise<Function | undefined> {
  await services.session.ready()
  const { functions } = services.session.resources
  const { functionId } = targetOf(argument)
  if (functionId !== undefined) return found(functions.get(functionId), 'function', functionId)
  const candidates = [...functions.values()].filter(fits).sort(compareFunctions)
  if (candidates.length === 0) throw nothing(l10n.t('There is no such function.'))
  const node = (fn: Function): TreeNode => functionNode(fn, newsOf(services, fn), options(services))
  return choose(candidates, fn => nodeItem(node(fn), projectName(services, fn)), placeHolder)
}

/** The call that a command means, of the last ones of its function. */
export async function pickCall(
  services: Services,
  argument: unknown,
  placeHolder: string,
  fits: (call: Invocation) => boolean = () => true,
): Promise<{ readonly fn: Function; readonly call: Invocation } | undefined> {
  await services.session.ready()
  const { calls } = services.session.resources
  const latest = (fn: Function): readonly Invocation[] => calls.get(fn.id)?.latest ?? []
  const fn = await pickFunction(services, argument, placeHolder, f => latest(f).some(fits))
  if (fn === undefined) return undefined
  const { invocationId } = targetOf(argument)
  if (invocationId !== undefined) {
    const recent = latest(fn).find(call => call.id === invocationId)
    if (recent !== undefined) return { fn, call: recent }
    const client = await services.session.ready()
    return { fn, call: await client.call('getInvocation', { params: { id: invocationId } }) }
  }
  const fitting = latest(fn).filter(fits)
  if (fitting.length === 0) throw nothing(l10n.t('{0} has no such call.', fn.name))
  const call = await choose(fitting, c => nodeItem(callNode(c, options(services))), placeHolder)
  return call && { fn, call }
}

/** The CronJob or function that a command means. */
export async function pickApplication(
  services: Services,
  argument: unknown,
  placeHolder: string,
): Promise<CronJob | Function | undefined> {
  const { cronJobId, functionId } = targetOf(argument)
  if (cronJobId !== undefined) return pickCronJob(services, argument, placeHolder)
  if (functionId !== undefined) return pickFunction(services, argument, placeHolder)
  await services.session.ready()
  const { cronJobs, functions } = services.session.resources
  const all = [...[...cronJobs.values()].sort(compareCronJobs), ...[...functions.values()].sort(compareFunctions)]
  if (all.length === 0) throw nothing(l10n.t('There is no CronJob and no function yet.'))
  const show = (item: CronJob | Function): QuickPickItem =>
    item.type === 'cronjob'
      ? nodeItem(cronJobNode(item, options(services)), projectName(services, item))
      : nodeItem(functionNode(item, newsOf(services, item), options(services)), projectName(services, item))
  return choose(all, show, placeHolder)
}

/** The project that a command means: the one chosen, else one of this window, or of any where none is open. */
export async function pickProject(
  services: Services,
  argument: unknown,
  placeHolder: string,
): Promise<Project | undefined> {
  const { ids } = services.openProjects
  const projects = await allProjects(services)
  const chosen = services.chosenProject.project
  if (chosen !== undefined && targetOf(argument).projectId === undefined) return chosen
  const open = projects.filter(project => ids.has(project.id))
  return chooseProject(services, argument, placeHolder, open.length > 0 ? open : projects)
}

/** The project that a command means, of all that the gateway knows and that fit; those of this window come first. */
export async function pickAnyProject(
  services: Services,
  argument: unknown,
  placeHolder: string,
  fits: (project: Project) => boolean = () => true,
): Promise<Project | undefined> {
  const { ids } = services.openProjects
  const fitting = (await allProjects(services)).filter(fits)
  const candidates = fitting.sort((a, b) => Number(ids.has(b.id)) - Number(ids.has(a.id)))
  return chooseProject(services, argument, placeHolder, candidates)
}

async function allProjects({ session }: Services): Promise<Project[]> {
  await session.ready()
  return [...session.resources.projects.values()]
}

async function chooseProject(
  services: Services,
  argument: unknown,
  placeHolder: string,
  candidates: readonly Project[],
): Promise<Project | undefined> {
  const { projects } = services.session.resources
  const { projectId } = targetOf(argument)
  if (projectId !== undefined) return found(projects.get(projectId), 'project', projectId)
  if (candidates.length === 0)
    throw projects.size === 0
      ? nothing(l10n.t('There is no project yet.'), l10n.t('Open a folder; it becomes a project.'))
      : nothing(l10n.t('There is no such project.'))
  const { connections } = services.session.resources
  const where = (p: Project): string => p.path ?? connections.get(p.connection)?.name ?? ''
  return choose(candidates, p => ({ label: p.name, description: where(p) }), placeHolder)
}

async function choose<T>(
  items: readonly T[],
  show: (item: T) => QuickPickItem,
  placeHolder: string,
): Promise<T | undefined> {
  if (items.length === 1) return items[0]
  const shown = items.map(value => ({ ...show(value), value }))
  const choice = await window.showQuickPick(shown, { placeHolder, matchOnDescription: true, matchOnDetail: true })
  return choice?.value
}

const nodeItem = (node: TreeNode, detail?: string): QuickPickItem => ({
  label: node.label,
  description: node.description,
  iconPath: new ThemeIcon(node.icon.codicon),
  ...(detail === undefined ? {} : { detail }),
})

const options = (services: Services): RenderOptions => renderOptions(services)

const newsOf = ({ session }: Services, { id }: Function): FunctionNews => ({ calls: session.resources.calls.get(id) })

/** Only told where there is more than one project. */
function projectName({ session }: Services, { projectId }: { readonly projectId: string }): string | undefined {
  const { projects } = session.resources
  return projects.size > 1 ? projects.get(projectId)?.name : undefined
}

function found<T>(item: T | undefined, what: string, id: string): T {
  if (item === undefined) throw notFound(what, id)
  return item
}

const nothing = (message: string, hint?: string): HksError =>
  new HksError('NOT_FOUND', message, hint === undefined ? {} : { hint })
