import type { Duplex, Readable } from 'node:stream'
import type { Refusal } from '../../../platform/sandbox/egress/egressProxy.ts'
import type { SandboxLevel } from '../../../platform/sandbox/sandbox.ts'
import type { RuntimeEnd } from './runtimeEnd.ts'
import type { RuntimeLimits } from './runtimeLimits.ts'
import type { PreparedCode } from './sourceBuilder.ts'

/** What a process gets when it becomes a function's. */
export interface Placement extends PreparedCode {
  /** The hosts that it may reach, where it was started for an allow-list. */
  readonly allowedHosts?: readonly string[]
  readonly limits: RuntimeLimits
}

/** A runtime's process as the system started it. */
export interface LaunchedRuntime {
  readonly stdout: Readable
  readonly stderr: Readable
  /** Our end of its descriptor 3. */
  readonly channel: Duplex
  /** How it is kept from the rest of the machine. */
  readonly level: SandboxLevel
  /** How it ended. Never rejects. */
  readonly gone: Promise<RuntimeEnd>
  /**
   * Lets it read a folder, and answers where it finds it. Once: from then on it is a function's, and what it uses is
   * limited. `onRefusal`, which must not throw, is told of each request that its network does not allow.
   * @throws the system's error
   */
  place(placement: Placement, onRefusal: (refusal: Refusal) => void): Promise<string>
  /** A call begins: it may use processor time, besides what is left when there are `others`. */
  beginCall(others: number): void
  /** Ends it with all that it started; SIGTERM first. Resolves when nothing is left. Idempotent. */
  end(): Promise<void>
}

/** What a process gets between SIGTERM and SIGKILL once nobody needs it any more. */
export const endGraceMs = 1000
