import type { KeptRequest, KeptResult } from './function.ts'

/** What was sent and answered; of each function the last ones, as many as the store keeps. */
export interface PayloadStore {
  saveRequests(requests: readonly KeptRequest[]): Promise<void>
  request(invocationId: string): Promise<KeptRequest | undefined>
  saveResult(result: KeptResult): Promise<void>
  /** One that has expired at `now` (epoch milliseconds) is none any more. */
  result(invocationId: string, now: number): Promise<KeptResult | undefined>
}
