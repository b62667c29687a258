import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nextRuns, parseSchedule } from '../../../../src/schedule/index.ts'
import { createFakeClock } from '../../../support/fakeClock.ts'
import { openLocal } from './localGateway.ts'
import { timedAttempts } from './timedAttempt.ts'

describe('a year under the local controller', function () {
  this.timeout(120_000)

  it('runs every occurrence of the schedules once, at its time, and the ledger agrees', async () => {
    // In memory where there is such a file system: a year of commits waits for no disk.
    const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'hks-test-'))
    const from = Date.parse('2026-01-01T00:00:30Z')
    const to = Date.parse('2027-01-01T00:00:30Z')
    const clock = createFakeClock(from)
    const attempts = timedAttempts(clock, () => ({ seconds: 30 }))
    const local = await openLocal(clock, { home: join(root, 'home'), startAttempt: attempts.start })
    const schedules = [
      { name: 'daily', schedule: '30 2 * * *', timeZone: 'Europe/Berlin' },
      { name: 'weekdays', schedule: '0 9,18 * * 1-5', timeZone: 'America/New_York' },
      { name: 'monthly', schedule: '@monthly' },
      { name: 'grid', schedule: '@every 100h' },
    ]
    const jobs = await Promise.all(schedules.map(fields => local.create(fields)))
    await clock.advanceTo(to, local.settle)

    for (const [i, { schedule, timeZone = 'UTC' }] of schedules.entries()) {
      const parsed = parseSchedule(schedule)
      assert.ok(parsed.ok)
      const expected = nextRuns(parsed.schedule, from, timeZone, 1000).filter(instant => instant <= to)
      const runs = await local.runs(jobs[i]!.id)
      assert.deepEqual(
        runs.map(run => run.scheduledAt),
        expected,
      )
      assert.ok(runs.every(run => run.startedAt === run.scheduledAt && run.status === 'succeeded'))
      const { summary } = await local.ledger(jobs[i]!.id, { from, to })
      assert.deepEqual([summary.succeeded, summary.missed, summary.skipped], [expected.length, 0, 0])
    }
    assert.deepEqual(local.problems, [])
    await local.close()
    rmSync(root, { recursive: true, force: true })
  })
})
