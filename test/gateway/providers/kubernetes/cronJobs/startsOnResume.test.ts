import assert from 'node:assert/strict'
import { startsOnResume } from '../../../../../src/gateway/providers/kubernetes/cronJobs/startsOnResume.ts'
import { kubeCronJob, kubeJob } from '../objects.ts'

const at = (time: string) => Date.parse(`2026-03-02T${time}Z`)

describe('what a resume of a CronJob of the cluster starts', () => {
  const startsAt = (time: string, spec: Parameters<typeof kubeCronJob>[0] = {}, status = {}, jobs: string[] = []) =>
    startsOnResume(
      { ...kubeCronJob({ schedule: '*/30 * * * *', suspend: true, ...spec }), status },
      name => (jobs.includes(name) ? kubeJob() : undefined),
      at(time),
    )

  it('is the latest occurrence since the last Job, or since the creation', () => {
    assert.deepEqual(startsAt('10:29:59'), {})
    assert.deepEqual(startsAt('12:10:00'), { startsAtOnce: at('12:00:00') })
    assert.deepEqual(startsAt('12:10:00', {}, { lastScheduleTime: '2026-03-02T12:00:00Z' }), {})
    assert.deepEqual(startsAt('12:10:00', { suspend: false }), {})
  })

  it('is nothing when its deadline has passed, or its Job is there', () => {
    assert.deepEqual(startsAt('12:10:00', { startingDeadlineSeconds: 599 }), {})
    assert.deepEqual(startsAt('12:10:00', { startingDeadlineSeconds: 600 }), { startsAtOnce: at('12:00:00') })
    assert.deepEqual(startsAt('12:10:00', {}, {}, [`report-${at('12:00:00') / 60_000}`]), {})
  })

  it('waits for the run in progress under Forbid only', () => {
    const active = { active: [{ name: 'report-1' }] }
    assert.deepEqual(startsAt('12:10:00', { concurrencyPolicy: 'Forbid' }, active), { startsAfterRun: at('12:00:00') })
    assert.deepEqual(startsAt('12:10:00', { concurrencyPolicy: 'Replace' }, active), { startsAtOnce: at('12:00:00') })
  })

  it('follows the zone, and what cannot be computed starts nothing', () => {
    const daily = { schedule: '30 20 * * *', timeZone: 'Asia/Tokyo' }
    assert.deepEqual(startsAt('12:10:00', daily), { startsAtOnce: at('11:30:00') })
    assert.deepEqual(startsAt('12:10:00', { schedule: 'TZ=UTC 0 * * * *' }), {})
    assert.deepEqual(startsAt('12:10:00', { timeZone: 'Mars/Olympus' }), {})
  })
})
