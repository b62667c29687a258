import type { Clock } from '../../../../src/gateway/domain/clock.ts'
import type {
  Attempt,
  AttemptContext,
  AttemptEnd,
  StartAttempt,
} from '../../../../src/gateway/providers/local/attempt.ts'

/** How long an attempt takes by the clock, and how it ends. */
export interface TimedAttempt {
  readonly seconds: number
  readonly exitCode?: number
}

/** Attempts that take time by a test's clock and nothing else. One that is asked to end does so at once. */
export function timedAttempts(clock: Clock, how: (context: AttemptContext) => TimedAttempt) {
  let running = 0
  let most = 0
  const start: StartAttempt = async (context): Promise<Attempt> => {
    const { seconds, exitCode = 0 } = how(context)
    running += 1
    most = Math.max(most, running)
    const { promise, resolve } = Promise.withResolvers<AttemptEnd>()
    let over = false
    const finish = (end: AttemptEnd) => {
      if (over) return
      over = true
      running -= 1
      resolve(end)
    }
    clock.callAt(clock.now() + seconds * 1000, () =>
      finish(exitCode === 0 ? { exitCode } : { exitCode, cause: `The command exited with code ${exitCode}.` }),
    )
    return {
      ended: promise,
      end: async () => finish({ exitCode: 143, signal: 'SIGTERM', cause: 'The command was killed by SIGTERM (143).' }),
    }
  }
  return { start, mostAtOnce: () => most }
}
