import type { ProcessEnd } from '../../../platform/processEnd.ts'

/** How a process ended. */
export interface RuntimeEnd {
  /** A clause, such as `exit code 1`. */
  readonly reason: string
  /** What to do about it, where it was ended for what it used. */
  readonly wayOut?: string
}

/** How a process ended by itself or by a signal. */
export const endOfProcess = ({ exitCode, signal }: ProcessEnd): RuntimeEnd => ({
  reason: signal === undefined ? `exit code ${exitCode}` : `signal ${signal}`,
})
