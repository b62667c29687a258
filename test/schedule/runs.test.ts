import assert from 'node:assert/strict'
import fc from 'fast-check'
import { latestRun, nextRun, parseSchedule, runsBetween, type Schedule } from '../../src/schedule/index.ts'
import { instant, scheduleCase } from './arbitraries.ts'

const parsed = (text: string): Schedule => {
  const result = parseSchedule(text)
  assert.ok(result.ok)
  return result.schedule
}
const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'Africa/Cairo', 'Asia/Kolkata')
const anySchedule = fc.oneof(
  scheduleCase.map(one => one.text),
  fc.integer({ min: 1, max: 100_000 }).map(seconds => `@every ${seconds}s`),
)
const span = fc.integer({ min: 0, max: 20 * 86_400_000 })

describe('the runs of a span', function () {
  // Laws are tried many times, maybe on a busy machine.
  this.timeout(60_000)

  it('are those that follow each other from its start, up to its end and the limit', () => {
    fc.assert(
      fc.property(
        anySchedule,
        instant,
        span,
        zone,
        fc.integer({ min: 0, max: 50 }),
        (text, from, length, inZone, limit) => {
          const schedule = parsed(text)
          const runs = runsBetween(schedule, from, from + length, inZone, limit)
          let last: number | undefined = from
          for (const run of runs) {
            last = nextRun(schedule, last!, inZone)
            assert.equal(run, last)
          }
          assert.ok(runs.length <= limit && (runs.at(-1) ?? from) <= from + length)
          if (runs.length < limit) assert.ok((nextRun(schedule, last!, inZone) ?? Infinity) > from + length)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('hold the latest run as their last, and their number', () => {
    fc.assert(
      fc.property(anySchedule, instant, span, zone, (text, from, length, inZone) => {
        const schedule = parsed(text)
        const runs = runsBetween(schedule, from, from + length, inZone, Infinity)
        const { latest, missed } = latestRun(schedule, from, from + length, inZone)
        assert.equal(latest, runs.at(-1))
        assert.equal(missed, runs.length)
      }),
      { numRuns: 100 },
    )
  })

  it('exclude the start and include the end', () => {
    const noon = Date.UTC(2026, 5, 1, 12)
    assert.deepEqual(runsBetween(parsed('0 * * * *'), noon, noon + 3_600_000, 'UTC', 10), [noon + 3_600_000])
    assert.deepEqual(latestRun(parsed('0 * * * *'), noon, noon, 'UTC'), { missed: 0 })
    assert.deepEqual(latestRun(parsed('@every 1s'), noon, noon, 'UTC'), { missed: 0 })
  })

  it('of years of every second are counted without being visited', () => {
    const from = Date.UTC(1990, 0, 1)
    const to = Date.UTC(2040, 0, 1)
    assert.deepEqual(latestRun(parsed('@every 1s'), from, to, 'UTC'), { latest: to, missed: (to - from) / 1000 })
  })
})
