import type { KubeObject } from '../../client/kubeObject.ts'
import { holdsRuntime, holdsSource } from '../objects/functionConfigMaps.ts'
import { type FunctionObjects, isConflict, isForbidden } from '../objects/functionObjects.ts'
import { functionSelector, keyName, labels } from '../objects/functionNames.ts'
import type { FunctionsView } from '../functionsView.ts'
import type { KnativeRevision, RevisionSpec } from '../objects/knativeObjects.ts'

interface Volume {
  readonly configMap?: { readonly name?: string }
}

/** Distance of two looks, milliseconds: both come before a gateway that nobody uses any more ends (HKS_IDLE_SECONDS). */
export const usualSweepMs = 50_000

/**
 * Removes ConfigMaps that no revision uses and Secrets whose Service is gone, such as those of a killed gateway or an older
 * version of the product. A deployment makes them before the revision that names them, so one goes only when two looks find it
 * unused and unchanged; no clocks are compared, which may differ between gateways. Resolves to whether another look is needed.
 */
export function createObjectSweep(
  view: FunctionsView,
  objects: Pick<FunctionObjects, 'list' | 'remove'>,
): () => Promise<boolean> {
  /** What the last look found unused, with the version it had. */
  let unused: ReadonlyMap<string, string> = new Map()

  const sweep = async (kind: 'configmaps' | 'secrets', found: readonly KubeObject[]) => {
    const left: KubeObject[] = []
    for (const object of found) {
      const { name, uid, resourceVersion } = object.metadata
      if (unused.get(uid) !== resourceVersion) {
        left.push(object)
        continue
      }
      try {
        await objects.remove(kind, name, { uid, resourceVersion })
      } catch (error) {
        // Somebody wants it in this very moment.
        if (!isConflict(error)) throw error
      }
    }
    return left
  }
  return async () => {
    await view.ready()
    const maps = await objects.list('configmaps', functionSelector)
    const secrets = await objects.list('secrets', functionSelector).catch(unlessForbidden)
    const services = view.services.list()
    const used = new Set([...view.revisions(), ...services.map(({ spec }) => spec.template)].flatMap(mapsOf))
    const keys = new Set(services.map(({ metadata }) => keyName(metadata.name)))
    const left = [
      ...(await sweep(
        'configmaps',
        maps.filter(holdsCode).filter(({ metadata }) => !used.has(metadata.name)),
      )),
      ...(await sweep(
        'secrets',
        secrets.filter(({ metadata }) => !keys.has(metadata.name)),
      )),
    ]
    unused = new Map(left.map(({ metadata }) => [metadata.uid, metadata.resourceVersion]))
    return left.length > 0
  }
}

const holdsCode = ({ metadata }: KubeObject): boolean => {
  const holds = metadata.labels?.[labels.holds]
  return holds === holdsSource || holds === holdsRuntime
}

const mapsOf = ({ spec }: Pick<KnativeRevision, 'spec'>): readonly string[] =>
  ((spec as RevisionSpec & { readonly volumes?: readonly Volume[] }).volumes ?? []).flatMap(
    ({ configMap }) => configMap?.name ?? [],
  )

/** Who may not list Secrets leaves them. */
function unlessForbidden(error: unknown): readonly never[] {
  if (isForbidden(error)) return []
  throw error
}
