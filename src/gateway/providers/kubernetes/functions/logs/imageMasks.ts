import type { Clock } from '../../../../domain/clock.ts'
import { createRunMask, type RunMask, type RunMaskDeps } from '../../logs/runMask.ts'
import type { NamespaceScope } from '../../namespaceScope.ts'
import type { KubePod } from '../../objects/coreV1.ts'
import type { FunctionsView } from '../functionsView.ts'

/** Hides the values of Secrets in what images of their users' print. Our own programs mask what they print themselves. */
export interface ImageMasks {
  /** What hides them in the lines of a container that started at `startedAt` (epoch milliseconds); `undefined` for our programs. */
  of(functionId: string, pod: KubePod, startedAt: number): Promise<((text: string) => string) | undefined>
  forget(functionId: string): void
}

/** Masks without values yet, for the functions of a namespace. */
export function createImageMasks(
  { client, name, signal }: NamespaceScope,
  view: Pick<FunctionsView, 'record'>,
  clock: Clock,
  report: RunMaskDeps['report'],
): ImageMasks {
  const masks = new Map<string, RunMask>()
  return {
    of: async (functionId, pod, startedAt) => {
      if (view.record(functionId)?.spec.image === undefined) return undefined
      const mask = masks.get(functionId) ?? createRunMask({ client, namespace: name, clock, report })
      masks.set(functionId, mask)
      return mask.of(pod, startedAt, signal)
    },
    forget: functionId => {
      masks.delete(functionId)
    },
  }
}
