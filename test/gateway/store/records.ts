import { randomUUID } from 'node:crypto'
import type { CronJobRecord, CronJobSpec, Execution } from '../../../src/gateway/domain/cronJob.ts'
import type {
  FunctionSpec,
  InvocationRecord,
  KeptRequest,
  KeptResult,
  RevisionRecord,
} from '../../../src/gateway/domain/function.ts'
import type { StoredFunction } from '../../../src/gateway/domain/localState.ts'
import type { StoredProject } from '../../../src/gateway/domain/projectStore.ts'

export const project = (fields: Partial<StoredProject> = {}): StoredProject => {
  const id = fields.id ?? randomUUID()
  return { id, name: 'shop', connection: 'local', path: `/home/user/${id}`, createdAt: 1_000, ...fields }
}

export const cronJobSpec = (fields: Partial<CronJobSpec> = {}): CronJobSpec => ({
  name: 'backup',
  schedule: '0 2 * * *',
  target: { kind: 'command', command: ['sh', '-c'], args: ['echo "hi"'] },
  environment: { LEVEL: 'high' },
  secrets: [],
  concurrencyPolicy: 'Allow',
  suspend: false,
  backoffLimit: 6,
  successfulJobsHistoryLimit: 3,
  failedJobsHistoryLimit: 1,
  terminationGracePeriodSeconds: 30,
  ...fields,
})

export const cronJob = (projectId: string, spec: Partial<CronJobSpec> = {}): CronJobRecord => ({
  id: randomUUID(),
  projectId,
  spec: cronJobSpec(spec),
  createdAt: 1_000,
  updatedAt: 1_000,
})

export const execution = (applicationId: string, fields: Partial<Execution> = {}): Execution => ({
  id: randomUUID(),
  applicationId,
  jobName: 'backup-29000000',
  startedAt: 60_000,
  status: 'succeeded',
  phase: 'succeeded',
  trigger: 'schedule',
  attempts: [{ number: 1, startedAt: 60_000, completedAt: 61_000, exitCode: 0 }],
  ...fields,
})

export const functionSpec = (fields: Partial<FunctionSpec> = {}): FunctionSpec => ({
  name: 'hello',
  runtime: 'node',
  handler: 'index.handler',
  environment: {},
  secrets: [{ name: 'KEY', from: 'mail/key' }],
  timeoutSeconds: 30,
  scaling: { minScale: 1, maxScale: 4, containerConcurrency: 10 },
  resources: { memoryBytes: 2 ** 30 },
  profile: 'function',
  network: 'full',
  public: false,
  ...fields,
})

export const storedFunction = (projectId: string, fields: Partial<StoredFunction> = {}): StoredFunction => ({
  id: randomUUID(),
  projectId,
  spec: functionSpec(),
  status: 'deploying',
  serving: 0,
  createdAt: 1_000,
  updatedAt: 1_000,
  ...fields,
})

export const revision = (functionId: string, number: number): RevisionRecord => ({
  id: randomUUID(),
  functionId,
  number,
  spec: functionSpec(),
  sourceDigest: 'ab'.repeat(32),
  status: 'ready',
  createdAt: 1_000 + number,
})

export const invocation = (functionId: string, fields: Partial<InvocationRecord> = {}): InvocationRecord => ({
  id: randomUUID(),
  functionId,
  revision: 1,
  startedAt: 1_000,
  outcome: 'running',
  source: 'invoke',
  async: false,
  coldStart: true,
  queueMs: 0,
  sandbox: 'none',
  requestBytes: 12,
  ...fields,
})

export const keptRequest = (functionId: string, fields: Partial<KeptRequest> = {}): KeptRequest => ({
  invocationId: randomUUID(),
  functionId,
  at: 1_000,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from('{}'),
  masked: false,
  ...fields,
})

export const keptResult = (functionId: string, fields: Partial<KeptResult> = {}): KeptResult => ({
  invocationId: randomUUID(),
  functionId,
  at: 1_000,
  expiresAt: 100_000,
  status: 200,
  headers: {},
  body: new Uint8Array([0, 255, 10]),
  bytes: 3,
  ...fields,
})
