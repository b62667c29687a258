import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type ClockChange, changesWithin } from '../../src/schedule/clockChanges.ts'
import { nextRun, nextRuns } from '../../src/schedule/next.ts'
import { parseSchedule } from '../../src/schedule/parse.ts'
import type { Schedule } from '../../src/schedule/schedule.ts'
import { timeZones } from '../../src/schedule/timeZones.ts'
import { zoneOf } from '../../src/schedule/zone.ts'
import { instant, matches, scheduleCase } from './arbitraries.ts'

const minute = 60_000
const day = 1440 * minute
const zones = timeZones()

const parsed = (text: string): Schedule => {
  const result = parseSchedule(text)
  assert.ok(result.ok, `${text} is refused`)
  return result.schedule
}

/** Zones whose clock never changes, and how far they are from UTC in milliseconds. */
const fixedZones: [string, number][] = [
  ['UTC', 0],
  ['Etc/GMT+12', -12 * 60 * minute],
  ['Etc/GMT-14', 14 * 60 * minute],
  ['Asia/Kolkata', 330 * minute],
  ['Asia/Kathmandu', 345 * minute],
  ['America/Phoenix', -7 * 60 * minute],
]

/** A zone and an instant, every second time within two days of a change of its clock. */
const nearChange = fc
  .record({
    zone: fc.constantFrom(...zones),
    after: instant,
    near: fc.boolean(),
    by: fc.integer({ min: -2 * day, max: 2 * day }),
  })
  .map(({ zone, after, near, by }) => {
    const { end } = zoneOf(zone).segmentAt(Math.floor(after / 1000))
    return { zone, after: near && end < after / 1000 + 366 * 86_400 ? end * 1000 + by : after }
  })

/** The local times that a change skips hold a midnight. */
function skipsMidnight({ at, before, after }: ClockChange): boolean {
  const midnight = Math.ceil((at + before) / 86_400) * 86_400
  return midnight < at + after
}

describe('the next run', function () {
  // Laws are tried many times, maybe on a busy machine.
  this.timeout(60_000)

  it('in a zone without clock changes matches, and nothing between does', () => {
    fc.assert(
      fc.property(scheduleCase, instant, fc.constantFrom(...fixedZones), (schedule, after, [zone, offset]) => {
        const found = nextRun(parsed(schedule.text), after, zone)
        if (found !== undefined) assert.ok(matches(schedule, found + offset), `${schedule.text} ran at ${found}`)
        // Days are looked at one by one, minutes only in the last ones: a scan of five years takes too long.
        const until = found ?? after + 4 * 366 * day
        const from = Math.max(after + 1, until - 2 * day)
        for (let clock = Math.ceil(from / minute) * minute; clock < until; clock += minute)
          assert.ok(!matches(schedule, clock + offset), `${schedule.text} skipped ${clock}`)
        const noon = (clock: number) => Math.floor((clock + offset) / day) * day
        const [someMinute] = schedule.fields[0]!.values
        const [someHour] = schedule.fields[1]!.values
        for (let date = noon(after) + day; date < noon(until); date += day)
          assert.ok(
            !matches(schedule, date + (someHour! * 60 + someMinute!) * minute),
            `${schedule.text} skipped ${date}`,
          )
      }),
      { numRuns: 300 },
    )
  })

  it('in every zone comes strictly later, and again when asked from one second before', () => {
    fc.assert(
      fc.property(scheduleCase, nearChange, (one, { after, zone }) => {
        const schedule = parsed(one.text)
        const found = nextRun(schedule, after, zone)
        if (found === undefined) return
        assert.ok(found > after)
        const clock = zoneOf(zone)
        const local = found + clock.segmentAt(found / 1000).offset * 1000
        if (matches(one, local)) assert.equal(nextRun(schedule, found - 1000, zone), found)
        // The original walk loses its way where a clock change skips a midnight or moves by half an hour.
        else
          assert.ok(
            changesWithin(clock, after / 1000 - 62 * 86_400, (found - after) / 1000 + 62 * 86_400).some(
              change => (change.after - change.before) % 3600 !== 0 || skipsMidnight(change),
            ),
            `${one.text} runs in ${zone} at ${local}, which does not match`,
          )
      }),
      { numRuns: 500 },
    )
  })

  it('is the same whether runs are asked for one by one or together', () => {
    fc.assert(
      fc.property(scheduleCase, instant, fc.constantFrom(...zones), ({ text }, after, zone) => {
        const schedule = parsed(text)
        const together = nextRuns(schedule, after, zone, 70)
        let last = after
        for (const run of together) {
          assert.equal(nextRun(schedule, last, zone), run, `${text} in ${zone} after ${last}`)
          last = run
        }
        if (together.length < 70) assert.equal(nextRun(schedule, last, zone), undefined)
      }),
      { numRuns: 200 },
    )
  })

  it('of @every is the second of the instant plus the duration, in every zone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000_000 }),
        instant,
        fc.constantFrom(...zones),
        (seconds, after, zone) => {
          const schedule = parsed(`@every ${seconds}s`)
          assert.equal(nextRun(schedule, after, zone), Math.floor(after / 1000) * 1000 + seconds * 1000)
        },
      ),
    )
  })

  it('of @every is at least a second away and drops fractions of one', () => {
    for (const [text, seconds] of [
      ['0s', 1],
      ['-5m', 1],
      ['500ms', 1],
      ['1.9s', 1],
      ['1h30m', 5400],
      ['1m0.5s', 60],
    ] as const)
      assert.equal(nextRun(parsed(`@every ${text}`), 1_000_000_999, 'UTC'), 1_000_000_000 + seconds * 1000, text)
  })

  it('is skipped in the gap of a clock change and comes twice in the overlap', () => {
    const schedule = parsed('30 2 * * *')
    const iso = (from: string) =>
      nextRuns(schedule, Date.parse(from), 'Europe/Berlin', 2).map(run => new Date(run).toISOString())
    assert.deepEqual(iso('2026-03-28T12:00:00Z'), ['2026-03-30T00:30:00.000Z', '2026-03-31T00:30:00.000Z'])
    assert.deepEqual(iso('2026-10-24T12:00:00Z'), ['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z'])
  })

  it('is never for a day that does not come within five calendar years', () => {
    assert.equal(nextRun(parsed('0 0 30 2 *'), 0, 'Europe/Berlin'), undefined)
    assert.deepEqual(nextRuns(parsed('0 0 31 4 *'), 0, 'UTC', 3), [])
    assert.equal(nextRun(parsed('0 0 29 2 *'), Date.UTC(2096, 2, 1), 'UTC'), undefined)
    assert.equal(nextRun(parsed('0 0 29 2 *'), Date.UTC(2099, 0, 1), 'UTC'), Date.UTC(2104, 1, 29))
  })

  it('ends also where a whole day is missing, which the original walk does not', () => {
    // 30 December 2011, a Friday, does not exist in Apia.
    const found = nextRun(parsed('0 0 * * 5'), Date.parse('2011-12-28T15:00:00Z'), 'Pacific/Apia')
    assert.equal(new Date(found!).toISOString(), '2012-01-05T10:00:00.000Z')
  })

  it('refuses an instant or a zone that is none', () => {
    for (const after of [Number.NaN, Number.POSITIVE_INFINITY, 1e16])
      assert.throws(() => nextRun(parsed('* * * * *'), after, 'UTC'), RangeError)
    assert.throws(() => nextRun(parsed('* * * * *'), 0, 'Mars/Olympus'), RangeError)
    assert.deepEqual(nextRuns(parsed('* * * * *'), 0, 'UTC', 0), [])
  })
})
