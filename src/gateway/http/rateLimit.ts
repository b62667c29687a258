import { HksError } from '../../contract/errors.ts'

/** Counts a request of a key. @throws HksError RATE_LIMITED */
export type RateLimit = (key: string) => void

/**
 * A token bucket for each key: `burst` requests at once, refilled by `perSecond`. Keys are subjects of callers, so
 * their number is small; a full bucket is forgotten.
 */
export function createRateLimit(perSecond: number, burst: number, now: () => number): RateLimit {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return key => {
    const at = now()
    const bucket = buckets.get(key) ?? { tokens: burst, at }
    bucket.tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * perSecond)
    bucket.at = at
    if (bucket.tokens < 1) {
      throw new HksError('RATE_LIMITED', `More than ${perSecond} requests a second.`, {
        details: { perSecond, burst },
        hint: 'Wait a second and try again.',
      })
    }
    bucket.tokens -= 1
    buckets.set(key, bucket)
  }
}
