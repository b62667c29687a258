import { realpath } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { defined } from '../base/defined.ts'
import { HksError } from '../contract/errors.ts'
import type { Project } from '../contract/projects.ts'
import { findFunctionFolder } from '../scaffold/findFunctionFolder.ts'
import { allConnections, namespaceProject } from './connections.ts'
import type { Context } from './context.ts'
import { everyPage } from './everyPage.ts'
import { projectHint } from './projectHint.ts'
import { usedProject } from './usedProject.ts'

/** Where a command works: a project, or a folder that is none yet. */
type Place = { readonly project: Project } | { readonly folder: string }

/**
 * The project of a command: `--project`, else the one that `hks-func use` chose, else the known project that holds the
 * current folder. Undefined when there is none. @throws HksError NOT_FOUND
 */
export async function findProject(context: Context): Promise<Project | undefined> {
  const place = await locate(context)
  return 'project' in place ? place.project : undefined
}

/** As {@link findProject}; where there is no project yet, the folder becomes one. */
export async function openProject(context: Context): Promise<Project> {
  return opened(context, await locate(context))
}

/** A project by id, name, folder or `CONNECTION/NAMESPACE`; a folder or namespace becomes one. @throws HksError NOT_FOUND */
export const projectNamed = async (context: Context, ref: string): Promise<Project> =>
  opened(context, await named(context, ref))

async function opened(context: Context, place: Place): Promise<Project> {
  if ('project' in place) return place.project
  return (await context.client()).call('openProject', { body: { path: place.folder }, signal: context.signal })
}

async function locate(context: Context): Promise<Place> {
  const { projectOption, cwd } = context
  if (projectOption !== undefined) return named(context, projectOption)
  const used = await usedProject(context.home)
  if (used !== undefined) return { project: await known(context, used, () => forgotten) }
  const enclosing = innermost(await allProjects(context), cwd)
  return enclosing ? { project: enclosing } : { folder: await newProjectFolder(context) }
}

async function named(context: Context, ref: string): Promise<Place> {
  const { cwd } = context
  if (!isPath(ref)) {
    const hint = async () => projectHint(ref, await allConnections(context), await allProjects(context))
    return { project: await known(context, ref, hint) }
  }
  let folder: string
  try {
    folder = await realpath(resolve(cwd, ref))
  } catch (cause) {
    const project = await namespaceProject(context, ref)
    if (project) return { project }
    const message = `There is no folder ${resolve(cwd, ref)}, and no connection for the project "${ref}".`
    throw new HksError('NOT_FOUND', message, { cause })
  }
  const project = (await allProjects(context)).find(({ path }) => path === folder)
  return project ? { project } : { folder }
}

const forgotten =
  'It was chosen with hks-func use, and is forgotten: choose another one, or hks-func use - to choose none.'

/** By id or name. */
async function known(
  { client, signal }: Context,
  ref: string,
  hintOf: () => string | Promise<string>,
): Promise<Project> {
  const gateway = await client()
  try {
    return await gateway.call('getProject', { params: { id: ref }, signal })
  } catch (error) {
    if (!(error instanceof HksError) || error.code !== 'NOT_FOUND') throw error
    const { code, message, details } = error
    throw new HksError(code, message, { ...defined({ details }), hint: await hintOf(), cause: error })
  }
}

/** A name may hold dots, but no slash. */
const isPath = (ref: string): boolean => ref === '.' || ref === '..' || /[/\\]/.test(ref)

const allProjects = async ({ client, signal }: Context): Promise<Project[]> => {
  const gateway = await client()
  return everyPage(cursor => gateway.call('listProjects', { query: { limit: 1000, ...cursor }, signal }))
}

const innermost = (projects: readonly Project[], cwd: string): Project | undefined =>
  projects
    .filter(({ path }) => path !== undefined && !relative(path, cwd).startsWith('..'))
    .sort((a, b) => (b.path?.length ?? 0) - (a.path?.length ?? 0))[0]

/**
 * A function's folder lies in its project, beside others. The home folder and the root are no projects: they would hold
 * every other one.
 */
async function newProjectFolder({ cwd, homeFolder }: Context): Promise<string> {
  const own = await findFunctionFolder(cwd)
  if (own === undefined) return cwd
  const above = dirname(own)
  return above === homeFolder || above === dirname(above) ? own : above
}
