import { HksError } from '../../contract/errors.ts'
import type { ApplyOptions } from './manifest.ts'
import type { Provider } from './ports.ts'

/**
 * The provider, with all that would change something refused while `readOnly` answers the name of the connection.
 * Functions can be called all the same: a call changes nothing that the connection shows.
 */
export function refuseChanges(provider: Provider, readOnly: () => string | undefined): Provider {
  const guard = <T extends object>(
    role: T,
    methods: readonly (keyof T & string)[],
    isChange: (method: keyof T & string, args: readonly unknown[]) => boolean = () => true,
  ): T => {
    const guarded = Object.create(role) as Record<string, unknown>
    for (const method of methods) {
      const work = role[method] as ((...args: unknown[]) => Promise<unknown>) | undefined
      if (work === undefined) continue
      guarded[method] = async (...args: unknown[]) => {
        const name = readOnly()
        if (name !== undefined && isChange(method, args)) throw refused(name)
        return work.apply(role, args)
      }
    }
    return guarded as T
  }
  const { cluster } = provider
  return {
    ...provider,
    ...(cluster ? { cluster: guard(cluster, ['installKnative', 'planKnativeRemoval', 'uninstallKnative']) } : {}),
    cronJobs: guard(
      provider.cronJobs,
      ['create', 'update', 'applyManifest', 'remove'],
      (method, args) => method !== 'applyManifest' || !(args[2] as ApplyOptions).dryRun,
    ),
    ...(provider.applications?.named
      ? { applications: { ...provider.applications, named: guard(provider.applications.named, ['create', 'remove']) } }
      : {}),
    executions: guard(provider.executions, ['trigger', 'stop']),
    ...(provider.functions
      ? { functions: guard(provider.functions, ['deploy', 'cancelDeployment', 'setTraffic', 'debug', 'remove']) }
      : {}),
    ...(provider.secrets ? { secrets: guard(provider.secrets, ['write', 'remove']) } : {}),
  }
}

const refused = (name: string): HksError =>
  new HksError('FORBIDDEN', `The connection "${name}" is read-only.`, {
    details: { connection: name },
    hint: `Allow changes in the settings of the connection, or with: hks-func connection set "${name}" --no-read-only`,
  })
