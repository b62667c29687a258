import type { ChangePublisher } from '../../domain/changes.ts'
import type { Clock } from '../../domain/clock.ts'
import type { LocalState } from '../../domain/localState.ts'
import type { LogStore } from '../../domain/log.ts'
import type { ExecutionStore, Functions, LedgerStore, Provider } from '../../domain/ports.ts'
import type { LocalSecrets } from './secrets.ts'

/** The functions of this machine as the provider drives them. */
export interface ProviderFunctions extends Functions {
  start(): Promise<void>
  stop(graceSeconds: number): Promise<void>
}

/** What a call of a function by a schedule gives: the run succeeds when `status` is 2xx. */
export interface FunctionCall {
  readonly status: number
  readonly body: Uint8Array
  /** One sentence when the platform made the answer. */
  readonly message?: string
}

/** What the `local` provider needs; main.ts passes it in. */
export interface LocalProviderDeps {
  readonly state: LocalState
  readonly executions: ExecutionStore
  readonly ledger: LedgerStore
  readonly logs: LogStore
  readonly clock: Clock
  readonly newId: () => string
  /** Names this machine: a project's id is made of it and of the folder's real path. */
  readonly machineId: string
  /** Folder of this gateway's data; working files of runs go to `runs/` in it. */
  readonly dataFolder: string
  /** Names the data folder in the environment of each process (`HKS_HOME_ID`), so that leftovers are found. */
  readonly homeId: string
  /** PATH of the login shell, HOME, LANG, TZ: all that a process inherits. */
  readonly environment: () => Promise<Readonly<Record<string, string>>>
  readonly secrets: LocalSecrets
  readonly changes: ChangePublisher
  readonly functions?: ProviderFunctions
  /** Calls a function for a schedule and records the call. Absent where no function can run. */
  readonly callFunction?: (
    functionId: string,
    payload: unknown,
    executionId: string,
    signal: AbortSignal,
  ) => Promise<FunctionCall>
  /** Tells the user one sentence, such as a clock jump. */
  readonly notice: (text: string) => void
  /** Receives failures that no caller waits for. */
  readonly report: (error: unknown) => void
}

/** CronJobs and functions on this machine, with real processes. */
export declare function createLocalProvider(deps: LocalProviderDeps): Provider
