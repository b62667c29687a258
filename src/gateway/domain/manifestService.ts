import type { ManifestApply } from '../../contract/manifests.ts'
import { authorize, type Caller } from './caller.ts'
import type { CronJobService } from './cronJobService.ts'
import type { CronJobView } from './cronJobViews.ts'
import type { Directory } from './directory.ts'
import { type AppliedManifest, namedCronJob, noManifests } from './manifest.ts'
import type { Perform } from './operation.ts'
import { requirePresent } from './project.ts'

/** What applying did, or would do. */
export interface AppliedView extends Omit<AppliedManifest, 'cronJob'> {
  readonly cronJob?: CronJobView
}

/** Operations with whole manifests. */
export interface ManifestService {
  /** @throws HksError INVALID_REQUEST, CONFLICT, FORBIDDEN, PROJECT_MISSING … */
  apply(caller: Caller, projectRef: string, input: ManifestApply): Promise<AppliedView>
}

/** Makes the service. */
export function createManifestService(
  directory: Directory,
  perform: Perform,
  cronJobs: Pick<CronJobService, 'view'>,
): ManifestService {
  return {
    apply: async (caller, projectRef, { manifest, dryRun = false, forceConflicts = false }) => {
      const { provider, project } = await directory.project(projectRef)
      const work = async (): Promise<AppliedView> => {
        namedCronJob(manifest)
        requirePresent(project)
        const role = provider.cronJobs
        if (!role.applyManifest) throw noManifests(provider.connection)
        const { cronJob, ...applied } = await role.applyManifest(project.id, manifest, { dryRun, forceConflicts })
        return { ...applied, ...(cronJob && { cronJob: await cronJobs.view(cronJob) }) }
      }
      if (dryRun) {
        authorize(caller, 'write', project.id)
        return work()
      }
      const { name } = (manifest['metadata'] ?? {}) as { readonly name?: unknown }
      const resource = typeof name === 'string' ? name : ''
      return perform(caller, { scope: 'write', action: 'cronJob.apply', resource, projectId: project.id }, work)
    },
  }
}
