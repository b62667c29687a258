import { localConnection } from '../../contract/localConnection.ts'
import type { Project } from '../../contract/projects.ts'

/** Whether a project is a namespace of a cluster; one that is not known is none. */
export const isInCluster = (project: Project | undefined): boolean =>
  project !== undefined && project.connection !== localConnection
