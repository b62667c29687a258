import type { CronJobRecord, Target } from '../../domain/cronJob.ts'

/** How one attempt of a run ended; it succeeded when there is no cause. */
export interface AttemptEnd {
  readonly exitCode?: number
  /** Name of the signal that ended it, such as SIGKILL. */
  readonly signal?: string
  /** One line that says why it failed. */
  readonly cause?: string
}

/** One attempt under way. */
export interface Attempt {
  /** Never rejects. */
  readonly ended: Promise<AttemptEnd>
  /** Asks it to end, and ends all of it after `graceSeconds`. */
  end(graceSeconds: number): Promise<void>
}

/** What an attempt is told. */
export interface AttemptContext {
  readonly job: CronJobRecord
  readonly target: Target
  readonly executionId: string
  readonly jobName: string
  /** Number of the attempt, from 1. */
  readonly number: number
  readonly trigger: string
  /** Nominal time of the occurrence in epoch milliseconds. */
  readonly scheduledAt?: number
}

/** Starts one attempt. What keeps it from starting is an attempt that failed; it never rejects. */
export type StartAttempt = (context: AttemptContext) => Promise<Attempt>

/** An attempt that failed before anything ran. */
export const failedAttempt = (cause: string, exitCode?: number): Attempt => ({
  ended: Promise.resolve({ cause, ...(exitCode === undefined ? {} : { exitCode }) }),
  end: async () => undefined,
})
