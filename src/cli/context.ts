import { resolve } from 'node:path'
import type { GatewayClient } from '../client/gatewayClient.ts'
import type { CronJob } from '../contract/cronJobs.ts'
import { HksError, notFound } from '../contract/errors.ts'
import type { Function } from '../contract/functions.ts'
import type { Project } from '../contract/projects.ts'
import { findFunctionFolder } from '../scaffold/findFunctionFolder.ts'
import type { Output } from './output/output.ts'

/** What every command gets. */
export interface Context {
  readonly out: Output
  readonly cwd: string
  /** Data folder of the gateway. */
  readonly home: string
  /** The program that runs the gateway. */
  readonly gatewayProgram: string
  /** Folder of the function templates. */
  readonly templatesFolder: string
  readonly now: () => number
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal
  readonly stdin: NodeJS.ReadStream
  /** Finds the gateway, or starts one. */
  client(): Promise<GatewayClient>
  /** `--project`: id, name or folder. */
  readonly projectOption: string | undefined
}

/**
 * The project of a command: `--project` (id, name or folder), else the folder above the nearest `function.yaml` that
 * is a project, else the current folder, which becomes one.
 */
export async function currentProject(context: Context): Promise<Project> {
  const client = await context.client()
  const { projectOption, cwd, signal } = context
  if (projectOption !== undefined) {
    if (/[/\\.]/.test(projectOption)) {
      return client.call('openProject', { body: { path: resolve(cwd, projectOption) }, signal })
    }
    return client.call('getProject', { params: { id: projectOption }, signal })
  }
  const enclosing = await enclosingProject(context)
  if (enclosing) return enclosing
  const folder = await findFunctionFolder(cwd)
  const path = folder === cwd ? resolve(cwd, '..') : (folder ?? cwd)
  return client.call('openProject', { body: { path }, signal })
}

/** The known project whose folder holds the current one; the innermost when several do. */
async function enclosingProject({ client, cwd, signal }: Context): Promise<Project | undefined> {
  const projects = await everything(async cursor =>
    (await client()).call('listProjects', { query: { limit: 1000, ...cursor }, signal }),
  )
  return projects
    .filter(({ path }) => path !== undefined && (cwd === path || cwd.startsWith(`${path}/`)))
    .sort((a, b) => (b.path?.length ?? 0) - (a.path?.length ?? 0))[0]
}

/** All pages of a list. */
export async function everything<T>(
  page: (cursor: { readonly cursor?: string }) => Promise<{ readonly items: T[]; readonly nextCursor?: string }>,
): Promise<T[]> {
  const items: T[] = []
  let cursor: string | undefined
  do {
    const next = await page(cursor === undefined ? {} : { cursor })
    items.push(...next.items)
    cursor = next.nextCursor
  } while (cursor !== undefined)
  return items
}

/** The CronJobs of a project. */
export const cronJobsOf = async ({ client, signal }: Context, projectId: string): Promise<CronJob[]> =>
  everything(async cursor =>
    (await client()).call('listCronJobs', { query: { projectId, limit: 1000, ...cursor }, signal }),
  )

/** The functions of a project. */
export const functionsOf = async ({ client, signal }: Context, projectId: string): Promise<Function[]> =>
  everything(async cursor =>
    (await client()).call('listFunctions', { params: { id: projectId }, query: { limit: 1000, ...cursor }, signal }),
  )

/** A CronJob by name in the current project, or by id anywhere. */
export const cronJobNamed = (context: Context, ref: string): Promise<CronJob> =>
  named(context, 'CronJob', ref, cronJobsOf, async id =>
    (await context.client()).call('getCronJob', { params: { id }, signal: context.signal }),
  )

/** A function by name in the current project, or by id anywhere. */
export const functionNamed = (context: Context, ref: string): Promise<Function> =>
  named(context, 'function', ref, functionsOf, async id =>
    (await context.client()).call('getFunction', { params: { id }, signal: context.signal }),
  )

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

async function named<T extends { readonly name: string }>(
  context: Context,
  what: string,
  ref: string,
  list: (context: Context, projectId: string) => Promise<T[]>,
  get: (id: string) => Promise<T>,
): Promise<T> {
  if (uuid.test(ref)) return get(ref)
  const project = await currentProject(context)
  const all = await list(context, project.id)
  const found = all.find(item => item.name === ref)
  if (found) return found
  const names = all.map(item => item.name).join(', ')
  const { code, details } = notFound(what, ref)
  throw new HksError(code, `No ${what} "${ref}" in the project ${project.name}.`, {
    ...(details ? { details } : {}),
    hint: names === '' ? `The project has no ${what} yet.` : `It has: ${names}.`,
  })
}
