import { toInstant } from '../../../base/instant.ts'
import type { GatewayStatus } from '../../../contract/gateway.ts'
import type { Caller } from '../../domain/caller.ts'
import type { GatewayService } from '../../domain/gatewayService.ts'
import type { Handlers } from '../handler.ts'

/** What the process knows of itself and its machine. */
export interface GatewayFacts {
  readonly version: string
  readonly pid: number
  readonly bootId: string
  readonly dataFolder: string
  readonly logFile: string
  readonly runtimes: () => Promise<GatewayStatus['runtimes']>
  readonly sandbox: () => Promise<GatewayStatus['sandbox']>
}

/** Grace for runs when a drain names none. */
const defaultGraceSeconds = 30

/** Routes of the gateway itself. */
export function gatewayHandlers(
  gateway: GatewayService,
  facts: GatewayFacts,
): Pick<Handlers, 'getGateway' | 'updateGateway' | 'checkGateway' | 'drainGateway'> {
  const status = async (caller: Caller): Promise<GatewayStatus> => {
    const { startedAt, notices, ...state } = await gateway.state(caller)
    const [runtimes, sandbox] = await Promise.all([facts.runtimes(), facts.sandbox()])
    return {
      version: facts.version,
      pid: facts.pid,
      bootId: facts.bootId,
      mode: 'embedded',
      startedAt: toInstant(startedAt),
      dataFolder: facts.dataFolder,
      logFile: facts.logFile,
      ...state,
      runtimes,
      sandbox,
      notices: [...notices],
    }
  }
  return {
    getGateway: async ({ caller }) => ({ body: await status(caller) }),
    updateGateway: async ({ caller, body }) => {
      if (body.keepRunning !== undefined) await gateway.setKeepRunning(caller, body.keepRunning)
      return { body: await status(caller) }
    },
    checkGateway: async ({ caller }) => {
      await gateway.check(caller)
      return { body: await status(caller) }
    },
    drainGateway: async ({ caller, body }) => {
      const begin = await gateway.drain(caller, body.graceSeconds ?? defaultGraceSeconds)
      return { body: await status(caller), afterwards: begin }
    },
  }
}
