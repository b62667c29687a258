import { toInstant } from '../../../base/instant.ts'
import type { Project } from '../../../contract/projects.ts'
import type { ProjectRecord } from '../../domain/project.ts'

/** A project as answers carry it. */
export const toWireProject = (project: ProjectRecord): Project => ({
  id: project.id,
  name: project.name,
  connection: project.connection,
  ...(project.path === undefined ? {} : { path: project.path }),
  status: project.status,
  ...(project.message === undefined ? {} : { message: project.message }),
  ...(project.denied === undefined ? {} : { denied: [...project.denied] }),
  ...(project.noFunctions === undefined ? {} : { noFunctions: project.noFunctions }),
  createdAt: toInstant(project.createdAt),
})
