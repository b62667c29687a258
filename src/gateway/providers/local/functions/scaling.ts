import type { FunctionScaling } from '../../../domain/functionScaling.ts'

/** How many processes serve a function and how many calls each takes at once, with every default filled in. */
export type LocalScaling = Required<FunctionScaling>

/** More than one, so that a handler that computes does not stop the next call; not more than the machine computes with. */
const fewestByDefault = 2
const mostByDefault = 8

/** Fills in how many processes a function may have on a machine with so many processors. */
export const localScaling = (asked: FunctionScaling, processors: number): LocalScaling => ({
  ...asked,
  maxScale: asked.maxScale ?? Math.max(asked.minScale, fewestByDefault, Math.min(processors, mostByDefault)),
})

/** Where a function stands. */
export interface ScaleNow {
  readonly serving: number
  readonly starting: number
  /** Calls that wait for room. */
  readonly waiting: number
}

/** How many more to start: what is missing to the minimum, or one for as many waiting calls as one takes at once. */
export function missingReplicas({ serving, starting, waiting }: ScaleNow, scaling: LocalScaling): number {
  const { minScale, maxScale, containerConcurrency } = scaling
  const forCalls = Math.ceil(waiting / containerConcurrency) - starting
  const forMinimum = minScale - serving - starting
  return Math.max(0, Math.min(maxScale - serving - starting, Math.max(forCalls, forMinimum)))
}

/** Calls that may wait: ten for each that can run at once, as in Knative's queue-proxy, but no more than the most. */
export const longestQueue = ({ maxScale, containerConcurrency }: LocalScaling): number =>
  Math.min(10 * maxScale * containerConcurrency, mostWaiting)

/** Each waiting call holds its body and an open connection. */
const mostWaiting = 1000
