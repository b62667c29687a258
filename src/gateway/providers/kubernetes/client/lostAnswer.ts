import { setTimeout as pause } from 'node:timers/promises'
import { HksError } from '../../../../contract/errors.ts'
import { isBeforeSending } from './translateNetworkError.ts'

/** Whether a request may have been carried out though it failed: it was sent, and the connection gave no answer to it. */
export const mayHaveHappened = (error: unknown): error is HksError =>
  error instanceof HksError &&
  error.code === 'CONNECTION_FAILED' &&
  ['unreachable', 'serverError'].includes(String(error.details?.['reason'])) &&
  !isBeforeSending(error.cause ?? error)

/** Milliseconds before each further look. */
const pauses = [100, 400, 1000, 2000, 4000]

/**
 * Makes a write that may be made again, such as the creation of a named object. When its answer is lost it is looked whether it
 * happened (`look` answers nothing when it did not), and it is made again when it did not. Whoever waits is told after about
 * eight seconds that the cluster is away. @throws what the write throws; {@link mayHaveHappened} tells whether that is the end
 */
export async function despiteLostAnswer<T>(
  write: () => Promise<T>,
  look: () => Promise<T | undefined>,
  signal: AbortSignal,
): Promise<T> {
  let lost: HksError | undefined
  for (let at = 0; ; at++) {
    try {
      const found = lost ? await look() : undefined
      return found ?? (await write())
    } catch (error) {
      const isAway = error instanceof HksError && error.code === 'CONNECTION_FAILED'
      // What is there by now was refused because it is there.
      if (lost && error instanceof HksError && error.code === 'CONFLICT') {
        const found = await look()
        if (found !== undefined) return found
      }
      if (!isAway || (!lost && !mayHaveHappened(error))) throw error
      lost ??= error
    }
    if (at >= pauses.length) throw lost
    await pause(pauses[at], undefined, { signal }).catch(() => {
      throw signal.reason
    })
  }
}
