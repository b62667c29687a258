import { randomUUID } from 'node:crypto'
import type { FunctionRecord, FunctionSpec, InvocationResponse } from '../../src/gateway/domain/function.ts'
import type { LogStore, StoredLogLine } from '../../src/gateway/domain/log.ts'
import type { Functions } from '../../src/gateway/domain/ports.ts'
import { functionSpec, jsonRequest, patient, sourceOf } from './functionInputs.ts'

/** What tests do with the functions of a project, wherever they run. */
export interface FunctionActions {
  /** Deploys one file and waits until it is settled. */
  deploy(source: string, spec?: Partial<FunctionSpec>): Promise<FunctionRecord>
  call(id: string, event?: unknown, signal?: AbortSignal): Promise<InvocationResponse>
  log(id: string): Promise<readonly StoredLogLine[]>
}

/** Does it past HTTP. */
export const functionActions = (
  functions: Pick<Functions, 'deploy' | 'invoke'>,
  logs: Pick<LogStore, 'read'>,
  projectId: string,
): FunctionActions => ({
  deploy: async (source, given = {}) => {
    const spec = functionSpec(given)
    const packed = await sourceOf(source, spec.runtime, spec.handler)
    return (await functions.deploy(projectId, spec, packed, patient)).settled
  },
  call: (id, event, signal = new AbortController().signal) =>
    functions.invoke(id, randomUUID(), jsonRequest(event), { diagnostics: true, signal }),
  log: async id => (await logs.read(id, {})).lines,
})
