import { LoadFailure } from '../../../domain/loadFailure.ts'
import { untilAborted } from '../../../../base/untilAborted.ts'

/** How long the start of a process and the import of code into it may take together, and who may end both. */
export interface LoadLimit {
  readonly seconds: number
  /** Milliseconds that are left. */
  readonly left: () => number
  readonly signal: AbortSignal
}

/** A limit that counts from now. */
export function createLoadLimit(seconds: number, signal: AbortSignal): LoadLimit {
  const end = performance.now() + seconds * 1000
  return { seconds, left: () => Math.max(0, end - performance.now()), signal }
}

/**
 * Waits for a start or a load; `printed` are the last lines of the process.
 * @throws LoadFailure `LoadTimeout`, `signal.reason`
 */
export async function withinLimit<T>(
  { seconds, left, signal }: LoadLimit,
  work: Promise<T>,
  printed: () => readonly string[],
): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const message = `Loading the code took longer than ${seconds} seconds.`
    late.reject(new LoadFailure('LoadTimeout', message, { printed: printed(), trace: [] }))
  }, left())
  try {
    return await untilAborted(Promise.race([work, late.promise]), signal)
  } finally {
    clearTimeout(timer)
  }
}
