import { setTimeout as delay } from 'node:timers/promises'
import type { GatewayClient, InvokeResult } from '../client/gatewayClient.ts'

/** At first an answer is asked for soon, then ever less often. */
const firstPauseMs = 50
const longestPauseMs = 2000

/** The answer of a call that nobody waited for, once it is there. @throws HksError; the signal's reason */
export async function untilAnswered(
  client: GatewayClient,
  invocationId: string,
  signal: AbortSignal,
): Promise<InvokeResult> {
  for (let pause = firstPauseMs; ; pause = Math.min(2 * pause, longestPauseMs)) {
    const { outcome, ...answer } = await client.invocationResult(invocationId, { signal })
    if (outcome !== 'running') return answer
    await delay(pause, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}
