import { untilAborted } from '../../../../../base/untilAborted.ts'
import { createRunMask, type RunMask, type RunMaskDeps } from '../../logs/runMask.ts'
import type { KubePod } from '../../objects/coreV1.ts'
import { runsOwnImage } from '../objects/revisionFacts.ts'

/** Hides the values of Secrets in what images of their users' print. Our own programs mask what they print themselves. */
export interface ImageMasks {
  /**
   * What hides them in the lines of a container that started at `startedAt` (epoch milliseconds); `undefined` for our programs.
   * Waits for a cluster that is away. @throws `signal.reason`
   */
  of(
    functionId: string,
    pod: KubePod,
    startedAt: number,
    signal: AbortSignal,
  ): Promise<((text: string) => string) | undefined>
  /** The function has no pods any more: its values are read anew for the next ones. */
  forget(functionId: string): void
}

/** What the masks need. */
export interface ImageMasksDeps extends RunMaskDeps {
  /** Ends the reads of Secrets. */
  readonly signal: AbortSignal
}

/** Makes the masks of the functions of a namespace; a function's Secrets are read when its first mask is asked for. */
export function createImageMasks(deps: ImageMasksDeps): ImageMasks {
  const masks = new Map<string, RunMask>()
  return {
    of: async (functionId, pod, startedAt, signal) => {
      if (!runsOwnImage(pod)) return undefined
      const mask = masks.get(functionId) ?? createRunMask(deps)
      masks.set(functionId, mask)
      // The read itself is for everybody who waits for it.
      return untilAborted(mask.of(pod, startedAt, deps.signal), signal)
    },
    forget: functionId => {
      masks.delete(functionId)
    },
  }
}
