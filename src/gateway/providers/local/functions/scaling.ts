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
  /** Of those that serve, how many take no calls now, as they may hang. */
  readonly suspect: number
  /** Others ended as soon as they had started: no more are started for a while. */
  readonly isPaused: boolean
  /** Calls that wait for room. */
  readonly waiting: number
}

/**
 * How many more to start: what is missing to the minimum, or one for as many waiting calls as one takes at once; in a pause
 * none, unless nobody serves the calls that wait.
 */
export function missingReplicas(now: ScaleNow, scaling: LocalScaling): number {
  const { serving, starting, suspect, waiting } = now
  const { minScale, maxScale, containerConcurrency } = scaling
  if (now.isPaused && (waiting === 0 || serving > suspect)) return 0
  const forCalls = Math.ceil(waiting / containerConcurrency) - starting
  const forMinimum = minScale - serving - starting
  return Math.max(0, Math.min(maxScale - serving - starting, Math.max(forCalls, forMinimum)))
}

/** Calls that may wait: ten for each that can run at once, as in Knative's queue-proxy, but no more than the most. */
export const longestQueue = ({ maxScale, containerConcurrency }: LocalScaling): number =>
  Math.min(10 * maxScale * containerConcurrency, mostWaiting)

/** Each waiting call holds its body and an open connection. */
const mostWaiting = 1000
