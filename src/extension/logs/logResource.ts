import type { LogResource } from '../model/logResource.ts'
import type { Resources } from '../model/resources.ts'

/** What an output channel needs to know about a CronJob or function. */
export const logResource = (
  { projects }: Resources,
  { id, type, name, projectId }: { id: string; type: 'cronjob' | 'function'; name: string; projectId: string },
): LogResource => ({
  kind: type === 'cronjob' ? 'cronJob' : 'function',
  id,
  name,
  projectName: projects.get(projectId)?.name ?? projectId,
})
