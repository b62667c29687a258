import type { ErrorCode } from '../../contract/errors.ts'
import type { SecretReference } from '../../contract/common.ts'
import type { FunctionNetwork, FunctionProfile, FunctionRuntime, FunctionStatus } from '../../contract/functions.ts'
import type { DeploymentOutcome, DeploymentPhase } from '../../contract/watch.ts'
import type { FunctionResources } from './functionResources.ts'
import type { FunctionScaling } from './functionScaling.ts'

/** What a deployment asks for, with every default filled in. `timeoutSeconds` is per call. */
export interface FunctionSpec {
  readonly name: string
  readonly runtime: FunctionRuntime
  /** Of its user, with the runtime `image`; there is no source then, and no handler. */
  readonly image?: string
  /** The version of the interpreter that is asked for, or the beginning of one. */
  readonly runtimeVersion?: string
  readonly handler: string
  readonly description?: string
  readonly environment: Readonly<Record<string, string>>
  readonly secrets: readonly SecretReference[]
  readonly timeoutSeconds: number
  readonly scaling: FunctionScaling
  readonly resources: FunctionResources
  readonly profile: FunctionProfile
  readonly network: FunctionNetwork
  /** With the network `allowlist`. */
  readonly allowedHosts?: readonly string[]
  readonly public: boolean
}

/** A deployable source: the canonical tar of its folder and the sha256 of that tar in hex. */
export interface Source {
  readonly tar: Uint8Array
  readonly digest: string
}

/** One immutable deployment. Instants are epoch milliseconds. */
export interface RevisionRecord {
  readonly id: string
  readonly functionId: string
  readonly number: number
  readonly spec: FunctionSpec
  readonly sourceDigest: string
  /** One of many while somebody edits: it is forgotten when a newer one takes its place. */
  readonly transient?: true
  readonly status: 'deploying' | 'ready' | 'failed'
  readonly reason?: string
  /** Share of the calls; absent where the serving revision takes all of them. */
  readonly percent?: number
  /** A name by which it can be called whatever its share, at `tagUrl`. */
  readonly tag?: string
  readonly tagUrl?: string
  readonly createdAt: number
}

/** A function as its provider holds it. `serving` is the number of the revision that takes the traffic, 0 for none. */
export interface FunctionRecord {
  readonly id: string
  readonly projectId: string
  readonly spec: FunctionSpec
  readonly status: FunctionStatus
  readonly reason?: string
  readonly serving: number
  readonly replicas: number
  /** Calls go to a process that is debugged. */
  readonly debugging?: true
  readonly url: string
  /** Newest first; at least the last five. */
  readonly revisions: readonly RevisionRecord[]
  readonly createdAt: number
  readonly updatedAt: number
}

/** A revision's share of the calls of its function. */
export interface TrafficShare {
  /** Its number. */
  readonly revision: number
  readonly percent: number
  /** A name by which it can be called whatever its share. */
  readonly tag?: string
}

/** A request to a function as it reaches the handler. */
export interface InvocationRequest {
  readonly method: string
  /** Path after the function's own prefix; begins with `/`. */
  readonly path: string
  /** Raw query without `?`. */
  readonly query: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: Uint8Array
}

/** How a provider served a call. */
export interface CallFacts {
  /** It waited for a process to start. */
  readonly coldStart: boolean
  /** Number of the revision that took it; 0 for none. */
  readonly revision: number
  /** Whole milliseconds until a process took it, or until it was refused; with `coldStart` the start is part of it. */
  readonly queueMs: number
  /** How the code was confined, in the provider's word, `none` when it was not; absent as long as no code has run. */
  readonly sandbox?: string
}

/**
 * The body of an answer that comes bit by bit. It is read once, to its end or until its iterator is returned, which gives
 * the call up. It throws an `AnswerBroken` where it breaks off.
 */
export interface AnswerStream extends AsyncIterable<Uint8Array> {
  /** Aborts when it has broken, also while nobody asks for more. */
  readonly broken: AbortSignal
}

/** The function's own answer, or the platform's in its place (`code` is set). */
export interface InvocationResponse extends CallFacts {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: Uint8Array
  /** The body in place of `body`, which is empty then. */
  readonly stream?: AnswerStream
  /** Set when the platform made the answer. */
  readonly code?: ErrorCode
  /** One sentence; with `code`. */
  readonly message?: string
  /** Type, message and stack of an exception; never leaves the gateway except on `/invoke`. */
  readonly exception?: { readonly type: string; readonly message: string; readonly stack: string }
}

/** One call of a function, for the record. Instants are epoch milliseconds. */
export interface InvocationRecord extends CallFacts {
  readonly id: string
  readonly functionId: string
  readonly startedAt: number
  readonly completedAt?: number
  readonly outcome: 'running' | 'succeeded' | 'failed'
  readonly statusCode?: number
  readonly code?: ErrorCode
  readonly message?: string
  readonly source: 'invoke' | 'url' | 'schedule'
  /** The caller did not wait: the answer is kept, to be fetched. */
  readonly async: boolean
  readonly requestBytes: number
  readonly responseBytes?: number
}

/** A call that is shown while it goes on. */
export interface LongCall {
  readonly invocation: InvocationRecord
  readonly projectId: string
}

/** What was sent with a call, kept to be sent again. */
export interface KeptRequest {
  readonly invocationId: string
  readonly functionId: string
  /** Epoch milliseconds. */
  readonly at: number
  /** Those that say what the event is: Content-Type and the attributes of a CloudEvent. Lower-case names. */
  readonly headers: InvocationRequest['headers']
  readonly body: Uint8Array
  /** A secret was in it, so it is not what was sent. */
  readonly masked: boolean
}

/** The answer of a call that nobody waited for. Instants are epoch milliseconds. */
export interface KeptResult extends Pick<InvocationResponse, 'status' | 'headers'> {
  readonly invocationId: string
  readonly functionId: string
  readonly at: number
  readonly expiresAt: number
  /** Absent when it was too large to be kept. */
  readonly body?: Uint8Array
  readonly bytes: number
}

/** How far a deployment has come. */
export interface DeployProgress {
  readonly phase: DeploymentPhase
  /** Of `total`: packages that are there, while it is `installing`; bytes of the image, while it is `pushing`. */
  readonly completed?: number
  readonly total?: number
  /** What keeps it from going on, as a sentence, while it is `starting`. */
  readonly waiting?: string
}

/** What a deployment is doing now, or how it ended. Instants are epoch milliseconds. */
export interface DeploymentStep extends DeployProgress {
  readonly functionId: string
  readonly projectId: string
  readonly name: string
  readonly revision: number
  readonly startedAt: number
  /** A few words, such as "installing 3 of 12 packages"; a sentence when it is done. */
  readonly message: string
  readonly done: boolean
  /** When it is done. */
  readonly outcome?: DeploymentOutcome
}
