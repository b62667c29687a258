import type { FunctionDebug } from '../../contract/debug.ts'
import type { Runtime } from '../../contract/functions.ts'

/** What is debugged: the code in a folder, and what of the function's settings differs from what is deployed. */
export interface DebugRequest extends FunctionDebug {
  /** `folder` has to be in it. */
  readonly projectFolder: string
}

/** Where a debugger attaches, and what it sees there. */
export interface DebugPlace {
  readonly runtime: Runtime
  readonly host: string
  readonly port: number
  /** Of the inspector; nobody else knows it. */
  readonly url?: string
  /** The source, as the process names it. */
  readonly folder: string
  /** The platform's own files in that process. */
  readonly platformFolder: string
}

/** A process that is debugged. Its owner closes it. */
export interface DebugSession {
  readonly place: DebugPlace
  /** Resolves when a debugger has attached and the code is loaded. @throws HksError DEPLOY_FAILED when it can not be */
  readonly ready: Promise<void>
  /** Resolves with a sentence when it has ended by itself. */
  readonly ended: Promise<string>
  /** Ends the process with all that it started; calls go to the revision that serves again. Idempotent. */
  close(): Promise<void>
}
