import type { HksError } from '../../../../contract/errors.ts'

const firstMs = 1000
const longestMs = 30_000
/** Where nothing but a change of rights or of the cluster's APIs helps. */
const longestRefusedMs = 60_000

/** How long to wait before the next try. */
export interface RetryDelay {
  /** Milliseconds, doubled each time, with jitter, so that many clients do not come back at one moment. */
  next(error?: HksError): number
  /** It works again. */
  reset(): void
}

/** Exponential back-off of 1 to 30 seconds (to 60 where access or the API itself is missing), each between half and all of it. */
export function createRetryDelay(random: () => number): RetryDelay {
  let failures = 0
  return {
    next: error => {
      const isRefused = error?.code === 'FORBIDDEN' || error?.code === 'NOT_FOUND'
      const longest = isRefused ? longestRefusedMs : longestMs
      const whole = Math.min(longest, firstMs * 2 ** failures++)
      return whole * (0.5 + random() / 2)
    },
    reset: () => {
      failures = 0
    },
  }
}
