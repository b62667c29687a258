import type { GatewayStatus } from '../../../../contract/gateway.ts'
import type { ChangePublisher } from '../../../domain/changes.ts'
import type { Clock } from '../../../domain/clock.ts'
import type { LocalFunctions } from '../../../domain/localState.ts'
import type { LogStore } from '../../../domain/log.ts'
import type { TargetBuilds } from '../../../domain/targetBuilds.ts'
import type { InvocationStore } from '../../../domain/invocationStore.ts'
import type { Functions, SandboxCheck } from '../../../domain/ports.ts'
import type { SandboxLevel } from '../../../platform/sandbox/sandbox.ts'
import type { Supervisor } from '../../../platform/supervisor.ts'
import type { SecretChanges, SecretResolver } from '../secrets.ts'

/** Functions on this machine, with the life of their processes. */
export interface LocalFunctionsHost extends Functions {
  /** Ends processes of a killed gateway, settles deployments that it left, removes unused code. */
  start(): Promise<void>
  /** No new calls; those under way get `graceSeconds`, then every process is ended. Idempotent. */
  stop(graceSeconds: number): Promise<void>
  /** The languages that this machine can run, as `GET /gateway` shows them. */
  runtimeInfo(): Promise<GatewayStatus['runtimes']>
  readonly sandbox: SandboxCheck
  /** How functions are kept from the rest of this machine, as `GET /gateway` shows it. */
  sandboxInfo(): Promise<GatewayStatus['sandbox']>
  /** What other providers build with the tools of this machine. */
  readonly targetBuilds: TargetBuilds
  /** Functions that are deployed: what keeps the gateway from an idle exit. */
  deployedCount(): Promise<number>
}

/** What local functions need. */
export interface LocalFunctionsDeps {
  /** Folder of this gateway's data; code goes to `functions/` in it, what is built to `builds/` and, for other machines, `targets/`, packages to `dependencies/`, sources with their packages, where there is no sandbox, to `assembled/`, what sandboxes see to `sandbox/`, tokens to `function-tokens.json`. */
  readonly dataFolder: string
  /** Folder of what can be made again, such as build caches; default `cache/` in the data folder. */
  readonly cacheFolder?: string
  /** Folder that holds `node/main.mjs`, `python/main.py`, the module `go/` and `sandbox/`. */
  readonly runtimesFolder: string
  /** Names this data folder in the environment of each process (`HKS_HOME_ID`), so that leftovers are found. */
  readonly homeId: string
  readonly clock: Clock
  readonly newId: () => string
  readonly state: LocalFunctions
  readonly changes: ChangePublisher
  readonly logs: LogStore
  readonly invocations: InvocationStore
  readonly secrets: SecretResolver & SecretChanges
  /** PATH of the login shell, HOME, LANG, TZ: all that a process inherits. */
  readonly environment: () => Promise<Readonly<Record<string, string>>>
  /** The executable that runs this gateway, with what it needs to run as Node; used when the user's own is too old. */
  readonly gatewayNode: { readonly path: string; readonly environment: Readonly<Record<string, string>> }
  /** The best sandbox to look for. */
  readonly sandbox: SandboxLevel
  /** The user lets agents' code run where there is no sandbox; default false. */
  readonly allowUnsandboxedAgents?: boolean
  readonly supervisor: () => Promise<Supervisor | undefined>
  /** Origin of the function listener, such as `http://127.0.0.1:4000`; asked when a URL is answered. */
  readonly origin: () => string
  /** Seconds without a call after which a function scales to zero; default 300. */
  readonly idleSeconds?: number
  /** Seconds that the start of a process and the import of its code may take together; default 60. */
  readonly loadSeconds?: number
  /** Processes of one language that wait, ready, for first calls; at most so many, default 8. */
  readonly warmProcesses?: number
  /** Seconds that a call waits for a process, at most; default a little longer than a start may take. */
  readonly queueSeconds?: number
  /** What the default of `maxScale` follows; default those of this machine. */
  readonly processors?: number
  /** Nothing is kept ready then that memory could be used for otherwise; default never. */
  readonly isMemoryShort?: () => boolean
  /** Receives failures that no caller waits for. */
  readonly report: (error: unknown) => void
}
