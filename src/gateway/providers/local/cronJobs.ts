import type { ChangePublisher } from '../../domain/changes.ts'
import type { Clock } from '../../domain/clock.ts'
import { cronJobManifest } from '../../../base/cronJobManifest.ts'
import { nameTaken } from '../../domain/nameTaken.ts'
import type { CronJobRecord, CronJobSpec } from '../../domain/cronJob.ts'
import { requireCommand } from '../../domain/cronJobSpec.ts'
import type { LocalCronJobs } from '../../domain/localState.ts'
import type { LogStore } from '../../domain/log.ts'
import type { LedgerStore } from '../../domain/ledgerStore.ts'
import type { CronJobs } from '../../domain/ports.ts'
import type { Controller } from './controller.ts'
import type { RunFolders } from './runFolders.ts'
import { periodOf } from '../../domain/schedulePeriod.ts'

/** What local CronJobs need. */
export interface LocalCronJobsDeps {
  readonly store: LocalCronJobs
  readonly ledger: LedgerStore
  readonly logs: LogStore
  readonly folders: RunFolders
  readonly controller: Controller
  readonly changes: ChangePublisher
  readonly clock: Clock
  readonly newId: () => string
}

/** CronJobs of this machine: kept in the store, acted on by the controller. */
export function createLocalCronJobs(deps: LocalCronJobsDeps): CronJobs {
  const { store, ledger, controller, changes, clock } = deps
  // The controller holds what is stored; before it does, the store is asked.
  return {
    list: async projectId => {
      const held = controller.records()
      const all = held ? [...held.values()].map(job => job.record()) : (await store.list()).map(each => each.cronJob)
      const wanted = projectId === undefined ? all : all.filter(record => record.projectId === projectId)
      return wanted.sort(byName)
    },
    get: async id => {
      const held = controller.records()
      return held ? held.get(id)?.record() : (await store.get(id))?.cronJob
    },
    create: async (projectId, spec) => {
      requireCommand(spec)
      const now = clock.now()
      const record: CronJobRecord = { id: deps.newId(), projectId, spec, createdAt: now, updatedAt: now }
      await store.insert(record)
      await ledger.savePeriod(periodOf(record, now, now))
      changes.publish({ kind: 'cronJob', cronJob: record })
      await controller.add(record)
      return record
    },
    update: async (id, spec, options) => {
      requireCommand(spec)
      return controller.job(id).update(spec, { skipMissed: options?.skipMissed === true })
    },
    preview: async (projectId, spec) => {
      requireCommand(spec)
      const taken = (await store.list(projectId)).some(({ cronJob }) => cronJob.spec.name === spec.name)
      if (taken) throw nameTaken(spec.name)
      return { manifest: manifestOf(spec) }
    },
    previewUpdate: async (id, spec, { base }) => {
      requireCommand(spec)
      controller.job(id)
      return { manifest: manifestOf(spec), present: manifestOf(base) }
    },
    startsOnResume: async id => controller.job(id).startsOnResume(),
    remove: async id => {
      await controller.drop(id, { reason: 'Deleted', cause: 'Its CronJob was deleted.' })
      await store.remove(id)
      await ledger.removeApplication(id)
      await deps.logs.remove(id)
      await deps.folders.remove(id)
      changes.publish({ kind: 'deleted', what: 'cronJob', id })
    },
  }
}

const byName = (a: CronJobRecord, b: CronJobRecord): number =>
  a.spec.name < b.spec.name ? -1 : a.spec.name > b.spec.name ? 1 : a.id < b.id ? -1 : 1

/** What a manifest would say of it; the function that it calls, which no manifest says, is an annotation as in a cluster. */
function manifestOf({ target, ...spec }: CronJobSpec): Record<string, unknown> {
  if (target.kind === 'command') return cronJobManifest({ ...spec, command: target.command, args: target.args })
  const manifest = cronJobManifest(spec)
  const annotations = {
    'hexabase.io/function-id': target.functionId,
    'hexabase.io/payload': JSON.stringify(target.payload),
  }
  return { ...manifest, metadata: { name: spec.name, annotations } }
}
