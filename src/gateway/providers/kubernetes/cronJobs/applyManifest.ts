import { isDeepStrictEqual } from 'node:util'
import { HksError, invalidField } from '../../../../contract/errors.ts'
import { type AppliedManifest, type ApplyOptions, type ManifestObject, namedCronJob } from '../../../domain/manifest.ts'
import { patchTypes } from '../client/kubeClient.ts'
import { annotations, labels } from '../labels.ts'
import type { NamespaceScope } from '../namespaceScope.ts'
import type { KubeCronJob } from '../objects/batchV1.ts'
import { ownMark } from './ownMark.ts'
import { isWritten, shownManifest } from './shownManifest.ts'

/** Who we are among those who set fields; the API server takes it from our user agent for changes of other kinds. */
export const fieldManager = 'hexabase-hks'

/** Who else has set a field to something else (`details.conflicts` of a CONFLICT). */
interface FieldConflict {
  readonly manager: string
  readonly field: string
}

/** Ids of CronJobs. */
export interface ApplicationIds {
  /** Of an object that is there, as far as it is known. */
  readonly idOf: (uid: string) => string | undefined
  readonly newId: () => string
}

/**
 * Applies a whole manifest (server-side apply): fields that it names become as it says, those that an earlier apply named
 * and it does not go, all others stay. What was set through our own forms is ours to change. `object` is what became of it.
 */
export async function applyManifest(
  { client, name: namespace, projectId }: NamespaceScope,
  manifest: ManifestObject,
  { dryRun, forceConflicts }: ApplyOptions,
  ids: ApplicationIds,
): Promise<Omit<AppliedManifest, 'cronJob'> & { readonly object: KubeCronJob }> {
  const name = namedCronJob(manifest)
  const metadata = metadataOf(manifest)
  if (metadata['namespace'] !== undefined && metadata['namespace'] !== namespace)
    throw invalidField(
      'metadata.namespace',
      metadata['namespace'],
      `is ${JSON.stringify(metadata['namespace'])}, and the project is the namespace "${namespace}".`,
      'Leave it out, or choose the project of that namespace.',
    )
  const path = `/apis/batch/v1/namespaces/${encodeURIComponent(namespace)}/cronjobs/${encodeURIComponent(name)}`
  const present = await client.request<KubeCronJob>('GET', path).catch(unlessAbsent)
  const body = {
    ...withoutStatus(manifest),
    metadata: ownMetadata(metadata, present, { ids, projectId, name }),
  }
  const send = (force: boolean) =>
    client.request<KubeCronJob>('PATCH', path, {
      ...{ body, contentType: patchTypes.apply },
      query: { fieldManager, force, fieldValidation: 'Strict', ...(dryRun ? { dryRun: 'All' } : {}) },
    })
  const object = await send(forceConflicts).catch((error: unknown) => {
    const others = conflictsOf(error)?.filter(({ manager }) => manager !== fieldManager)
    if (others === undefined) throw shapeFault(error) ?? error
    if (others.length > 0) throw conflicting(name, others, error)
    return send(true)
  })
  const shown = shownManifest(object)
  if (present === undefined) return { action: 'created', manifest: shown, object }
  const before = shownManifest(present)
  return {
    action: isDeepStrictEqual(before, shown) ? 'unchanged' : 'changed',
    manifest: shown,
    present: before,
    object,
  }
}

type Fields = Readonly<Record<string, unknown>>

const fieldsOf = (value: unknown): Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : {}

const metadataOf = (manifest: ManifestObject): Fields => fieldsOf(manifest['metadata'])

function withoutStatus({ status, ...rest }: ManifestObject): Fields {
  void status
  return rest
}

/** What a manifest that was read from a cluster says about that object is not this one's; its id stays what it is. */
function ownMetadata(
  metadata: Fields,
  present: KubeCronJob | undefined,
  own: { readonly ids: ApplicationIds; readonly projectId: string; readonly name: string },
): Fields {
  const written = Object.fromEntries(Object.entries(metadata).filter(([field]) => !isWritten(field)))
  const before = present?.metadata
  if (before?.annotations?.[annotations.functionId] !== undefined)
    throw new HksError('CONFLICT', `The CronJob "${own.name}" calls a function; no manifest says that.`, {
      hint: 'Give it a command first, or delete it.',
    })
  const isOurs = (key: string) => ownKeys.has(key)
  const kept = (values: Fields | undefined) => Object.entries(values ?? {}).filter(([key]) => isOurs(key))
  const given = (values: unknown) =>
    Object.entries(fieldsOf(values)).filter(([key]) => !isOurs(key) && key !== lastApplied)
  const id = missingId(present, own.ids)
  const mark = id === undefined ? undefined : ownMark(id, own.projectId, own.name)
  const withOwn = (field: 'labels' | 'annotations') =>
    some(field, [...given(metadata[field]), ...Object.entries(mark?.[field] ?? {}), ...kept(before?.[field])])
  return { ...written, ...withOwn('labels'), ...withOwn('annotations') }
}

/** The id that an object is to be given: a new one has none, and others may have taken it away. */
function missingId(present: KubeCronJob | undefined, { idOf, newId }: ApplicationIds): string | undefined {
  if (!present) return newId()
  const { uid, labels: carried } = present.metadata
  const id = idOf(uid)
  return id === uid || carried?.[labels.appId] !== undefined ? undefined : id
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'
const ownKeys: ReadonlySet<string> = new Set([
  ...[labels.appId, labels.appType],
  ...[annotations.projectId, annotations.name, annotations.functionId, annotations.templateAppId],
])

const some = (field: string, entries: readonly (readonly unknown[])[]): Fields =>
  entries.length === 0 ? {} : { [field]: Object.fromEntries(entries as readonly (readonly [string, unknown])[]) }

function conflictsOf(error: unknown): readonly FieldConflict[] | undefined {
  if (!(error instanceof HksError) || error.code !== 'CONFLICT') return undefined
  return error.details?.['conflicts'] as readonly FieldConflict[] | undefined
}

/** A patch that has not the shape of a CronJob is answered as a failure of the server (500), with the field in the text. */
function shapeFault(error: unknown): HksError | undefined {
  if (!(error instanceof HksError) || error.details?.['status'] !== 500) return undefined
  const [, field, problem] =
    /failed to create typed patch object[^:]*:\s*(?:errors:\s*)?\.?([^\s:]+): ([^\n]+)/.exec(error.message) ?? []
  if (field === undefined || problem === undefined) return undefined
  const said = problem === 'field not declared in schema' ? 'is no field that Kubernetes knows.' : `${problem}.`
  return new HksError('INVALID_REQUEST', `${field}: ${said}`, { details: { field }, cause: error })
}

function conflicting(name: string, conflicts: readonly FieldConflict[], cause: unknown): HksError {
  const said = conflicts.map(({ manager, field }) => `${field} by "${manager}"`).join(', ')
  return new HksError('CONFLICT', `Fields of the CronJob "${name}" were set to something else: ${said}.`, {
    details: { conflicts },
    hint: 'Take them over (forceConflicts, --force-conflicts), or leave them out of the manifest.',
    cause,
  })
}

function unlessAbsent(error: unknown): undefined {
  if (error instanceof HksError && error.code === 'NOT_FOUND') return undefined
  throw error
}
