import type { CronJob } from '../../../src/contract/cronJobs.ts'
import type { ExecutionSummary } from '../../../src/contract/executions.ts'

/** A Monday at noon: the clock of the tests' host. */
export const now = '2026-11-23T12:00:00.000Z'

/** A CronJob as the gateway answers it. */
export const cronJob = (change: Partial<CronJob> = {}): CronJob => ({
  id: 'job-1',
  type: 'cronjob',
  projectId: 'project-1',
  name: 'nightly-report',
  schedule: '30 2 * * *',
  timeZone: 'Europe/Berlin',
  command: ['python3', 'report.py'],
  args: ['--full'],
  environment: { REPORT_FORMAT: 'pdf' },
  secrets: [{ name: 'DATABASE_PASSWORD', from: 'database/password' }],
  concurrencyPolicy: 'Forbid',
  suspend: false,
  activeDeadlineSeconds: 600,
  backoffLimit: 2,
  successfulJobsHistoryLimit: 3,
  failedJobsHistoryLimit: 1,
  terminationGracePeriodSeconds: 30,
  createdAt: '2026-11-01T10:00:00.000Z',
  updatedAt: '2026-11-01T10:00:00.000Z',
  lastExecutionAt: '2026-11-23T01:30:00.000Z',
  nextExecutionAt: '2026-11-24T01:30:00.000Z',
  active: 0,
  recentExecutions: [],
  ...change,
})

/** A run as lists and the ledger carry it. */
export const execution = (change: Partial<ExecutionSummary> = {}): ExecutionSummary => ({
  id: 'run-1',
  applicationId: 'job-1',
  jobName: 'nightly-report-29398050',
  scheduledAt: '2026-11-23T01:30:00.000Z',
  startedAt: '2026-11-23T01:30:00.400Z',
  completedAt: '2026-11-23T01:30:12.500Z',
  status: 'succeeded',
  phase: 'succeeded',
  exitCode: 0,
  trigger: 'schedule',
  attempts: [
    { number: 1, startedAt: '2026-11-23T01:30:00.400Z', completedAt: '2026-11-23T01:30:12.500Z', exitCode: 0 },
  ],
  ...change,
})
