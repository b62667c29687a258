import type { Function } from '../../../src/contract/functions.ts'
import type { Invocation } from '../../../src/contract/invocations.ts'

/** A function as the gateway answers it. */
export const functionOf = (change: Partial<Function> = {}): Function => ({
  id: 'function-1',
  type: 'function',
  projectId: 'project-1',
  name: 'greet',
  runtime: 'node',
  handler: 'index.handler',
  environment: {},
  secrets: [],
  timeout: 30,
  scaling: { minScale: 0, containerConcurrency: 100 },
  resources: { memory: '1Gi' },
  network: 'full',
  public: false,
  url: 'http://127.0.0.1:4711/f/function-1',
  status: 'ready',
  replicas: 1,
  revision: 7,
  revisions: [],
  createdAt: '2026-11-01T10:00:00.000Z',
  updatedAt: '2026-11-23T10:00:00.000Z',
  ...change,
})

/** A call that ended well a minute before the clock of the tests' host. */
export const invocationOf = (change: Partial<Invocation> = {}): Invocation => ({
  id: 'call-1',
  functionId: 'function-1',
  revision: 7,
  startedAt: '2026-11-23T11:59:00.000Z',
  completedAt: '2026-11-23T11:59:00.008Z',
  durationMs: 8,
  queueMs: 0,
  outcome: 'succeeded',
  statusCode: 200,
  source: 'invoke',
  async: false,
  coldStart: false,
  sandbox: 'strict',
  requestBytes: 15,
  responseBytes: 31,
  ...change,
})
