import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { l10n, Uri, window } from 'vscode'
import { dataFolder } from '../../base/dataFolder.ts'
import type { GatewayAddress } from '../../client/gatewayClient.ts'
import { HksError } from '../../contract/errors.ts'

/** The gateway as a process of this machine: found, started, stopped, and its log shown. */
export interface GatewayControl {
  /** Finds or starts the gateway. @throws HksError as `ensureGateway` does */
  connect(signal: AbortSignal): Promise<GatewayAddress>
  /** Finds a gateway that another client is starting, for a while; nothing when there is none. */
  find(signal: AbortSignal): Promise<GatewayAddress | undefined>
  /** Ends the gateway and waits until it has ended. Runs get `graceSeconds` to end by themselves. */
  stop(graceSeconds: number): Promise<void>
  /** Opens the gateway's log file in an editor. */
  showLog(): Promise<void>
}

/** Where the gateway's program is and which version of it this extension needs. */
export interface GatewayProgramOptions {
  readonly gatewayProgram: string
  readonly version: string
  readonly onProgress: (sentence: string) => void
}

/** How long another client may take to start a gateway after one was drained, and how often to look. */
const handOver = { tries: 40, everyMilliseconds: 250 }

/** Controls the gateway of the user's data folder. */
export function createGatewayControl({ gatewayProgram, version, onProgress }: GatewayProgramOptions): GatewayControl {
  const home = (): string => dataFolder({ env: process.env, platform: process.platform, homeFolder: homedir() })
  return {
    connect: async signal => {
      const { ensureGateway } = await import('../../client/ensureGateway.ts')
      return ensureGateway({
        home: home(),
        gatewayProgram,
        execPath: process.execPath,
        env: process.env,
        version,
        onProgress,
        signal,
      })
    },
    find: async signal => {
      const { findGateway } = await import('../../client/findGateway.ts')
      for (let i = 0; i < handOver.tries; i++) {
        const found = await findGateway(home(), signal)
        if (found.kind === 'answering' && !found.draining) return found.client.address
        await delay(handOver.everyMilliseconds, undefined, { signal })
      }
      return undefined
    },
    stop: async graceSeconds => {
      const { stopGateway } = await import('../../client/stopGateway.ts')
      await stopGateway({ home: home(), graceSeconds })
    },
    showLog: async () => {
      const file = await firstFile([join(home(), 'logs/gateway.log'), join(home(), 'gateway-start.log')])
      if (file === undefined)
        throw new HksError('NOT_FOUND', l10n.t('The gateway has written no log yet.'), {
          hint: l10n.t('It is written to {0}.', home()),
        })
      await window.showTextDocument(Uri.file(file), { preview: true })
    },
  }
}

/** The first file that is there and not empty. */
async function firstFile(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const size = await stat(file).then(
      s => s.size,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return 0
        throw error
      },
    )
    if (size > 0) return file
  }
  return undefined
}
