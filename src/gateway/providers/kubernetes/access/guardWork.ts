import type { ProjectAction } from '../../../../contract/projects.ts'
import { namedCronJob } from '../../../domain/manifest.ts'
import type { NamespaceWork } from '../namespaceWork.ts'
import type { NamespaceRights } from './namespaceRights.ts'

/** What is asked before a method is called with these arguments, and of which object. */
type Guards<T> = {
  readonly [K in keyof T]?: T[K] extends ((...args: infer A) => unknown) | undefined
    ? (...args: A) => readonly [action: ProjectAction, name?: string | undefined]
    : never
}

/** The work of a namespace, with the rights of each change asked for before it begins: nothing is done by halves. */
export function guardWork(work: NamespaceWork, rights: Pick<NamespaceRights, 'require'>): NamespaceWork {
  const guard = <T extends object>(role: T, guards: Guards<T>): T => {
    const guarded = Object.create(role) as Record<string, unknown>
    for (const [method, asked] of Object.entries(guards) as [string, (...args: unknown[]) => [ProjectAction]][]) {
      const act = (role as Record<string, unknown>)[method] as ((...args: unknown[]) => Promise<unknown>) | undefined
      if (act === undefined) continue
      guarded[method] = async (...args: unknown[]) => {
        await rights.require(...asked(...args))
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
        remove: always('deleteCronJob'),
      }),
    }),
    ...(executions && {
      executions: guard(executions, { trigger: always('triggerCronJob'), stop: always('stopRun') }),
    }),
    ...(functions && {
      functions: guard(functions, {
        deploy: always('deployFunction'),
        setTraffic: always('divideTraffic'),
        remove: always('deleteFunction'),
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
