import type { Function } from '../../../src/contract/functions.ts'
import type { Invocation } from '../../../src/contract/invocations.ts'
import { fn, invocation } from '../../extension/model/samples.ts'

/** A function as the gateway answers it. */
export const functionOf = (change: Partial<Function> = {}): Function =>
  fn({ id: 'function-1', runtime: 'node', handler: 'index.handler', ...change })

/** A call of it that ended well a minute before the clock of the tests' host. */
export const invocationOf = (change: Partial<Invocation> = {}): Invocation =>
  invocation({
    id: 'call-1',
    functionId: 'function-1',
    startedAt: '2026-11-23T11:59:00.000Z',
    completedAt: '2026-11-23T11:59:00.008Z',
    ...change,
  })
