import type { AnswerStream, InvocationRequest } from '../../../domain/function.ts'
import type { Exception, PlatformCode } from '../../../domain/functionAnswer.ts'
import type { FunctionNetwork, FunctionProfile, Runtime } from '../../../../contract/functions.ts'
import type { SandboxLevel } from '../../../platform/sandbox/sandbox.ts'
import type { RuntimeLimits } from './runtimeLimits.ts'
import type { Packages } from './sourceBuilder.ts'

/** All that a process needs to know of a revision. Secrets are values: never logged, never stored. */
export interface RevisionCode {
  readonly functionId: string
  readonly functionName: string
  readonly revision: number
  readonly runtime: Runtime
  /** The version of the interpreter that is asked for. */
  readonly runtimeVersion?: string
  readonly handler: string
  /** Folder with the unpacked source. */
  readonly folder: string
  /** What is to be beside it. */
  readonly packages?: Packages
  /** Folder with packages that stay where they are, for code that nothing may be put beside. */
  readonly packagesElsewhere?: string
  readonly environment: Readonly<Record<string, string>>
  readonly secrets: Readonly<Record<string, string>>
  /** What those values are of: `SECRET/KEY`. */
  readonly secretReferences: readonly string[]
  readonly timeoutSeconds: number
  readonly limits: RuntimeLimits
  readonly profile: FunctionProfile
  readonly network: FunctionNetwork
  /** With the network `allowlist`. */
  readonly allowedHosts?: readonly string[]
  /** It was never loaded before: its source files are checked, also those that loading does not import. */
  readonly isNew?: boolean
}

/** One call. */
export interface InstanceCall {
  readonly invocationId: string
  readonly request: InvocationRequest
  /** The caller went away: the handler is told, the outcome is CANCELLED. */
  readonly signal: AbortSignal
}

/** The function's own answer, or why there is none. */
export type CallOutcome =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers: Readonly<Record<string, string | readonly string[]>>
      readonly body: Uint8Array
      /** The body in place of `body`, when it comes bit by bit. */
      readonly stream?: AnswerStream
    }
  | {
      readonly kind: 'failure'
      readonly code: PlatformCode
      readonly message: string
      readonly exception?: Exception
    }

/** A loaded revision that answers calls, many at a time. */
export interface FunctionInstance {
  /** Calls that the handler has not answered yet, also those whose caller no longer waits. */
  readonly inFlight: number
  /** It has answered nothing since the time of a call was up: its process may hang. Call another, or wait. */
  readonly isSuspect: boolean
  /** Milliseconds that loading the code took, without the start of the process. */
  readonly loadMs: number
  /** How its process is kept from the rest of the machine. */
  readonly level: SandboxLevel
  /** Whether it takes calls; false for good once its process crashed, hung or was closed. */
  readonly isOpen: boolean
  /** Never rejects. Only while `isOpen`. */
  call(call: InstanceCall): Promise<CallOutcome>
  /** No new calls; those under way get `graceSeconds`; resolves when nothing of it is left. Idempotent. */
  close(graceSeconds: number): Promise<void>
}

/** What an instance tells its owner. Listeners must not throw. */
export interface InstanceListener {
  /** It may have room for another call: one has ended, or its process has shown that it does not hang. */
  readonly onRoom: () => void
  /** It takes no calls any more, not because of `close`; `reason` is a sentence. */
  readonly onLost: (reason: string) => void
}

/** Where instances come from. */
export interface FunctionPool {
  /**
   * Starts an instance with the revision loaded. Its owner closes it.
   * @throws LoadFailure when the code can not be loaded
   * @throws HksError RUNTIME_MISSING; CANCELLED with the signal
   */
  open(code: RevisionCode, listener: InstanceListener, signal: AbortSignal): Promise<FunctionInstance>
}
