import type { FunctionAccess, Runtime } from '../../contract/functions.ts'
import type { SandboxStatus } from '../../contract/gateway.ts'
import type { ConnectionReport, KnativePart } from '../../contract/connections.ts'
import type { KnativeEvent, KnativeInstall, KnativeRemoval } from '../../contract/knative.ts'
import type { Changes } from './changes.ts'
import type { ConnectionHealth } from './connection.ts'
import type { ApplicationRecord, ApplicationSpec, ListedApplications } from './application.ts'
import type { AppliedManifest, ApplyOptions, ManifestObject } from './manifest.ts'
import type { CronJobPreview, CronJobRecord, CronJobSpec, Execution, TriggerOptions } from './cronJob.ts'
import type { DebugRequest, DebugSession } from './functionDebug.ts'
import type {
  DeploymentStep,
  FunctionRecord,
  FunctionSpec,
  InvocationRequest,
  InvocationResponse,
  Source,
  TrafficShare,
} from './function.ts'
import type { ProjectRecord, SecretKeys } from './project.ts'

/** Projects of a connection. */
export interface Projects {
  list(): Promise<readonly ProjectRecord[]>
  get(id: string): Promise<ProjectRecord | undefined>
  /**
   * Forgets the project. What a provider itself owns goes with it, running work is ended first; what a cluster owns
   * stays there.
   */
  remove(id: string): Promise<void>
}

/** A project, and whether it was opened just now. */
export interface OpenedProject {
  readonly project: ProjectRecord
  readonly created: boolean
}

/** Projects that are folders of this machine. */
export interface Folders {
  /** Registers the folder, or answers the project that has it already. */
  open(path: string, name?: string): Promise<OpenedProject>
  relink(id: string, path: string): Promise<ProjectRecord>
}

/** Hears each step of an installation. Must not throw. */
export type KnativeTeller = (event: KnativeEvent) => void

/** What is behind a connection to a cluster. */
export interface Cluster {
  health(): ConnectionHealth
  /** Asks it now. @throws HksError CONNECTION_FAILED, FORBIDDEN */
  test(): Promise<ConnectionReport>
  /** The parts of Knative that functions need. @throws HksError CONNECTION_FAILED */
  knative(): Promise<readonly KnativePart[]>
  /**
   * Installs Knative Serving and tries it with a function; again it changes only what differs. Each step is told, last
   * what it came to. @throws HksError FORBIDDEN, CONFLICT, KNATIVE_MISSING (a part does not run), CONNECTION_FAILED …
   */
  installKnative(input: KnativeInstall, tell: KnativeTeller, signal: AbortSignal): Promise<void>
  /** What {@link uninstallKnative} would delete. @throws HksError as that does */
  planKnativeRemoval(signal: AbortSignal): Promise<KnativeRemoval>
  /**
   * Removes what {@link installKnative} made. @throws HksError CONFLICT while Knative Services exist and for what somebody else
   * has installed, FORBIDDEN …
   */
  uninstallKnative(tell: KnativeTeller, signal: AbortSignal): Promise<void>
  /** Names. @throws HksError CONNECTION_FAILED, FORBIDDEN (the user may not list them) */
  namespaces(): Promise<readonly string[]>
  /** Opens a namespace as a project, or answers the project that it is. @throws HksError NOT_FOUND, CONNECTION_FAILED */
  open(namespace: string): Promise<OpenedProject>
}

/** The missed occurrence that a resume brings back, epoch milliseconds; never more than one of them. */
export interface ResumeStart {
  readonly startsAtOnce?: number
  /** It starts when the run in progress has ended (Forbid), unless another is due by then. */
  readonly startsAfterRun?: number
}

/** How a CronJob is updated. */
export interface CronJobUpdateOptions {
  /** The spec that the new one was made of: what is the same in both stays as it is now, whoever changed it. */
  readonly base?: CronJobSpec
  /** What was missed before now is not started because of this update. */
  readonly skipMissed?: boolean
}

/** CronJobs: the provider owns their truth and acts on it. */
export interface CronJobs {
  /** Of one project, or all that are known. @throws HksError CONNECTION_FAILED while nothing is known of the project */
  list(projectId?: string): Promise<readonly CronJobRecord[]>
  get(id: string): Promise<CronJobRecord | undefined>
  create(projectId: string, spec: CronJobSpec): Promise<CronJobRecord>
  update(id: string, spec: CronJobSpec, options?: CronJobUpdateOptions): Promise<CronJobRecord>
  /** What `create` would make; nothing is made. @throws HksError as `create` does */
  preview(projectId: string, spec: CronJobSpec): Promise<CronJobPreview>
  /** What `update` would make of it; nothing is changed. @throws HksError as `update` does */
  previewUpdate(
    id: string,
    spec: CronJobSpec,
    options: Required<Pick<CronJobUpdateOptions, 'base'>>,
  ): Promise<CronJobPreview>
  /**
   * Makes or changes a CronJob as a whole manifest says, in which all fields count. Absent where a CronJob has no others than
   * those of its spec.
   * @throws HksError INVALID_REQUEST (with the field's path), CONFLICT (`details.conflicts`: who else has set which field) …
   */
  applyManifest?(projectId: string, manifest: ManifestObject, options: ApplyOptions): Promise<AppliedManifest>
  /** What a resume now would start; nothing while the CronJob is not suspended. */
  startsOnResume(id: string): Promise<ResumeStart>
  /** Ends its runs and removes it. */
  remove(id: string): Promise<void>
}

/** What CronJobs can copy. */
export interface Applications {
  /** @throws HksError CONNECTION_FAILED */
  list(projectId: string): Promise<ListedApplications>
  /** Absent where applications are made by other means. */
  readonly named?: NamedCommands
}

/** Commands that have a name of their own. */
export interface NamedCommands {
  get(id: string): Promise<ApplicationRecord | undefined>
  /** @throws HksError CONFLICT when one of the project has the name, NOT_FOUND for an unknown project */
  create(projectId: string, spec: ApplicationSpec): Promise<ApplicationRecord>
  remove(id: string): Promise<void>
}

/** Runs: started and ended here, read from the ledger. */
export interface Executions {
  trigger(cronJobId: string, options: TriggerOptions): Promise<Execution>
  /** Ends the run with its whole tree; answers when it has ended. */
  stop(executionId: string): Promise<void>
}

/** How long the answer may take (`answerBy`, epoch milliseconds), and whether the revision is one of many. */
export interface DeployOptions {
  readonly answerBy: number
  readonly transient?: boolean
}

/** Functions: deployed and called. */
export interface Functions {
  list(projectId?: string): Promise<readonly FunctionRecord[]>
  get(id: string): Promise<FunctionRecord | undefined>
  /**
   * Adds a revision (and the function, when the name is new). A fault of the request that shows before `answerBy`
   * (epoch milliseconds), such as a syntax error, rejects and leaves nothing (INVALID_SOURCE, RUNTIME_MISSING …); one
   * that shows later is the revision's. With an image there is no source. `settled` resolves when the revision serves and rejects when it can't
   * (DEPLOY_FAILED, CANCELLED …), which the record then says, too; nobody has to wait for it. A `transient` revision is
   * forgotten when a newer one takes its place.
   */
  deploy(
    projectId: string,
    spec: FunctionSpec,
    source: Source | undefined,
    options: DeployOptions,
  ): Promise<{
    readonly function: FunctionRecord
    readonly created: boolean
    readonly settled: Promise<FunctionRecord>
  }>
  /**
   * Ends what `deployments` tells of. Answers the function as it is then; nothing when it was new and nothing of it is left.
   * @throws HksError CONFLICT when no deployment of it is under way
   */
  cancelDeployment(id: string): Promise<FunctionRecord | undefined>
  /** What the deployments under way do now; their later steps are changes. */
  deployments(): readonly DeploymentStep[]
  /** The canonical tar of the serving revision. */
  source(id: string): Promise<Uint8Array | undefined>
  invoke(
    id: string,
    invocationId: string,
    request: InvocationRequest,
    options: { readonly diagnostics: boolean; readonly signal: AbortSignal },
  ): Promise<InvocationResponse>
  /** How the URL is reached from the gateway's machine now. @throws HksError FUNCTION_UNAVAILABLE when there is no way */
  access(id: string): Promise<FunctionAccess>
  /** Makes what hides the values of the function's secrets in bytes; bytes without any are answered as they are. */
  mask(id: string): Promise<(bytes: Uint8Array) => Uint8Array>
  remove(id: string): Promise<void>
  /**
   * Divides the calls; answers when they are divided so. All to the newest revision means: and to each newer one.
   * @throws HksError CONFLICT while a deployment is under way
   */
  setTraffic?(id: string, shares: readonly TrafficShare[]): Promise<FunctionRecord>
  /**
   * Starts a process with the function's code in a folder of this machine, which waits for a debugger; calls go to it, and
   * not to the revision that serves, until it is closed or ends. One a function.
   * @throws HksError INVALID_REQUEST, CONFLICT, RUNTIME_MISSING …; `signal.reason`
   */
  debug?(id: string, request: DebugRequest, signal: AbortSignal): Promise<DebugSession>
  /** Milliseconds after the end of a call in which lines of its log may still come; absent where none do. */
  readonly lateLogMs?: number
  /** Read when somebody looks at the metrics. */
  load?(): FunctionLoad
  readonly sandbox?: SandboxCheck
}

/** The sandbox of code that runs on the gateway's own machine. */
export interface SandboxCheck {
  /** What was found last; `undefined` as long as nobody needed it. What is found later is a change. */
  current(): SandboxStatus | undefined
  /** Looks for it anew. Where it is better now, what waits or serves in a lesser one is replaced. */
  check(): Promise<void>
}

/** Secrets of projects; values go in and never come out. */
export interface Secrets {
  list(projectId: string): Promise<readonly SecretKeys[]>
  write(projectId: string, secret: string, data: Readonly<Record<string, string>>): Promise<SecretKeys>
  remove(projectId: string, secret: string): Promise<void>
}

/** The adapter behind a connection. A role that it lacks is an absent property. */
export interface Provider {
  /** Id of the connection. */
  readonly connection: string
  /** What an occurrence is that fell in a time when no gateway was watching: where jobs run without one, unknown. */
  readonly unwatched: 'missed' | 'unknown'
  /** The time by which its CronJobs run, epoch milliseconds; that of this machine where it is absent. */
  now?(): number
  readonly projects: Projects
  readonly folders?: Folders
  readonly cluster?: Cluster
  readonly cronJobs: CronJobs
  readonly applications?: Applications
  readonly executions: Executions
  readonly functions?: Functions
  readonly secrets?: Secrets
  readonly changes: Changes
  /** Takes up its work: sweeps leftovers of a killed gateway, then schedules. */
  start(): Promise<void>
  /** No new work; what runs gets `graceSeconds` to end, then is ended. Idempotent. */
  stop(graceSeconds: number): Promise<void>
}

/** What a provider's functions hold at one moment. */
export interface FunctionLoad {
  /** Processes that wait, ready, for first calls, by language. */
  readonly ready: ReadonlyMap<Runtime, number>
  /** By id: processes that take calls, and calls that wait for one. */
  readonly functions: ReadonlyMap<string, { readonly processes: number; readonly queued: number }>
}
