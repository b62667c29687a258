import assert from 'node:assert/strict'
import { decisionOf } from '../../../../../src/gateway/providers/kubernetes/runs/decisions.ts'
import type { KubeEvent } from '../../../../../src/gateway/providers/kubernetes/objects/coreV1.ts'
import { kubeCronJob } from '../objects.ts'

const event = (reason: string, message: string, lastTimestamp = '2026-03-02T12:00:01Z'): KubeEvent => ({
  metadata: kubeCronJob().metadata,
  involvedObject: { kind: 'CronJob', uid: 'uid-of-report' },
  reason,
  message,
  lastTimestamp,
})
const cronJob = { ...kubeCronJob({ schedule: '*/30 * * * *' }), status: { lastScheduleTime: '2026-03-02T11:00:00Z' } }
const at = (time: string) => Date.parse(`2026-03-02T${time}Z`)

describe('what the CronJob controller says in events', () => {
  it('is that a deadline had passed, of the occurrence that it names', () => {
    const missed = event('MissSchedule', 'Missed scheduled time to start a job: Mon, 02 Mar 2026 11:30:00 +0000')
    assert.deepEqual(decisionOf(missed, cronJob, 'app'), {
      applicationId: 'app',
      scheduledAt: at('11:30:00'),
      reason: 'deadline',
      decidedAt: at('12:00:01'),
    })
  })

  it('is that the latest occurrence due waits for the run in progress', () => {
    const busy = event(
      'JobAlreadyActive',
      'Not starting job because prior execution is running and concurrency policy is Forbid',
    )
    assert.deepEqual(decisionOf(busy, cronJob, 'app'), {
      applicationId: 'app',
      scheduledAt: at('12:00:00'),
      reason: 'concurrency',
      decidedAt: at('12:00:01'),
    })
  })

  it('is nothing about other things, or in other words', () => {
    assert.equal(decisionOf(event('SuccessfulCreate', 'Created job report-1'), cronJob, 'app'), undefined)
    assert.equal(decisionOf(event('MissSchedule', 'Missed it'), cronJob, 'app'), undefined)
  })
})
