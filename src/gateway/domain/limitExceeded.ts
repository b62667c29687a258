import { memoryText } from '../../base/memoryQuantity.ts'

/** Why a process was ended for what it used, and what to do about it. */
export interface LimitExcess {
  /** A clause, such as `it used more than 256Mi of memory`. */
  readonly reason: string
  readonly wayOut: string
}

/** One that held more memory than its function may. */
export const memoryExcess = (memoryBytes: number): LimitExcess => ({
  reason: `it used more than ${memoryText(memoryBytes)} of memory`,
  wayOut: 'Raise resources.memory in function.yaml, or hold less at once.',
})

/** What a call is answered whose process was ended for what it used: the sentence of LIMIT_EXCEEDED on every provider. */
export const limitExceeded = ({ reason, wayOut }: LimitExcess): string =>
  `The function's process was ended: ${reason}. ${wayOut}`
