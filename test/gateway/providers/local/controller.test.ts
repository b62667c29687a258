import assert from 'node:assert/strict'
import type { CronJobSpec, Execution } from '../../../../src/gateway/domain/cronJob.ts'
import { createFakeClock, type FakeClock } from '../../../support/fakeClock.ts'
import { openLocal } from './localGateway.ts'
import { type TimedAttempt, timedAttempts } from './timedAttempt.ts'

type Local = Awaited<ReturnType<typeof openLocal>>
interface World {
  readonly clock: FakeClock
  readonly local: Local
  readonly mostAtOnce: () => number
  /** Moves the clock to an instant of the test's first day. */
  readonly until: (time: string) => Promise<void>
  readonly job: (fields: Partial<CronJobSpec>) => Promise<string>
}

const iso = (milliseconds: number | undefined) =>
  milliseconds === undefined ? undefined : new Date(milliseconds).toISOString().slice(11, 19)
const nominal = (runs: readonly Execution[]) => runs.map(run => iso(run.scheduledAt))
const started = (runs: readonly Execution[]) => runs.map(run => iso(run.startedAt))

/** A world that begins at 2026-03-02T10:00:30Z, where each run takes as long as told. */
async function world(take: TimedAttempt | ((number: number) => TimedAttempt), body: (world: World) => Promise<void>) {
  const clock = createFakeClock('2026-03-02T10:00:30Z')
  const attempts = timedAttempts(clock, ({ number }) => (typeof take === 'function' ? take(number) : take))
  const local = await openLocal(clock, { startAttempt: attempts.start })
  try {
    await body({
      clock,
      local,
      mostAtOnce: attempts.mostAtOnce,
      until: time => clock.advanceTo(Date.parse(`2026-03-02T${time}Z`), local.settle),
      job: async fields => (await local.create(fields)).id,
    })
    assert.deepEqual(local.problems, [])
  } finally {
    await local.close()
  }
}

describe('the local controller', () => {
  it('starts each occurrence once and at its time', () =>
    world({ seconds: 5 }, async ({ local, job, until }) => {
      const id = await job({ schedule: '*/15 * * * *' })
      await until('11:20:00')
      const runs = await local.runs(id)
      assert.deepEqual(nominal(runs), ['10:15:00', '10:30:00', '10:45:00', '11:00:00', '11:15:00'])
      assert.deepEqual(started(runs), nominal(runs))
      assert.ok(runs.every(run => run.status === 'succeeded' && run.trigger === 'schedule'))
      assert.equal(runs[0]!.jobName, `backup-${Date.parse('2026-03-02T10:15:00Z') / 60_000}`)
    }))

  it('lets runs overlap under Allow', () =>
    world({ seconds: 150 }, async ({ local, job, until, mostAtOnce }) => {
      const id = await job({ schedule: '* * * * *', concurrencyPolicy: 'Allow' })
      await until('10:10:00')
      assert.equal((await local.runs(id)).length, 10)
      assert.equal(mostAtOnce(), 3)
    }))

  it('lets the latest occurrence wait under Forbid and skips those before it', () =>
    world({ seconds: 150 }, async ({ local, job, until, mostAtOnce }) => {
      const id = await job({ schedule: '* * * * *', concurrencyPolicy: 'Forbid' })
      await until('10:10:00')
      const runs = await local.runs(id)
      assert.deepEqual(nominal(runs), ['10:01:00', '10:03:00', '10:06:00', '10:08:00'])
      assert.deepEqual(started(runs), ['10:01:00', '10:03:30', '10:06:00', '10:08:30'])
      assert.equal(mostAtOnce(), 1)
      const { items } = await local.ledger(id)
      assert.deepEqual(
        items.toReversed().map(row => [iso(row.scheduledAt), row.outcome, row.reason]),
        [
          ['10:01:00', 'ran', undefined],
          ['10:02:00', 'skipped', 'concurrency'],
          ['10:03:00', 'ran', undefined],
          ['10:04:00', 'skipped', 'concurrency'],
          ['10:05:00', 'skipped', 'concurrency'],
          ['10:06:00', 'ran', undefined],
          ['10:07:00', 'skipped', 'concurrency'],
          ['10:08:00', 'ran', undefined],
          ['10:09:00', 'skipped', 'concurrency'],
          ['10:10:00', 'skipped', 'concurrency'],
        ],
      )
    }))

  it('does not start the waiting occurrence after its deadline', () =>
    world({ seconds: 100 }, async ({ local, job, until }) => {
      const id = await job({ schedule: '* * * * *', concurrencyPolicy: 'Forbid', startingDeadlineSeconds: 30 })
      await until('10:06:00')
      assert.deepEqual(nominal(await local.runs(id)), ['10:01:00', '10:03:00', '10:05:00'])
    }))

  it('ends the running Job under Replace', () =>
    world({ seconds: 90 }, async ({ local, job, until }) => {
      const id = await job({ schedule: '* * * * *', concurrencyPolicy: 'Replace' })
      await until('10:03:30')
      const runs = await local.runs(id)
      assert.deepEqual(
        runs.map(run => [iso(run.scheduledAt), run.status, run.reason]),
        [
          ['10:01:00', 'failed', 'Replaced'],
          ['10:02:00', 'failed', 'Replaced'],
          ['10:03:00', 'running', undefined],
        ],
      )
      assert.match(runs[0]!.cause!, /replaced by the run of 2026-03-02T10:02:00/)
    }))

  it('lets manual runs neither block nor be replaced', () =>
    world({ seconds: 600 }, async ({ local, job, until }) => {
      const forbid = await job({ name: 'forbid', schedule: '*/5 * * * *', concurrencyPolicy: 'Forbid' })
      const replace = await job({ name: 'replace', schedule: '*/5 * * * *', concurrencyPolicy: 'Replace' })
      for (const id of [forbid, replace]) await local.provider.executions.trigger(id, {})
      await until('10:05:10')
      for (const id of [forbid, replace]) {
        const runs = await local.runs(id)
        assert.deepEqual(
          runs.map(run => [run.trigger, run.status]),
          [
            ['manual', 'running'],
            ['schedule', 'running'],
          ],
        )
        assert.equal(runs[0]!.scheduledAt, undefined)
      }
    }))

  it('starts at most one Job a minute', () =>
    world({ seconds: 1 }, async ({ local, job, until }) => {
      const id = await job({ schedule: '@every 20s' })
      await until('10:03:00')
      assert.deepEqual(nominal(await local.runs(id)), ['10:00:50', '10:01:10', '10:02:10'])
      const { items } = await local.ledger(id)
      const passed = items.filter(row => row.outcome === 'missed')
      assert.ok(passed.length >= 4)
      assert.ok(passed.every(row => row.cause === 'A CronJob starts at most one Job a minute.'))
    }))

  it('runs @every on the grid of its creation', () =>
    world({ seconds: 1 }, async ({ local, job, until }) => {
      const id = await job({ schedule: '@every 7m' })
      await until('10:30:00')
      assert.deepEqual(nominal(await local.runs(id)), ['10:07:30', '10:14:30', '10:21:30', '10:28:30'])
      assert.deepEqual((await local.ledger(id)).summary.succeeded, 4)
    }))

  it('never fires @every whose starting deadline is below the interval', () =>
    world({ seconds: 1 }, async ({ local, job, until }) => {
      const id = await job({ schedule: '@every 10m', startingDeadlineSeconds: 599 })
      await until('12:00:00')
      assert.deepEqual(await local.runs(id), [])
      assert.deepEqual((await local.ledger(id)).items, [])
    }))

  it('tries again with back-off until backoffLimit', () =>
    world({ seconds: 2, exitCode: 3 }, async ({ local, job, until }) => {
      const id = await job({ schedule: '1 10 * * *', backoffLimit: 3 })
      await until('10:01:05')
      assert.equal((await local.runs(id))[0]!.phase, 'backoff')
      await until('10:05:00')
      const [run] = await local.runs(id)
      assert.deepEqual(
        run!.attempts.map(attempt => iso(attempt.startedAt)),
        ['10:01:00', '10:01:12', '10:01:34', '10:02:16'],
      )
      assert.equal(run!.status, 'failed')
      assert.equal(run!.reason, 'BackoffLimitExceeded')
      assert.equal(run!.cause, 'The command exited with code 3. It was the last of 4 attempts.')
      assert.equal(run!.exitCode, 3)
      assert.ok(
        run!.attempts.every(attempt => attempt.exitCode === 3 && attempt.completedAt! - attempt.startedAt === 2000),
      )
    }))

  it('succeeds with the first attempt that does', () =>
    world(
      number => ({ seconds: 1, exitCode: number < 3 ? 1 : 0 }),
      async ({ local, job, until }) => {
        const id = await job({ schedule: '1 10 * * *' })
        await until('10:05:00')
        const [run] = await local.runs(id)
        assert.equal(run!.status, 'succeeded')
        assert.equal(run!.cause, undefined)
        assert.deepEqual(
          run!.attempts.map(attempt => attempt.exitCode),
          [1, 1, 0],
        )
      },
    ))

  it('counts activeDeadlineSeconds over all attempts', () =>
    world({ seconds: 4, exitCode: 1 }, async ({ local, job, until }) => {
      const id = await job({ schedule: '1 10 * * *', activeDeadlineSeconds: 17 })
      await until('10:05:00')
      const [run] = await local.runs(id)
      assert.deepEqual([run!.status, run!.reason, iso(run!.completedAt)], ['failed', 'DeadlineExceeded', '10:01:17'])
      assert.equal(run!.attempts.length, 2)
    }))

  it('starts nothing while suspended, and on resume the latest missed occurrence', () =>
    world({ seconds: 1 }, async ({ local, job, until }) => {
      const id = await job({ schedule: '*/10 * * * *' })
      const { cronJobs } = local.provider
      const set = async (suspend: boolean, options = {}) =>
        cronJobs.update(id, { ...(await cronJobs.get(id))!.spec, suspend }, options)
      await until('10:15:00')
      await set(true)
      await until('10:45:00')
      assert.deepEqual(nominal(await local.runs(id)), ['10:10:00'])
      await set(false)
      await until('11:05:00')
      const runs = await local.runs(id)
      assert.deepEqual(nominal(runs), ['10:10:00', '10:40:00', '10:50:00', '11:00:00'])
      assert.equal(iso(runs[1]!.startedAt), '10:45:00')
      const skipped = (await local.ledger(id, { outcome: 'skipped' })).items
      assert.deepEqual(
        skipped.map(row => [iso(row.scheduledAt), row.reason]),
        [
          ['10:30:00', 'suspended'],
          ['10:20:00', 'suspended'],
        ],
      )

      await set(true)
      await until('11:35:00')
      await set(false, { skipMissed: true })
      await until('11:41:00')
      assert.deepEqual(nominal(await local.runs(id)).slice(4), ['11:40:00'])
    }))

  it('starts nothing because of a changed schedule that was due before the change', () =>
    world({ seconds: 1 }, async ({ local, job, until }) => {
      const id = await job({ schedule: '0 * * * *' })
      await until('11:45:00')
      const { cronJobs } = local.provider
      await cronJobs.update(id, { ...(await cronJobs.get(id))!.spec, schedule: '30 * * * *' })
      await until('12:40:00')
      assert.deepEqual(nominal(await local.runs(id)), ['11:00:00', '12:30:00'])
      const { items } = await local.ledger(id)
      assert.deepEqual(
        items.map(row => iso(row.scheduledAt)),
        ['12:30:00', '11:00:00'],
      )
    }))

  it('stops a run by hand', () =>
    world({ seconds: 600 }, async ({ local, job }) => {
      const id = await job({ schedule: '0 0 1 1 *' })
      const run = await local.provider.executions.trigger(id, {})
      await local.provider.executions.stop(run.id)
      const ended = await local.store.executions.get(run.id)
      assert.deepEqual([ended!.status, ended!.reason, ended!.cause], ['failed', 'Stopped', 'It was stopped by hand.'])
      assert.equal(ended!.attempts[0]!.signal, 'SIGTERM')
    }))

  it('deletes a job with its runs, history and log', () =>
    world({ seconds: 600 }, async ({ local, job, until }) => {
      const id = await job({ schedule: '*/5 * * * *' })
      await until('10:06:00')
      await local.provider.cronJobs.remove(id)
      assert.equal(await local.provider.cronJobs.get(id), undefined)
      assert.deepEqual(await local.runs(id), [])
      assert.deepEqual(await local.store.ledger.periods(id), [])
      assert.deepEqual((await local.logs.read(id, {})).lines, [])
      await until('12:00:00')
      assert.deepEqual(await local.runs(id), [])
    }))
})
