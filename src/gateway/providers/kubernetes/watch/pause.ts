import type { Clock } from '../../../domain/clock.ts'

/** Resolves after so many milliseconds, or at once when the signal ends. */
export function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds <= 0 || signal.aborted) return Promise.resolve()
  return new Promise(resolve => {
    const end = () => {
      waking[Symbol.dispose]()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const waking = clock.callAfter(milliseconds, end)
    signal.addEventListener('abort', end, { once: true })
  })
}
