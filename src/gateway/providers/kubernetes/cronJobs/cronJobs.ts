import { defined } from '../../../../base/defined.ts'
import { HksError, notFound } from '../../../../contract/errors.ts'
import type { Clock } from '../../../domain/clock.ts'
import type { CronJobRecord, CronJobSpec } from '../../../domain/cronJob.ts'
import type { CronJobs, CronJobUpdateOptions } from '../../../domain/ports.ts'
import { patchTypes } from '../client/kubeClient.ts'
import { parseReference } from '../images/reference.ts'
import type { NamespaceScope } from '../namespaceScope.ts'
import type { KubeCronJob, KubeJob } from '../objects/batchV1.ts'
import type { PodTemplate } from '../objects/coreV1.ts'
import type { WatchedCollection } from '../watch/watchedCollection.ts'
import { applyManifest } from './applyManifest.ts'
import { patchOf } from './changes.ts'
import { copiedPod } from './copiedPod.ts'
import type { CronJobIndex, IndexedCronJob } from './cronJobIndex.ts'
import { findCaller, type FunctionCaller, presentCaller } from './functionCaller.ts'
import { marked, markOperations } from './lostMark.ts'
import { inOurWords } from './refusedField.ts'
import { shownManifest } from './shownManifest.ts'
import { skipMissedRuns } from './skipMissedRuns.ts'
import { startsOnResume } from './startsOnResume.ts'
import { toKube } from './toKube.ts'
import { untilSeen, untilSynced } from './untilSeen.ts'

/** What the CronJobs of a namespace need. */
export interface NamespaceCronJobsDeps {
  readonly cronJobs: WatchedCollection<KubeCronJob>
  readonly jobs: WatchedCollection<KubeJob>
  readonly index: CronJobIndex
  /** The pod of an application, which a CronJob copies. @throws HksError NOT_FOUND … */
  readonly templateOf: (id: string) => Promise<PodTemplate>
  /** Follows the deletion of a CronJob to the end of its runs and of what is stored about it. */
  readonly removed: (cronJob: IndexedCronJob, remove: () => Promise<void>) => Promise<void>
  /** In which a function is called; has `node`. */
  readonly callerImage: () => string
  readonly clock: Clock
  readonly newId: () => string
}

/** Times that a change is made anew because the object was changed between reading and writing. */
const mostTries = 5

/** CronJobs as the cluster has them: read from the cache, changed by the API. */
export function createNamespaceCronJobs(scope: NamespaceScope, deps: NamespaceCronJobsDeps): CronJobs {
  const { client, projectId } = scope
  const { cronJobs: collection, index } = deps
  const collectionPath = `/apis/batch/v1/namespaces/${encodeURIComponent(scope.name)}/cronjobs`
  const pathOf = ({ metadata }: KubeCronJob) => `${collectionPath}/${encodeURIComponent(metadata.name)}`
  const found = async (id: string): Promise<IndexedCronJob> => {
    await untilSynced(collection)
    const entry = index.get(id)
    if (!entry) throw notFound('CronJob', id)
    return entry
  }
  /** What calls the function of a spec. One that is called already need not be there for a change of something else. */
  const callerOf = async ({ target }: CronJobSpec, present?: IndexedCronJob): Promise<FunctionCaller | undefined> => {
    if (target.kind !== 'function') return undefined
    const before = present?.record.spec.target
    const isSame = before?.kind === 'function' && before.functionId === target.functionId
    const known = isSame && present ? presentCaller(present.object.spec.jobTemplate.spec.template) : undefined
    return known ?? findCaller(scope, target.functionId, deps.callerImage())
  }
  const manifest = async (spec: CronJobSpec) => {
    const { templateAppId, image } = spec
    if (image !== undefined) parseReference(image, 'image')
    const copied = templateAppId === undefined ? undefined : copiedPod(await deps.templateOf(templateAppId))
    return toKube(spec, { id: deps.newId(), projectId }, defined({ caller: await callerOf(spec), copied }))
  }
  const send = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      throw inOurWords(error)
    }
  }
  /** The record of an object that was just written. */
  const recordOf = async (object: KubeCronJob): Promise<CronJobRecord> => {
    await untilSeen(collection, object)
    const entry = index.byUid(object.metadata.uid)
    if (!entry) throw notFound('CronJob', object.metadata.name)
    return entry.record
  }

  /** Patches the object with what differs, or says how it is where nothing does; `dryRun` shows it and changes nothing. */
  const change = async (
    entry: IndexedCronJob,
    spec: CronJobSpec,
    { base, skipMissed = false, dryRun = false }: CronJobUpdateOptions & { readonly dryRun?: boolean },
  ): Promise<{ readonly before: KubeCronJob; readonly after: KubeCronJob }> => {
    let { object } = entry
    if (spec.image !== undefined && spec.image !== entry.record.spec.image) parseReference(spec.image, 'image')
    const caller = await callerOf(spec, entry)
    if (skipMissed) await skipMissedRuns(client, pathOf(object), object, deps.clock.now())
    for (let tries = 1; ; tries++) {
      if (tries > 1 || skipMissed) object = await client.request<KubeCronJob>('GET', pathOf(object))
      if (object.metadata.uid !== entry.object.metadata.uid) throw notFound('CronJob', entry.record.id)
      const withMark = marked(object, entry.record)
      const changes = patchOf(withMark, base ?? entry.record.spec, spec, caller)
      if (changes.length === 0) return { before: object, after: object }
      const patch = [...markOperations(object, withMark), ...changes]
      try {
        const request = { body: patch, contentType: patchTypes.json, ...(dryRun ? { query: { dryRun: 'All' } } : {}) }
        return { before: object, after: await client.request<KubeCronJob>('PATCH', pathOf(object), request) }
      } catch (error) {
        const isConflict = error instanceof HksError && error.code === 'CONFLICT'
        if (!isConflict || tries === mostTries) throw inOurWords(error)
      }
    }
  }

  return {
    list: async () => {
      await untilSynced(collection)
      return index.all().map(({ record }) => record)
    },
    get: async id => (collection.state().synced ? index.get(id)?.record : undefined),
    create: async (_projectId, spec) =>
      recordOf(await send(client.request<KubeCronJob>('POST', collectionPath, { body: await manifest(spec) }))),
    update: async (id, spec, options = {}) => recordOf((await change(await found(id), spec, options)).after),
    preview: async (_projectId, spec) => {
      const request = { body: await manifest(spec), query: { dryRun: 'All' } }
      return { manifest: shownManifest(await send(client.request<KubeCronJob>('POST', collectionPath, request))) }
    },
    previewUpdate: async (id, spec, { base }) => {
      const { before, after } = await change(await found(id), spec, { base, dryRun: true })
      return { manifest: shownManifest(after), present: shownManifest(before) }
    },
    applyManifest: async (_projectId, wanted, options) => {
      await untilSynced(collection)
      const { object, ...applied } = await applyManifest(scope, wanted, options, {
        idOf: uid => index.byUid(uid)?.record.id,
        newId: deps.newId,
      })
      return options.dryRun ? applied : { ...applied, cronJob: await recordOf(object) }
    },
    startsOnResume: async id => startsOnResume((await found(id)).object, deps.jobs.byName, deps.clock.now()),
    remove: async id => {
      const entry = await found(id)
      const { uid } = entry.object.metadata
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions: { uid } }
      await deps.removed(entry, async () => {
        await client.request('DELETE', pathOf(entry.object), { body })
      })
    },
  }
}
