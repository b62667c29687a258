import type { Clock } from '../../../domain/clock.ts'
import { holdsRuntime, holdsSource, usedAtAnnotation } from './functionConfigMaps.ts'
import { type FunctionObjects, isConflict } from './functionObjects.ts'
import { functionSelector, labels } from './functionNames.ts'
import type { FunctionsView } from './functionsView.ts'
import type { KnativeRevision, RevisionSpec } from './knativeObjects.ts'

/** What {@link createObjectSweep} needs. */
export interface ObjectSweepOptions {
  readonly view: FunctionsView
  readonly objects: FunctionObjects
  readonly clock: Clock
  /** Milliseconds for which an object that nothing uses is left: a deployment makes it before the revision that names it. */
  readonly graceMs: number
}

interface Volume {
  readonly configMap?: { readonly name?: string }
}

/** Removes ConfigMaps that no revision uses, such as those of a killed gateway or an older version of the product. */
export const createObjectSweep =
  ({ view, objects, clock, graceMs }: ObjectSweepOptions) =>
  async (): Promise<void> => {
    await view.ready()
    const maps = await objects.list('configmaps', functionSelector)
    const used = new Set(
      [...view.revisions(), ...view.services.list().map(({ spec }) => spec.template)].flatMap(mapsOf),
    )
    for (const { metadata } of maps) {
      const holds = metadata.labels?.[labels.holds]
      const age =
        clock.now() - (Number(metadata.annotations?.[usedAtAnnotation]) || Date.parse(metadata.creationTimestamp))
      if ((holds !== holdsSource && holds !== holdsRuntime) || used.has(metadata.name) || age < graceMs) continue
      try {
        const { name, uid, resourceVersion } = metadata
        await objects.remove('configmaps', name, { uid, resourceVersion })
      } catch (error) {
        // Somebody wants it in this very moment.
        if (!isConflict(error)) throw error
      }
    }
  }

const mapsOf = ({ spec }: Pick<KnativeRevision, 'spec'>): readonly string[] =>
  ((spec as RevisionSpec & { readonly volumes?: readonly Volume[] }).volumes ?? []).flatMap(
    ({ configMap }) => configMap?.name ?? [],
  )
