import assert from 'node:assert/strict'
import { join } from 'node:path'
import { createFakeClock } from '../../../support/fakeClock.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'
import { execution } from '../../store/records.ts'
import { openLocal } from './localGateway.ts'
import { timedAttempts } from './timedAttempt.ts'

const iso = (milliseconds: number | undefined) =>
  milliseconds === undefined ? undefined : new Date(milliseconds).toISOString().slice(5, 16)

describe('the local provider over a restart', () => {
  const begin = '2026-03-02T10:00:30Z'
  const at = (time: string) => Date.parse(`2026-${time}:00Z`)

  async function withGateways(body: (home: string) => Promise<void>) {
    using folder = temporaryFolder()
    await body(join(folder.path, 'home'))
  }

  it('starts only the latest of the occurrences that were missed, and tells of the others', () =>
    withGateways(async home => {
      const clock = createFakeClock(begin)
      const options = { home, startAttempt: timedAttempts(clock, () => ({ seconds: 1 })).start, heartbeatSeconds: 60 }
      const first = await openLocal(clock, options)
      const { id } = await first.create({ schedule: '0 * * * *' })
      const late = await first.create({ name: 'late', schedule: '0 * * * *', startingDeadlineSeconds: 600 })
      await clock.advanceTo(at('03-02T11:10'), first.settle)
      await first.close()
      await clock.advanceTo(at('03-02T15:20'))
      const second = await openLocal(clock, options)
      await second.settle()
      await clock.advanceTo(at('03-02T16:05'), second.settle)

      const runs = await second.runs(id)
      assert.deepEqual(
        runs.map(run => [iso(run.scheduledAt), iso(run.startedAt)]),
        [
          ['03-02T11:00', '03-02T11:00'],
          ['03-02T15:00', '03-02T15:20'],
          ['03-02T16:00', '03-02T16:00'],
        ],
      )
      const missed = (await second.ledger(id, { outcome: 'missed' })).items
      assert.deepEqual(
        missed.map(row => iso(row.scheduledAt)),
        ['03-02T14:00', '03-02T13:00', '03-02T12:00'],
      )
      assert.ok(missed.every(row => row.cause?.includes('gateway was not running')))

      const rows = (await second.ledger(late.id)).items
      assert.deepEqual(rows.map(row => [iso(row.scheduledAt), row.outcome, row.reason]).slice(0, 3), [
        ['03-02T16:00', 'ran', undefined],
        ['03-02T15:00', 'skipped', 'deadline'],
        ['03-02T14:00', 'missed', undefined],
      ])
      assert.match(rows[1]!.cause!, /gateway was not running.*startingDeadlineSeconds of 600/)
      await second.close()
    }))

  it('fails the runs of a killed gateway and repeats none', () =>
    withGateways(async home => {
      const clock = createFakeClock(begin)
      const options = {
        home,
        startAttempt: timedAttempts(clock, () => ({ seconds: 3600 })).start,
        heartbeatSeconds: 60,
      }
      const first = await openLocal(clock, options)
      const { id } = await first.create({ schedule: '*/30 * * * *' })
      await clock.advanceTo(at('03-02T10:31'), first.settle)
      const elsewhere = execution('of a cluster', { status: 'running', phase: 'running' })
      await first.store.executions.save(elsewhere)
      await first.abandon()

      const second = await openLocal(clock, options)
      await second.settle()
      assert.deepEqual(await second.store.executions.get(elsewhere.id), elsewhere)
      const [run, ...more] = await second.runs(id)
      assert.deepEqual(more, [])
      assert.deepEqual(
        [run!.status, run!.reason, run!.cause],
        ['failed', 'GatewayKilled', 'The gateway was killed while it ran.'],
      )
      assert.equal(run!.completedAt, clock.now())
      assert.equal(run!.attempts[0]!.completedAt, clock.now())
      await clock.advanceTo(at('03-02T11:00'), second.settle)
      assert.deepEqual(
        (await second.runs(id)).map(each => iso(each.scheduledAt)),
        ['03-02T10:30', '03-02T11:00'],
      )
      await second.close()
    }))

  it('notes the change of a schedule that a killed gateway had stored but not noted', () =>
    withGateways(async home => {
      const clock = createFakeClock(begin)
      const options = { home, startAttempt: timedAttempts(clock, () => ({ seconds: 1 })).start }
      const first = await openLocal(clock, options)
      const job = await first.create({ schedule: '0 * * * *' })
      await clock.advanceTo(at('03-02T11:10'), first.settle)
      await first.store.cronJobs.update({
        ...job,
        spec: { ...job.spec, schedule: '30 * * * *' },
        updatedAt: clock.now(),
      })
      await first.abandon()
      const second = await openLocal(clock, options)
      const periods = await second.store.ledger.periods(job.id)
      assert.deepEqual(
        periods.map(each => [each.schedule, iso(each.validFrom), iso(each.validTo)]),
        [
          ['0 * * * *', '03-02T10:00', '03-02T11:10'],
          ['30 * * * *', '03-02T11:10', undefined],
        ],
      )
      await second.close()
    }))
})

describe('the local provider and a clock that is set', () => {
  it('starts the latest occurrence after a jump forward, and says so', async () => {
    const clock = createFakeClock('2026-03-02T10:00:30Z')
    const attempts = timedAttempts(clock, () => ({ seconds: 1 }))
    const local = await openLocal(clock, { startAttempt: attempts.start, heartbeatSeconds: 60 })
    const { id } = await local.create({ schedule: '0 * * * *' })
    await clock.advanceTo(Date.parse('2026-03-02T11:30:00Z'), local.settle)
    local.provider.clockJumped(6 * 3600_000)
    await clock.jumpTo(Date.parse('2026-03-02T17:30:00Z'), local.settle)
    await clock.advanceTo(Date.parse('2026-03-02T18:10:00Z'), local.settle)
    assert.deepEqual(
      (await local.runs(id)).map(run => iso(run.scheduledAt)),
      ['03-02T11:00', '03-02T17:00', '03-02T18:00'],
    )
    const missed = (await local.ledger(id, { outcome: 'missed' })).items
    assert.equal(missed.length, 5)
    assert.ok(missed.every(row => row.cause?.includes('asleep')))
    assert.match(local.notices.join(), /set forward, 6 hours/)
    await local.close()
  })

  it('runs no occurrence twice after a jump back', async () => {
    for (const schedule of ['*/10 * * * *', '@every 10m']) {
      const clock = createFakeClock('2026-03-02T10:00:00Z')
      const attempts = timedAttempts(clock, () => ({ seconds: 1 }))
      const local = await openLocal(clock, { startAttempt: attempts.start, heartbeatSeconds: 60 })
      const { id } = await local.create({ schedule })
      await clock.advanceTo(Date.parse('2026-03-02T11:05:00Z'), local.settle)
      await clock.jumpTo(Date.parse('2026-03-02T10:25:00Z'), local.settle)
      local.provider.clockJumped(-40 * 60_000)
      await local.settle()
      await clock.advanceTo(Date.parse('2026-03-02T11:45:00Z'), local.settle)
      const instants = (await local.runs(id)).map(run => iso(run.scheduledAt)).sort()
      assert.deepEqual(instants, [
        '03-02T10:10',
        '03-02T10:20',
        '03-02T10:30',
        '03-02T10:40',
        '03-02T10:50',
        '03-02T11:00',
        '03-02T11:10',
        '03-02T11:20',
        '03-02T11:30',
        '03-02T11:40',
      ])
      assert.match(local.notices.join(), /set back by 40 minutes/)
      assert.deepEqual(local.problems, [])
      await local.close()
    }
  })

  it('goes on by the right time after the clock was years ahead', async () => {
    const clock = createFakeClock('2031-01-01T00:00:30Z')
    const attempts = timedAttempts(clock, () => ({ seconds: 1 }))
    const local = await openLocal(clock, { startAttempt: attempts.start, heartbeatSeconds: 60 })
    const { id } = await local.create({ schedule: '0 * * * *' })
    await clock.advanceTo(Date.parse('2031-01-01T01:30:00Z'), local.settle)
    await clock.jumpTo(Date.parse('2026-03-02T10:25:00Z'), local.settle)
    local.provider.clockJumped(-5 * 365 * 24 * 3600_000)
    await local.settle()
    await clock.advanceTo(Date.parse('2026-03-02T12:05:00Z'), local.settle)
    assert.equal((await local.runs(id)).length, 3)
    await local.close()
  })
})
