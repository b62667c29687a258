import type { ProjectService } from '../../domain/projectService.ts'
import type { ManifestService } from '../../domain/manifestService.ts'
import type { Handlers } from '../handler.ts'
import { pageOf } from '../page.ts'
import { toWireCronJob } from '../wire/cronJob.ts'
import { toWireProject } from '../wire/project.ts'

/** Routes of projects. */
export const projectHandlers = (
  projects: ProjectService,
  manifests: ManifestService,
): Pick<
  Handlers,
  'openProject' | 'listProjects' | 'getProject' | 'relinkProject' | 'removeProject' | 'applyManifest'
> => ({
  openProject: async ({ caller, body }) => {
    const { project, created } = await projects.open(caller, body)
    return { status: created ? 201 : 200, body: toWireProject(project) }
  },
  listProjects: async ({ caller, query }) => {
    const page = pageOf(await projects.list(caller), query, project => project.id)
    return { body: { ...page, items: page.items.map(toWireProject) } }
  },
  getProject: async ({ caller, params }) => ({ body: toWireProject(await projects.get(caller, params.id)) }),
  relinkProject: async ({ caller, params, body }) => ({
    body: toWireProject(await projects.relink(caller, params.id, body.path)),
  }),
  applyManifest: async ({ caller, params, body }) => {
    const { cronJob, ...applied } = await manifests.apply(caller, params.id, body)
    return { body: { ...applied, ...(cronJob && { cronJob: toWireCronJob(cronJob) }) } }
  },
  removeProject: async ({ caller, params }) => {
    await projects.remove(caller, params.id)
    return { status: 204 }
  },
})
