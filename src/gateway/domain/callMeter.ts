import type { FunctionRecord, InvocationRecord } from './function.ts'

/** Counts calls as they are made. Told of each, so it must be cheap; must not throw. */
export interface CallMeter {
  began(fn: FunctionRecord, call: InvocationRecord): void
  /** The record is complete. */
  ended(fn: FunctionRecord, call: InvocationRecord): void
}
