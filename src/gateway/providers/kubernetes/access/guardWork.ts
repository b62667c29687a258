import type { ProjectAction } from '../../../../contract/projects.ts'
import { namedCronJob } from '../../../domain/manifest.ts'
import type { CronJobs, Functions } from '../../../domain/ports.ts'
import type { NamespaceWork } from '../namespaceWork.ts'
import type { NamespaceRights, ObjectName } from './namespaceRights.ts'

/** One thing that is asked, and of which object, if it is there already. */
type Asked = readonly [action: ProjectAction, name?: ObjectName | undefined]

type Ask = (...args: unknown[]) => Asked | Promise<readonly Asked[]>

/** What is asked before a method is called with these arguments. */
type Guards<T> = {
  readonly [K in keyof T]?: T[K] extends ((...args: infer A) => unknown) | undefined
    ? (...args: A) => Asked | Promise<readonly Asked[]>
    : never
}

/** The work of a namespace, with the rights of each change asked for before it begins: nothing is done by halves. */
export function guardWork(work: NamespaceWork, rights: Pick<NamespaceRights, 'require'>): NamespaceWork {
  const guard = <T extends object>(role: T, guards: Guards<T>): T => {
    const guarded = Object.create(role) as Record<string, unknown>
    for (const [method, asked] of Object.entries(guards) as [string, Ask][]) {
      const act = (role as Record<string, unknown>)[method] as ((...args: unknown[]) => Promise<unknown>) | undefined
      if (act === undefined) continue
      guarded[method] = async (...args: unknown[]) => {
        const all = await asked(...args)
        for (const each of isOne(all) ? [all] : all) await rights.require(...each)
        return act.apply(role, args)
      }
    }
    return guarded as T
  }
  const { cronJobs, executions, functions, secrets } = work
  const always = (action: ProjectAction) => () => [action] as const
  return {
    ...work,
    ...(cronJobs && {
      cronJobs: guard(cronJobs, {
        create: always('createCronJob'),
        update: (_id, { name }) => ['changeCronJob', name],
        applyManifest: (_projectId, manifest) => ['changeCronJob', namedCronJob(manifest)],
        remove: id => ['deleteCronJob', cronJobName(cronJobs, id)],
      }),
    }),
    ...(executions && {
      executions: guard(executions, { trigger: always('triggerCronJob'), stop: always('stopRun') }),
    }),
    ...(functions && {
      functions: guard(functions, {
        deploy: (projectId, { name }) => ['deployFunction', nameOfExisting(functions, projectId, name)],
        cancelDeployment: id => cancelling(functions, id),
        setTraffic: id => ['divideTraffic', functionName(functions, id)],
        remove: id => ['deleteFunction', functionName(functions, id)],
      }),
    }),
    ...(secrets && {
      secrets: guard(secrets, {
        write: (_projectId, secret) => ['writeSecret', secret],
        remove: (_projectId, secret) => ['deleteSecret', secret],
      }),
    }),
  }
}

const isOne = (asked: Asked | readonly Asked[]): asked is Asked => typeof asked[0] === 'string'

const cronJobName = (cronJobs: CronJobs, id: string) => async () => (await cronJobs.get(id))?.spec.name
const functionName = (functions: Functions, id: string) => async () => (await functions.get(id))?.spec.name

const nameOfExisting = (functions: Functions, projectId: string, name: string) => async () =>
  (await functions.list(projectId)).some(({ spec }) => spec.name === name) ? name : undefined

/** Until its image is there the cluster knows nothing of a revision; a function that was made for it goes with it. */
async function cancelling(functions: Functions, id: string): Promise<readonly Asked[]> {
  const step = functions.deployments().find(({ functionId }) => functionId === id)
  if (step?.phase !== 'starting') return []
  const isNew = ((await functions.get(id))?.revisions.length ?? 0) <= 1
  return [['cancelDeployment', step.name], ...(isNew ? [['deleteFunction', step.name] as const] : [])]
}
