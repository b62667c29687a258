import type { Command } from 'commander'
import type { GatewayClient } from '../client/gatewayClient.ts'
import type { Output } from './output/output.ts'

/** What every command gets. */
export interface Context {
  readonly out: Output
  readonly cwd: string
  /** The user's home folder. */
  readonly homeFolder: string
  /** Data folder of the gateway. */
  readonly home: string
  /** The program that runs the gateway. */
  readonly gatewayProgram: string
  /** Folder of the function templates. */
  readonly templatesFolder: string
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal
  readonly stdin: NodeJS.ReadStream
  /** Finds the gateway, or starts one. @throws HksError as `ensureGateway` does */
  client(): Promise<GatewayClient>
  /** The same, looked for again: one that was restarted has another address. `client` answers it from then on. */
  reconnect(): Promise<GatewayClient>
  /** `KUBECONFIG` of this shell: the gateway has another environment. */
  readonly kubeconfig: string | undefined
  /** `--project`: id, name or folder. */
  readonly projectOption: string | undefined
}

/** Runs one command with the context of its options. */
export type Run = (command: Command, work: (context: Context) => Promise<void>) => Promise<void>
