import { gunzipSync } from 'node:zlib'
import type { FunctionImages } from '../../images/functionImage.ts'
import { revisionName, sourceName } from '../objects/functionNames.ts'
import type { FunctionObjects } from '../objects/functionObjects.ts'
import type { FunctionSight } from '../functionRecord.ts'
import type { FunctionSettings } from '../functionSettings.ts'
import { sourceFile } from '../objects/podRuntime.ts'
import { registryAccess } from './registryOf.ts'
import { readFacts } from '../objects/revisionFacts.ts'

/** Where deployed sources are read from. */
export interface DeployedSources {
  readonly objects: Pick<FunctionObjects, 'find'>
  readonly settings: () => FunctionSettings
  readonly images?: FunctionImages
  readonly signal: AbortSignal
}

/**
 * The canonical tar of a revision's source, from its ConfigMap or its image; `undefined` when it is not there any more.
 * @throws HksError REGISTRY_FAILED
 */
export async function deployedSource(
  { service, revisions }: Pick<FunctionSight, 'service' | 'revisions'>,
  number: number,
  { objects, settings, images, signal }: DeployedSources,
): Promise<Uint8Array | undefined> {
  const name = revisionName(service.metadata.name, number)
  const revision = revisions.find(({ metadata }) => metadata.name === name)
  const facts = revision && readFacts(revision)
  if (!facts) return undefined
  const { built, id } = facts
  if (built) {
    const image = { reference: revision.spec.containers[0]!.image, ...built }
    return images?.source(image, await registryAccess(settings()), signal)
  }
  // An image of its user's has none.
  if (facts.image !== undefined) return undefined
  const map = await objects.find('configmaps', sourceName(name, id))
  const packed = map?.binaryData?.[sourceFile]
  return packed === undefined ? undefined : gunzipSync(Buffer.from(packed, 'base64'))
}
