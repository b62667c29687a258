import { findGateway } from '../client/findGateway.ts'
import type { FollowOptions } from '../client/followLogs.ts'
import type { GatewayClient } from '../client/gatewayClient.ts'
import { HksError } from '../contract/errors.ts'
import type { Context } from './context.ts'

/**
 * What a follower does when its gateway is gone. `start`: it waits for an end, and only a gateway can tell it. `wait`: who
 * only reads along does not start a gateway again that was stopped, but goes on with one that comes within seconds.
 * `waitOn`: somebody else starts one when it is needed.
 */
export type WhenGone = 'start' | 'wait' | 'waitOn'

/** The gateway of a follower. */
export interface FollowerConnection extends Required<Pick<FollowOptions, 'onCut' | 'onOpen' | 'longestPauseMs'>> {
  /** Is asked for each connection. */
  client(): Promise<GatewayClient>
  /** Something of the log has come: the next cut is news. */
  received(): void
}

/** Starting a gateway again, as the editor's Restart Gateway does, takes a third of this. */
const patienceMs = 10_000
/** To look for one costs a read of a file. */
const longestPauseMs = 1000

/** Says when the log is cut and what is waited for. `onCut` throws GATEWAY_UNREACHABLE when that has been for too long. */
export function createFollowerConnection(context: Context, whenGone: WhenGone): FollowerConnection {
  const { out, home, signal } = context
  let isFirst = true
  let isCutSaid = false
  let isWaitSaid = false
  /** `performance.now()` of the first look that found none. */
  let goneSince: number | undefined
  return {
    longestPauseMs,
    client: async () => {
      if (isFirst) {
        isFirst = false
        return context.client()
      }
      if (whenGone === 'start') return context.reconnect()
      const found = await findGateway(home, signal)
      if (found.kind === 'answering') return found.client
      throw new HksError('GATEWAY_UNREACHABLE', 'No gateway answers.')
    },
    received: () => {
      isCutSaid = false
    },
    onOpen: () => {
      isWaitSaid = false
      goneSince = undefined
    },
    onCut: error => {
      const isNews = !isCutSaid
      isCutSaid = true
      if (isNews) out.say(`(${error.message} Resuming …)`)
      if (error.code !== 'GATEWAY_UNREACHABLE') {
        goneSince = undefined
        return
      }
      const now = performance.now()
      goneSince ??= now
      if (!isNews && !isWaitSaid) {
        isWaitSaid = true
        out.say(`(Waiting for a gateway${whenGone === 'waitOn' ? '' : `, ${patienceMs / 1000} seconds at most`} …)`)
      }
      if (whenGone === 'waitOn' || now - goneSince < patienceMs) return
      throw new HksError('GATEWAY_UNREACHABLE', `No gateway has answered for ${patienceMs / 1000} seconds.`, {
        cause: error,
        hint: 'Start one with any hks-func command, such as hks-func list, and follow the log again.',
      })
    },
  }
}
