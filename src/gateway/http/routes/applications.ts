import { defined } from '../../../base/defined.ts'
import { toInstant } from '../../../base/instant.ts'
import type { Application } from '../../../contract/applications.ts'
import type { ApplicationRecord } from '../../domain/application.ts'
import type { ApplicationService } from '../../domain/applicationService.ts'
import type { Handlers } from '../handler.ts'
import { pageOf } from '../page.ts'

/** Routes of application templates. */
export const applicationHandlers = (
  service: ApplicationService,
): Pick<Handlers, 'listApplications' | 'createApplication' | 'deleteApplication'> => ({
  listApplications: async ({ caller, query }) => {
    const { applications, refused } = await service.list(caller, query.projectId)
    const page = pageOf(applications, query, ({ id }) => id)
    const items = page.items.map(toWireApplication)
    return { body: { ...page, items, ...(refused.length === 0 ? {} : { refused: [...refused] }) } }
  },
  createApplication: async ({ caller, body }) => ({
    status: 201,
    body: toWireApplication(await service.create(caller, body)),
  }),
  deleteApplication: async ({ caller, params }) => {
    await service.remove(caller, params.id)
    return { status: 204 }
  },
})

const toWireApplication = ({ id, projectId, kind, spec, notCopied = [], createdAt }: ApplicationRecord): Application =>
  defined({
    id,
    type: kind === 'CronJob' ? ('cronjob' as const) : ('stateless' as const),
    kind,
    projectId,
    name: spec.name,
    image: spec.image,
    command: [...spec.command],
    args: [...spec.args],
    environment: { ...spec.environment },
    secrets: [...spec.secrets],
    notCopied: notCopied.length === 0 ? undefined : [...notCopied],
    createdAt: toInstant(createdAt),
  })
