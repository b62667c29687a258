import type { CallCount } from './callFigures.ts'
import type { InvocationRecord } from './function.ts'

/** Which calls of a function to read, newest first. */
export interface InvocationSelection {
  readonly limit: number
  /** Only those that sort after this one. */
  readonly after?: { readonly startedAt: number; readonly id: string }
  readonly outcome?: InvocationRecord['outcome']
}

/** Records of calls; of each function the last ones, as many as the store keeps. */
export interface InvocationStore {
  save(invocation: InvocationRecord): Promise<void>
  get(id: string): Promise<InvocationRecord | undefined>
  list(functionId: string, selection: InvocationSelection): Promise<readonly InvocationRecord[]>
  /** Ended calls since `from` (epoch milliseconds), counted by the hour and by how long they took. */
  counts(functionId: string, from: number): Promise<readonly CallCount[]>
  /** Forgets all calls of a function, with their payloads. */
  removeFunction(functionId: string): Promise<void>
  /** Ends the records that a killed gateway left running: FUNCTION_CRASHED at `at` (epoch milliseconds). */
  endRunning(at: number): Promise<void>
}
