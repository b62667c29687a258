import type { Clock } from '../../../domain/clock.ts'

/** Pauses after failures, each longer than the one before while they follow each other. Dispose to end it for good. */
export interface BackOff extends Disposable {
  readonly isPaused: boolean
  /** Pauses, unless it does already. */
  pause(): void
}

const shortestMs = 1000
const longestMs = 60_000
/** A failure so long after the last pause is a new one. */
const calmMs = 2 * longestMs

/** Not paused yet; `onEnd` is called after each pause. */
export function createBackOff(clock: Clock, onEnd: () => void): BackOff {
  let timer: Disposable | undefined
  let nextMs = shortestMs
  let endedAt = -Infinity
  return {
    get isPaused() {
      return timer !== undefined
    },
    pause: () => {
      if (timer) return
      if (Math.abs(clock.now() - endedAt) > calmMs) nextMs = shortestMs
      timer = clock.callAfter(nextMs, () => {
        timer = undefined
        endedAt = clock.now()
        onEnd()
      })
      nextMs = Math.min(nextMs * 2, longestMs)
    },
    [Symbol.dispose]: () => timer?.[Symbol.dispose](),
  }
}
