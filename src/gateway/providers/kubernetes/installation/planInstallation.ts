import { HksError } from '../../../../contract/errors.ts'
import { createAccessReview } from '../client/accessReview.ts'
import type { KubeClient } from '../client/kubeClient.ts'
import { readObject } from './applyObject.ts'
import { type Manifest, type ManifestFile, type PlannedObject, readManifests, wordsOf } from './manifest.ts'
import { isMarked } from './mark.ts'
import { eachOf } from './pacing.ts'
import { prepareManifests } from './prepareManifests.ts'
import { objectPath, type ResourceType, type ResourceTypes } from './resourceTypes.ts'

/** An object to apply; `path` is absent as long as its type is not served. */
export interface PlannedStep extends PlannedObject {
  readonly path?: string
  /** A namespace that somebody else has made: it is left as it is. */
  readonly kept: boolean
}

interface Definition extends Manifest {
  readonly spec: { readonly group: string; readonly names: { readonly kind: string } }
}

/** So many objects are looked at in the same moment. */
const atOnce = 8
/** So many of a list are named. */
const named = 5

/**
 * What an installation does, in the order of the files. Nothing has been changed yet.
 * @throws HksError INVALID_REQUEST for what can not be applied, CONFLICT for what somebody else has installed, FORBIDDEN for
 *   the first right that is missing
 */
export async function planInstallation(
  client: KubeClient,
  types: ResourceTypes,
  files: readonly ManifestFile[],
  signal: AbortSignal,
): Promise<readonly PlannedStep[]> {
  const planned = readManifests(files)
  const defined = new Set(planned.flatMap(({ manifest }) => (isDefinition(manifest) ? [kindOf(manifest)] : [])))
  const typed = await eachOf(planned, atOnce, async each => {
    const { apiVersion, kind } = each.manifest
    const type = await types.of(apiVersion, kind)
    if (!type && !defined.has(`${apiVersion.split('/')[0]}/${kind}`)) throw unknownKind(each)
    return { ...each, type }
  })
  await requireRights(client, typed)
  const seen = await eachOf(typed, atOnce, async ({ type, ...each }) => {
    if (!type) return { ...each, live: undefined }
    const path = objectPath(type, each.manifest)
    return { ...each, path, live: await readObject(client, path, signal) }
  })
  const others = seen.filter(({ live }) => live && !isMarked(live))
  const foreign = others.filter(({ manifest }) => manifest.kind !== 'Namespace')
  if (foreign.length > 0) throw installedByOthers(foreign)
  const prepared = prepareManifests(seen)
  return seen.map(({ file, live, ...each }, index) => ({
    ...{ file, manifest: prepared[index]!, kept: live !== undefined && !isMarked(live) },
    ...('path' in each ? { path: each.path } : {}),
  }))
}

/** The type without which there is no Knative Serving. */
const servicesType: Manifest = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'services.serving.knative.dev' },
}

/** Spares a download where Knative is there already. @throws HksError CONFLICT where somebody else has installed it */
export async function refuseForeignTypes(client: KubeClient, signal: AbortSignal): Promise<void> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${servicesType.metadata.name}`
  const live = await readObject(client, path, signal)
  if (live && !isMarked(live)) throw installedByOthers([{ file: '', manifest: servicesType }])
}

/** Whether the manifest is a type of its own. */
export const isDefinition = (manifest: Manifest): manifest is Definition => manifest.kind === 'CustomResourceDefinition'

const kindOf = ({ spec }: Definition): string => `${spec.group}/${spec.names.kind}`

/** Who may not do all of it is told before a half of it is done. */
async function requireRights(
  client: KubeClient,
  objects: readonly (PlannedObject & { readonly type: ResourceType | undefined })[],
): Promise<void> {
  const actions = new Map<string, { resource: string; group: string; namespace?: string }>()
  for (const { manifest, type } of objects) {
    if (!type) continue
    const { resource, group, namespaced } = type
    const namespace = namespaced ? (manifest.metadata.namespace ?? 'default') : undefined
    const action = { resource, group, ...(namespace === undefined ? {} : { namespace }) }
    actions.set(JSON.stringify(action), action)
  }
  const access = createAccessReview(client)
  await eachOf([...actions.values()], atOnce, action =>
    access.require(...['get', 'create', 'patch'].map(verb => ({ verb, ...action }))),
  )
}

const unknownKind = ({ file, manifest }: PlannedObject): HksError =>
  new HksError(
    'INVALID_REQUEST',
    `manifests: ${file}: the cluster knows no ${manifest.kind} of ${manifest.apiVersion} (${manifest.metadata.name}).`,
    { details: { field: 'manifests', file }, hint: 'Add the file that defines it, or use a newer Kubernetes.' },
  )

function installedByOthers(foreign: readonly PlannedObject[]): HksError {
  const words = foreign.slice(0, named).map(({ manifest }) => wordsOf(manifest))
  const more = foreign.length > named ? ` and ${foreign.length - named} more` : ''
  return new HksError(
    'CONFLICT',
    `Somebody else has installed these: ${words.join(', ')}${more}. Nothing was changed.`,
    {
      details: { objects: foreign.map(({ manifest }) => wordsOf(manifest)) },
      hint: 'Change that installation with the tool that made it, or remove it first.',
    },
  )
}
