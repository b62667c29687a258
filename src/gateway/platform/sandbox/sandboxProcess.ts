import type { Duplex, Readable } from 'node:stream'
import type { ProcessEnd } from '../processEnd.ts'

/** Where the outputs of the code go: a descriptor, or pipes that the process has. */
export interface SandboxOutputs {
  readonly stdout: number | 'pipe'
  readonly stderr: number | 'pipe'
}

/** Code that runs in a sandbox. Start it on the main thread: it ends with the thread that started it. */
export interface SandboxProcess {
  /** The outputs, where they are pipes. */
  readonly stdout: Readable | undefined
  readonly stderr: Readable | undefined
  /** The other end of its descriptor 3, if it has one. */
  readonly channel: Duplex | undefined
  /** The process from which all others of the sandbox descend; `undefined` when it ended before it was known. */
  readonly root: Promise<number | undefined>
  /** How the command ended; by a signal, at `strict`, as 128 + its number. */
  readonly exited: Promise<ProcessEnd>
  /** Resolves when nothing of the sandbox is left. */
  readonly closed: Promise<void>
  /** SIGTERM to the command, `graceMs` to go, then everything in the sandbox is killed. Idempotent. */
  end(graceMs: number): Promise<void>
}
