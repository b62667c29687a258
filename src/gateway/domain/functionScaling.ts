import { invalidField } from '../../contract/errors.ts'
import type { FunctionDeploy } from '../../contract/functions.ts'

/** How a function scales, in Knative's words. Without `maxScale` its provider decides. */
export interface FunctionScaling {
  /** Replicas that serve also when no call comes. */
  readonly minScale: number
  readonly maxScale?: number
  /** Calls that one replica works on at once. */
  readonly containerConcurrency: number
}

/** To zero without calls; 100 calls at once is what Knative's autoscaler aims at by default. */
export const defaultScaling: FunctionScaling = { minScale: 0, containerConcurrency: 100 }

/** Fills in defaults. @throws HksError INVALID_REQUEST when the minimum is above the maximum */
export function scalingOf(asked: FunctionDeploy['scaling']): FunctionScaling {
  const scaling = { ...defaultScaling, ...asked }
  const { minScale, maxScale } = scaling
  if (maxScale !== undefined && minScale > maxScale) {
    throw invalidField(
      'scaling.minScale',
      minScale,
      `${minScale} must not be above scaling.maxScale, which is ${maxScale}.`,
    )
  }
  return scaling
}
