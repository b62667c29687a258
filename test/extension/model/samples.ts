import type { Connection } from '../../../src/contract/connections.ts'
import type { CronJob } from '../../../src/contract/cronJobs.ts'
import type { ExecutionSummary } from '../../../src/contract/executions.ts'
import type { Function, Revision } from '../../../src/contract/functions.ts'
import type { FunctionCalls, Invocation } from '../../../src/contract/invocations.ts'
import type { Project } from '../../../src/contract/projects.ts'
import { untranslated } from '../../../src/extension/model/localize.ts'
import type { DeploymentProgress } from '../../../src/contract/watch.ts'
import type { RenderOptions } from '../../../src/extension/model/treeNode.ts'

/** The moment at which the samples are looked at: a Sunday. */
export const now = Date.parse('2026-11-22T12:00:00.000Z')

/** The instant so many seconds after {@link now}. */
export const at = (seconds: number): string => new Date(now + seconds * 1000).toISOString()

export const options: RenderOptions = {
  t: untranslated,
  now,
  locale: 'en',
  timeZone: 'UTC',
  openProjects: new Set(['p1']),
  followed: new Set(),
  reloaded: new Map(),
}

export const connection = (given: Partial<Connection> = {}): Connection => ({
  id: 'k1',
  name: 'staging',
  kind: 'kubernetes',
  readOnly: false,
  context: 'kind-dev',
  state: 'ready',
  ...given,
})

export const project = (given: Partial<Project> = {}): Project => ({
  id: 'p1',
  name: 'hello-hks',
  connection: 'local',
  path: '/home/me/hello-hks',
  status: 'ready',
  createdAt: at(-1000),
  ...given,
})

export const execution = (given: Partial<ExecutionSummary> = {}): ExecutionSummary => ({
  id: 'e1',
  applicationId: 'j1',
  jobName: 'nightly-report-1',
  scheduledAt: at(-852),
  startedAt: at(-852),
  completedAt: at(-840),
  status: 'succeeded',
  phase: 'succeeded',
  exitCode: 0,
  trigger: 'schedule',
  attempts: [{ number: 1, startedAt: at(-852) }],
  ...given,
})

export const running = (given: Partial<ExecutionSummary> = {}): ExecutionSummary => {
  const {
    completedAt: _,
    exitCode: __,
    ...rest
  } = execution({ status: 'running', phase: 'running', startedAt: at(-42) })
  return { ...rest, ...given }
}

export const failed = (given: Partial<ExecutionSummary> = {}): ExecutionSummary =>
  execution({ status: 'failed', phase: 'failed', exitCode: 1, ...given })

export const cronJob = (given: Partial<CronJob> = {}): CronJob => ({
  id: 'j1',
  type: 'cronjob',
  projectId: 'p1',
  name: 'nightly-report',
  schedule: '0 2 * * *',
  timeZone: 'UTC',
  command: ['sh', '-c', 'echo hi'],
  args: [],
  environment: {},
  secrets: [],
  concurrencyPolicy: 'Forbid',
  suspend: false,
  backoffLimit: 6,
  successfulJobsHistoryLimit: 3,
  failedJobsHistoryLimit: 1,
  terminationGracePeriodSeconds: 30,
  createdAt: at(-1000),
  updatedAt: at(-1000),
  nextExecutionAt: at(3 * 3600 + 12 * 60),
  active: 0,
  recentExecutions: [],
  ...given,
})

export const revision = (given: Partial<Revision> = {}): Revision => ({
  id: 'r7',
  functionId: 'f1',
  number: 7,
  runtime: 'python',
  handler: 'main.handler',
  sourceDigest: 'a'.repeat(64),
  status: 'ready',
  percent: 100,
  createdAt: at(-3600),
  ...given,
})

export const fn = (given: Partial<Function> = {}): Function => ({
  id: 'f1',
  type: 'function',
  name: 'greet',
  projectId: 'p1',
  runtime: 'python',
  handler: 'main.handler',
  environment: {},
  secrets: [],
  timeout: 30,
  scaling: { minScale: 0, maxScale: 2, containerConcurrency: 100 },
  resources: { memory: '1Gi' },
  profile: 'function',
  network: 'full',
  public: false,
  url: 'http://127.0.0.1:1234/f/f1',
  status: 'ready',
  replicas: 1,
  revision: 7,
  revisions: [revision()],
  createdAt: at(-5000),
  updatedAt: at(-3600),
  ...given,
})

export const deployment = (given: Partial<DeploymentProgress> = {}): DeploymentProgress => ({
  functionId: 'f1',
  projectId: 'p1',
  name: 'greet',
  revision: 8,
  startedAt: at(-12),
  phase: 'starting',
  message: 'starting',
  done: false,
  ...given,
})

export const invocation = (given: Partial<Invocation> = {}): Invocation => {
  const isRunning = given.outcome === 'running'
  return {
    id: 'i1',
    functionId: 'f1',
    revision: 7,
    startedAt: at(-60),
    ...(isRunning ? {} : { completedAt: at(-59), durationMs: 8, statusCode: 200, responseBytes: 31 }),
    queueMs: 0,
    outcome: 'succeeded',
    source: 'invoke',
    async: false,
    coldStart: false,
    sandbox: 'strict',
    requestBytes: 15,
    ...given,
  }
}

export const calls = (given: Partial<FunctionCalls> = {}): FunctionCalls => ({
  functionId: 'f1',
  day: { calls: 1, failed: 0, p95Ms: 8 },
  latest: [invocation()],
  ...given,
})
