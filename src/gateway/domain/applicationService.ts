import type { ApplicationCreate } from '../../contract/applications.ts'
import { HksError, invalidField, notFound } from '../../contract/errors.ts'
import type { ApplicationRecord, ListedApplications } from './application.ts'
import { authorize, type Caller } from './caller.ts'
import type { Directory } from './directory.ts'
import type { Perform } from './operation.ts'
import { refuseRepeatedVariables } from './secretVariables.ts'
import { environmentTexts, refuseZeroBytes } from './zeroBytes.ts'

/** Operations on what CronJobs can copy. */
export interface ApplicationService {
  /** `projectRef` may be a name. @throws HksError CONNECTION_FAILED */
  list(caller: Caller, projectRef: string): Promise<ListedApplications>
  create(caller: Caller, input: ApplicationCreate): Promise<ApplicationRecord>
  /** CronJobs that were made of it stay as they are. @throws HksError NOT_FOUND */
  remove(caller: Caller, id: string): Promise<void>
}

/** Makes the service. */
export function createApplicationService(directory: Directory, perform: Perform): ApplicationService {
  return {
    list: async (caller, projectRef) => {
      const { provider, project } = await directory.project(projectRef)
      authorize(caller, 'read', project.id)
      return (await provider.applications?.list(project.id)) ?? { applications: [], refused: [] }
    },
    create: async (caller, input) => {
      const { provider, project } = await directory.project(input.projectId)
      const { name } = input
      const subject = { scope: 'write', action: 'application.create', resource: name, projectId: project.id } as const
      return perform(caller, subject, async () => {
        const { named } = provider.applications ?? {}
        if (!named) throw madeElsewhere()
        const { command, args = [], environment = {}, secrets = [] } = input
        checkTexts(input)
        return named.create(project.id, { name, command, args, environment, secrets })
      })
    },
    remove: async (caller, id) => {
      for (const provider of directory.providers.all()) {
        const { named } = provider.applications ?? {}
        const found = await named?.get(id)
        if (!named || !found) continue
        const { projectId } = found
        const subject = { scope: 'write', action: 'application.delete', resource: id, projectId } as const
        return perform(caller, subject, () => named.remove(id))
      }
      throw notFound('named command', id)
    },
  }
}

function checkTexts({ command, args = [], environment, secrets }: ApplicationCreate): void {
  if (command[0] === undefined || command[0] === '') {
    throw invalidField('command', command, 'names no program.', 'Give one such as ["sh", "-c", "date"].')
  }
  refuseZeroBytes([
    ...command.map((text, i) => [`command.${i}`, text] as const),
    ...args.map((text, i) => [`args.${i}`, text] as const),
    ...environmentTexts(environment),
  ])
  refuseRepeatedVariables(secrets)
}

const madeElsewhere = () =>
  new HksError(
    'INVALID_REQUEST',
    'projectId: the applications of a cluster are its Deployments, StatefulSets, Pods and CronJobs.',
    { details: { field: 'projectId' }, hint: 'Make one there, as with kubectl; it is listed at once.' },
  )
