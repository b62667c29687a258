import { setTimeout } from 'node:timers/promises'
import { isPassing, UnexpectedAnswer } from './registryError.ts'

/** How often and how soon something is tried again. */
export interface RetryPolicy {
  /** Tries after the first. */
  readonly retries: number
  /** Before the first of them; each further one waits twice as long as that before. */
  readonly firstDelayMs: number
}

/** They take 4 to 7 seconds in all: a registry that is started anew is back by then. */
export const usualRetries: RetryPolicy = { retries: 4, firstDelayMs: 500 }

const longestDelayMs = 15_000
/** What a registry may ask for at most; one that wants more is not waited for. */
const longestAskedMs = 60_000

/** Waits before a try again, `after` as many failed ones. @throws the error when it is not worth it; `signal.reason` */
export async function waitAfter(
  error: unknown,
  after: number,
  { retries, firstDelayMs }: RetryPolicy,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  if (!isPassing(error) || after > retries) throw error
  const asked = error instanceof UnexpectedAnswer ? (error.retryAfterMs ?? 0) : 0
  if (asked > longestAskedMs) throw error
  // Between half and the whole of it, so that many do not come back at once.
  const own = Math.min(firstDelayMs * 2 ** (after - 1), longestDelayMs) * (0.5 + Math.random() / 2)
  await setTimeout(Math.max(own, asked), undefined, { signal, ref: true }).catch(() => signal.throwIfAborted())
}

/** Does something until it goes well or is not worth another try. @throws what it threw last; `signal.reason` */
export async function withRetries<T>(work: () => Promise<T>, policy: RetryPolicy, signal: AbortSignal): Promise<T> {
  for (let failed = 0; ; ) {
    try {
      return await work()
    } catch (error) {
      await waitAfter(error, ++failed, policy, signal)
    }
  }
}
