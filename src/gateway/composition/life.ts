import type { Config } from '../config.ts'
import type { ProviderSet } from '../domain/providerSet.ts'
import type { GatewayLog } from '../platform/gatewayLog.ts'
import type { Edge } from './edge.ts'
import type { Home } from './home.ts'
import type { Services } from './services.ts'
import type { Storage } from './storage.ts'

/** Grace for runs when the process is told to end by a signal. */
const signalGraceSeconds = 5
const retainEveryMs = 3600 * 1000
/** Exit code of a gateway that failed (sysexits.h, EX_SOFTWARE). */
const failed = 70

/** When the process ends, and in which order. */
export interface Life {
  /** From now on it ends by a signal or because it is idle, and keeps its storage small. */
  begin(): void
  /** Ends the process: `graceSeconds` for what runs. Only the first call counts. */
  stop(reason: string, graceSeconds: number): Promise<void>
}

/** Nothing can be trusted after an error that nobody caught: it is logged and the process ends. */
export function exitOnUncaught(log: GatewayLog): void {
  process.on('uncaughtException', error => {
    log.fatal({ err: error })
    // The log may be what can not be written.
    process.stderr.write(`${error.stack ?? error.message}\n`)
    process.exit(failed)
  })
}

/** Makes the life of the process out of what has to be stopped. */
export function createLife(
  { idleSeconds }: Config,
  { log, ownership, report }: Home,
  storage: Storage,
  providers: ProviderSet,
  { gateway, requests }: Services,
  edge: Edge,
): Life {
  const timers: NodeJS.Timeout[] = []
  let stopping: Promise<void> | undefined

  /** Clients first, so that they know; then what runs; then what it was written to; last the folder. */
  const stopInOrder = async (reason: string, graceSeconds: number) => {
    log.info({ reason, graceSeconds }, 'stopping')
    for (const timer of timers) clearInterval(timer)
    edge.sayGoodbye(`The gateway stops: ${reason}.`)
    await Promise.all(providers.all().map(provider => provider.stop(graceSeconds)))
    await edge.close()
    await requests.flush()
    await storage.close()
    ownership.release()
    log.info('stopped')
    process.exit(0)
  }
  const stop = (reason: string, graceSeconds: number): Promise<void> =>
    (stopping ??= stopInOrder(reason, graceSeconds).catch((error: unknown) => {
      log.fatal({ err: error }, 'the stop failed')
      process.exit(failed)
    }))
  const endWhenIdle = async () => {
    const reason = await gateway.idleReason()
    if (reason !== undefined) await stop(reason, 0)
  }
  const every = (milliseconds: number, work: () => Promise<void>) => {
    timers.push(setInterval(() => void work().catch(report), milliseconds))
  }
  return {
    begin: () => {
      every(Math.max(100, Math.min(5000, idleSeconds * 250)), endWhenIdle)
      every(retainEveryMs, storage.retain)
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.once(signal, () => void stop(`the process received ${signal}`, signalGraceSeconds))
      }
    },
    stop,
  }
}
