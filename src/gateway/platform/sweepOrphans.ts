import { endProcesses, membersOf } from './endProcesses.ts'
import { createSharedScan, type ProcessEntry } from './processTable.ts'

/** What a sweep found: the runs that had left processes behind, and the processes that could not be ended. */
export interface Sweep {
  readonly runIds: readonly string[]
  readonly survivors: readonly ProcessEntry[]
}

/**
 * Ends what runs of a gateway with this data folder left behind. Only for a gateway that has started nothing yet: each
 * process that carries its `HKS_HOME_ID` and a run's `HKS_RUN_ID` is then a leftover. Others are never touched.
 */
export async function sweepOrphans(homeId: string, graceMs: number): Promise<Sweep> {
  const membership = { matches: (entry: ProcessEntry) => entry.homeId === homeId && entry.runId !== undefined }
  const scan = createSharedScan()
  const found = membersOf(await scan(), membership)
  if (found.length === 0) return { runIds: [], survivors: [] }
  const survivors = await endProcesses(scan, membership, graceMs)
  return { runIds: [...new Set(found.flatMap(entry => entry.runId ?? []))], survivors }
}
