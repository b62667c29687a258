import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CronJobRecord, Execution } from '../../domain/cronJob.ts'
import type { ExecutionStore } from '../../domain/executionStore.ts'

/** The working files of runs: one folder for each, kept as long as Kubernetes would keep the Job. */
export interface RunFolders {
  path(applicationId: string, executionId: string): string
  /** Deletes the folders of ended runs beyond the history limits. The ledger and logs keep all of them. */
  prune(job: CronJobRecord): Promise<void>
  remove(applicationId: string): Promise<void>
}

/** Folders below `runs/` of the data folder. */
export function createRunFolders(dataFolder: string, executions: ExecutionStore): RunFolders {
  const folderOf = (applicationId: string) => join(dataFolder, 'runs', applicationId)
  const newest = async (applicationId: string, status: Execution['status'], limit: number) =>
    limit === 0 ? [] : executions.list({ applicationId, status, limit })
  return {
    path: (applicationId, executionId) => join(folderOf(applicationId), executionId),
    prune: async ({ id, spec }) => {
      const present = await readdir(folderOf(id)).catch(ifMissing)
      // Nothing can be beyond the limits yet.
      if (present.length <= Math.min(spec.successfulJobsHistoryLimit, spec.failedJobsHistoryLimit)) return
      const kept = await Promise.all([
        newest(id, 'succeeded', spec.successfulJobsHistoryLimit),
        newest(id, 'failed', spec.failedJobsHistoryLimit),
        newest(id, 'running', 1000),
      ])
      const keep = new Set(kept.flat().map(execution => execution.id))
      await Promise.all(
        present
          .filter(name => !keep.has(name))
          .map(name => rm(join(folderOf(id), name), { recursive: true, force: true })),
      )
    },
    remove: applicationId => rm(folderOf(applicationId), { recursive: true, force: true }),
  }
}

function ifMissing(error: unknown): string[] {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
  throw error
}
