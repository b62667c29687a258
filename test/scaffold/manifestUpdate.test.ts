import assert from 'node:assert/strict'
import type { CronJob } from '../../src/contract/cronJobs.ts'
import { manifestUpdate } from '../../src/scaffold/manifestUpdate.ts'

const job: CronJob = {
  id: '1',
  type: 'cronjob',
  projectId: 'p',
  name: 'nightly',
  schedule: '0 2 * * *',
  timeZone: 'Europe/Berlin',
  command: ['sh', '-c', 'date'],
  args: [],
  environment: { A: '1', B: '2' },
  secrets: [{ name: 'KEY', from: 'mail/key' }],
  concurrencyPolicy: 'Forbid',
  suspend: true,
  startingDeadlineSeconds: 60,
  backoffLimit: 6,
  successfulJobsHistoryLimit: 3,
  failedJobsHistoryLimit: 1,
  terminationGracePeriodSeconds: 30,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  active: 0,
  recentExecutions: [],
}

const same = {
  name: job.name,
  schedule: job.schedule,
  timeZone: 'Europe/Berlin',
  command: ['sh', '-c', 'date'],
  environment: { B: '2', A: '1' },
  secrets: [{ from: 'mail/key', name: 'KEY' }],
  concurrencyPolicy: 'Forbid',
  startingDeadlineSeconds: 60,
} as const

describe('manifestUpdate', () => {
  const body = { ...same, command: [...same.command], secrets: [...same.secrets] }

  it('finds nothing to change where the CronJob is as the manifest says, in whatever order', () => {
    assert.equal(manifestUpdate(body, job), undefined)
    assert.equal(manifestUpdate({ ...body, backoffLimit: 6, args: [] }, job), undefined)
  })

  it('gives what the manifest leaves out its default', () => {
    const { name, schedule, command } = body
    const update = manifestUpdate({ name, schedule, command }, job)
    assert.deepEqual(
      [update?.timeZone, update?.environment, update?.secrets, update?.concurrencyPolicy],
      [null, {}, [], 'Allow'],
    )
    assert.equal(update?.startingDeadlineSeconds, null)
  })

  it('leaves a CronJob suspended unless the manifest says otherwise', () => {
    assert.equal('suspend' in (manifestUpdate({ ...body, schedule: '@daily' }, job) ?? {}), false)
    assert.equal(manifestUpdate({ ...body, suspend: false }, job)?.suspend, false)
  })

  it('turns a CronJob that calls a function into one that runs the command', () => {
    const { command: _command, args: _args, ...rest } = job
    const calling = { ...rest, functionId: 'f', payload: 1 }
    const update = manifestUpdate(body, calling)
    assert.deepEqual([update?.functionId, update?.command], [null, job.command])
    const { command: _wanted, ...wanted } = body
    assert.equal(manifestUpdate({ ...wanted, functionId: 'f', payload: 1 }, calling), undefined)
  })
})
