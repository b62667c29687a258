import type { ApplicationRecord } from '../../domain/application.ts'
import type { Clock } from '../../domain/clock.ts'
import type { CronJobRecord } from '../../domain/cronJob.ts'
import type { LocalApplications } from '../../domain/localState.ts'
import type { Applications, CronJobs, NamedCommands } from '../../domain/ports.ts'

/** What local applications need. */
export interface LocalApplicationsDeps {
  readonly store: LocalApplications
  readonly cronJobs: Pick<CronJobs, 'list'>
  readonly clock: Clock
  readonly newId: () => string
}

/** Named commands, kept in the store, and the CronJobs that run a command. */
export const createLocalApplications = ({
  store,
  cronJobs,
  clock,
  newId,
}: LocalApplicationsDeps): Applications & { readonly named: NamedCommands } => ({
  list: async projectId => {
    const jobs = await cronJobs.list(projectId)
    return { applications: [...(await store.list(projectId)), ...jobs.flatMap(applicationOf)], refused: [] }
  },
  named: {
    get: store.get,
    create: async (projectId, spec) => {
      const application: ApplicationRecord = { id: newId(), projectId, kind: 'Command', spec, createdAt: clock.now() }
      await store.insert(application)
      return application
    },
    remove: store.remove,
  },
})

function applicationOf({ id, projectId, spec, createdAt }: CronJobRecord): readonly ApplicationRecord[] {
  const { name, target, environment, secrets, image } = spec
  if (target.kind !== 'command') return []
  const { command, args } = target
  const copied = { name, command, args, environment, secrets, ...(image === undefined ? {} : { image }) }
  return [{ id, projectId, kind: 'CronJob', spec: copied, createdAt }]
}
