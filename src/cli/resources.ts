import type { CronJob } from '../contract/cronJobs.ts'
import { HksError } from '../contract/errors.ts'
import type { Function } from '../contract/functions.ts'
import type { Context } from './context.ts'
import { everyPage } from './everyPage.ts'
import { findProject } from './project.ts'

/** The CronJobs of a project. */
export async function cronJobsOf({ client, signal }: Context, projectId: string): Promise<CronJob[]> {
  const gateway = await client()
  return everyPage(cursor => gateway.call('listCronJobs', { query: { projectId, limit: 1000, ...cursor }, signal }))
}

/** The functions of a project. */
export async function functionsOf({ client, signal }: Context, projectId: string): Promise<Function[]> {
  const gateway = await client()
  return everyPage(cursor =>
    gateway.call('listFunctions', { params: { id: projectId }, query: { limit: 1000, ...cursor }, signal }),
  )
}

/** A CronJob by name in the current project, or by id anywhere. @throws HksError NOT_FOUND */
export const cronJobNamed = (context: Context, ref: string): Promise<CronJob> => finderOf(context, cronJobKind)(ref)

/** A function by name in the current project, or by id anywhere. @throws HksError NOT_FOUND */
export const functionNamed = (context: Context, ref: string): Promise<Function> => finderOf(context, functionKind)(ref)

/** CronJobs by name or id, each once; a name that is wrong is told before anything is done. @throws HksError NOT_FOUND */
export const cronJobsNamed = (context: Context, refs: readonly string[]): Promise<readonly CronJob[]> =>
  eachOnce(refs, finderOf(context, cronJobKind))

/** Functions by name or id, each once; a name that is wrong is told before anything is done. @throws HksError NOT_FOUND */
export const functionsNamed = (context: Context, refs: readonly string[]): Promise<readonly Function[]> =>
  eachOnce(refs, finderOf(context, functionKind))

async function eachOnce<T extends { readonly id: string }>(
  refs: readonly string[],
  find: (ref: string) => Promise<T>,
): Promise<readonly T[]> {
  const found = new Map<string, T>()
  const failures: HksError[] = []
  for (const ref of refs) {
    try {
      const item = await find(ref)
      found.set(item.id, item)
    } catch (error) {
      if (!(error instanceof HksError) || error.code !== 'NOT_FOUND') throw error
      failures.push(error)
    }
  }
  const [first] = failures
  if (first === undefined) return [...found.values()]
  if (failures.length === 1) throw first
  throw new HksError('NOT_FOUND', failures.map(({ message }) => message).join('\n'), {
    details: { failed: failures.map(({ details }) => details?.['id']) },
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    cause: first,
  })
}

interface Kind<T> {
  readonly what: string
  readonly list: (context: Context, projectId: string) => Promise<T[]>
  readonly get: (context: Context, id: string) => Promise<T>
}

const cronJobKind: Kind<CronJob> = {
  what: 'CronJob',
  list: cronJobsOf,
  get: async ({ client, signal }, id) => (await client()).call('getCronJob', { params: { id }, signal }),
}

const functionKind: Kind<Function> = {
  what: 'function',
  list: functionsOf,
  get: async ({ client, signal }, id) => (await client()).call('getFunction', { params: { id }, signal }),
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Finds by id, or by name in the current project, which is listed once for all names. */
function finderOf<T extends { readonly name: string }>(context: Context, kind: Kind<T>): (ref: string) => Promise<T> {
  const list = async () => {
    const project = await findProject(context)
    return { project, all: project ? await kind.list(context, project.id) : [] }
  }
  let listed: ReturnType<typeof list> | undefined
  return async ref => {
    if (uuid.test(ref)) return kind.get(context, ref)
    const { project, all } = await (listed ??= list())
    const found = all.find(item => item.name === ref)
    if (found) return found
    const names = all.map(item => item.name).join(', ')
    const hint = names === '' ? `It has no ${kind.what}. --project names another project.` : `It has: ${names}.`
    throw new HksError('NOT_FOUND', `No ${kind.what} "${ref}" is in the project ${project?.name ?? context.cwd}.`, {
      details: { what: kind.what, id: ref },
      hint: project ? hint : `${context.cwd} is no project. --project names one.`,
    })
  }
}
