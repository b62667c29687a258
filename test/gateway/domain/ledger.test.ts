import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseSchedule, runsBetween } from '../../../src/schedule/index.ts'
import type { Execution, SchedulePeriod } from '../../../src/gateway/domain/cronJob.ts'
import { nextOccurrence } from '../../../src/gateway/domain/ledgerOccurrences.ts'
import { countRows, filterRows, pageRows } from '../../../src/gateway/domain/ledgerPage.ts'
import { type LedgerFacts, type LedgerRow, ledgerRows } from '../../../src/gateway/domain/ledgerRows.ts'
import { execution } from '../store/records.ts'

const start = Date.parse('2026-03-01T00:00:00Z')
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const period = (fields: Partial<SchedulePeriod> = {}): SchedulePeriod => ({
  applicationId: 'a',
  schedule: '0 * * * *',
  suspend: false,
  concurrencyPolicy: 'Allow',
  anchor: start,
  validFrom: start,
  ...fields,
})
const facts = (fields: Partial<LedgerFacts> = {}): LedgerFacts => ({
  periods: [period()],
  executions: [],
  decisions: [],
  spans: [{ startedAt: start, endedAt: start + 400 * day }],
  now: start + 12 * hour,
  unwatched: 'missed',
  ...fields,
})
const run = (scheduledAt: number, fields: Partial<Execution> = {}): Execution =>
  execution('a', { scheduledAt, startedAt: scheduledAt, completedAt: scheduledAt + 1000, ...fields })
const all = (given: LedgerFacts) => ledgerRows(given, { from: start, to: given.now }).rows
const at = (rows: readonly LedgerRow[], instant: number) => rows.find(row => row.scheduledAt === instant)

describe('ledgerRows', () => {
  it('knows no occurrence of a schedule or a zone that only the cluster knows', () => {
    const odd = [period({ schedule: 'TZ=UTC 0 * * * *' }), period({ timeZone: 'Mars/Olympus' })]
    for (const each of odd) {
      assert.deepEqual(all(facts({ periods: [each] })), [])
      assert.equal(nextOccurrence(each, start), undefined)
    }
  })

  it('gives each outcome its reason and its cause', () => {
    const rows = all(
      facts({
        periods: [
          period({ validTo: start + 2.5 * hour }),
          period({ suspend: true, validFrom: start + 2.5 * hour, validTo: start + 4.5 * hour }),
          period({ validFrom: start + 4.5 * hour, startingDeadlineSeconds: 60 }),
        ],
        executions: [
          run(start + hour),
          run(start + 2 * hour, { status: 'failed', phase: 'failed', cause: 'It broke.' }),
        ],
        decisions: [
          { applicationId: 'a', scheduledAt: start + 5 * hour, reason: 'deadline', decidedAt: start + 6 * hour },
        ],
        spans: [
          { startedAt: start, endedAt: start + 7.5 * hour },
          { startedAt: start + 9.5 * hour, endedAt: start + 12 * hour },
        ],
      }),
    )
    assert.deepEqual(
      rows.toReversed().map(row => [(row.at - start) / hour, row.outcome, row.reason, row.cause]),
      [
        [1, 'ran', undefined, undefined],
        [2, 'ran', undefined, 'It broke.'],
        [3, 'skipped', 'suspended', 'The CronJob was suspended.'],
        [4, 'skipped', 'suspended', 'The CronJob was suspended.'],
        [5, 'skipped', 'deadline', 'It could not start within its startingDeadlineSeconds of 60.'],
        [6, 'missed', undefined, undefined],
        [7, 'missed', undefined, undefined],
        [8, 'missed', undefined, 'The gateway was not running, or this machine was asleep.'],
        [9, 'missed', undefined, 'The gateway was not running, or this machine was asleep.'],
        [10, 'missed', undefined, undefined],
        [11, 'missed', undefined, undefined],
      ],
    )
  })

  it('calls unknown what nobody watched where jobs run without a gateway', () => {
    const rows = all(
      facts({ spans: [{ startedAt: start + 6.5 * hour, endedAt: start + 12 * hour }], unwatched: 'unknown' }),
    )
    assert.equal(at(rows, start + 6 * hour)!.outcome, 'unknown')
    assert.equal(at(rows, start + 7 * hour)!.outcome, 'missed')
  })

  it('says nothing yet of an occurrence that may be about to start', () => {
    const given = facts({ now: start + hour + 1000 })
    assert.deepEqual(all(given), [])
    assert.equal(all({ ...given, now: start + hour + 10_000 })[0]!.outcome, 'missed')
    assert.equal(all({ ...given, executions: [run(start + hour)] })[0]!.outcome, 'ran')
  })

  it('shows runs by hand, and runs that no schedule explains', () => {
    const manual = execution('a', { trigger: 'manual', startedAt: start + 90 * minute })
    const odd = run(start + 100 * minute)
    const rows = all(facts({ executions: [manual, odd], now: start + 2 * hour }))
    assert.deepEqual(
      rows.map(row => [row.execution?.id, row.scheduledAt]),
      [
        [odd.id, start + 100 * minute],
        [manual.id, undefined],
        [undefined, start + hour],
      ],
    )
  })

  it('tells skipped by concurrency from what ran while it was due', () => {
    const rows = all(
      facts({
        periods: [period({ concurrencyPolicy: 'Forbid' })],
        executions: [run(start + hour, { completedAt: start + 3.5 * hour })],
        now: start + 4.5 * hour,
      }),
    )
    assert.deepEqual(
      rows.map(row => [row.outcome, row.reason]),
      [
        ['missed', undefined],
        ['skipped', 'concurrency'],
        ['skipped', 'concurrency'],
        ['ran', undefined],
      ],
    )
  })

  it('has each occurrence of the window exactly once, none of the future, newest first', () => {
    const schedules = ['*/7 * * * *', '0 3 * * *', '15,45 */2 * * 1-5', '@every 11m', '30 2 * * *', '0 0 1 * *']
    const change = fc.record({
      afterMinutes: fc.integer({ min: 1, max: 3000 }),
      schedule: fc.constantFrom(...schedules),
      suspend: fc.boolean(),
      timeZone: fc.constantFrom(undefined, 'Europe/Berlin', 'America/St_Johns'),
      concurrencyPolicy: fc.constantFrom('Allow' as const, 'Forbid' as const, 'Replace' as const),
    })
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: -1000, max: 9000 }),
        fc.integer({ min: 0, max: 9000 }),
        fc.array(fc.nat(9000), { maxLength: 4 }),
        (changes, fromMinute, length, spanMinutes) => {
          let validFrom = start
          const periods = changes.map(({ afterMinutes, timeZone, ...rest }, i): SchedulePeriod => {
            const begin = validFrom
            validFrom += afterMinutes * minute + 500
            return period({
              ...rest,
              ...(timeZone === undefined ? {} : { timeZone }),
              validFrom: begin,
              ...(i < changes.length - 1 ? { validTo: validFrom } : {}),
            })
          })
          const now = start + 8000 * minute + 123
          const window = { from: start + fromMinute * minute, to: start + (fromMinute + length) * minute }
          const spans = spanMinutes.map(m => ({ startedAt: start + m * minute, endedAt: start + (m + 600) * minute }))
          const { rows } = ledgerRows(facts({ periods, spans, now }), window)

          const expected = new Set<number>()
          for (const each of periods) {
            const parsed = parseSchedule(each.schedule)
            assert.ok(parsed.ok)
            const from = parsed.schedule.kind === 'every' ? each.anchor : each.validFrom
            const to = Math.min(each.validTo ?? Infinity, now, window.to)
            for (const instant of runsBetween(parsed.schedule, from, to, each.timeZone ?? 'UTC', Infinity)) {
              if (instant > each.validFrom && instant >= window.from) expected.add(instant)
            }
          }
          assert.deepEqual(
            rows.map(row => row.scheduledAt),
            [...expected].sort((a, b) => b - a),
          )
          assert.ok(rows.every(row => row.at <= now))
        },
      ),
      { numRuns: 150 },
    )
  })

  it('bounds its work: a window with too many occurrences begins later', () => {
    const given = facts({ periods: [period({ schedule: '* * * * *' })], now: start + 30 * day + 10_000 })
    const { from, rows } = ledgerRows(given, { from: start, to: given.now }, 5000)
    assert.equal(rows.length, 5000)
    assert.equal(from, rows.at(-1)!.at)
    assert.equal(ledgerRows(given, { from: start, to: given.now }).rows.length, 30 * 24 * 60)
  })
})

describe('pages of a ledger', () => {
  const rows = all(
    facts({
      executions: [
        run(start + hour, { completedAt: start + hour + 1000 }),
        run(start + 2 * hour, { completedAt: start + 2 * hour + 3000 }),
        run(start + 3 * hour, { completedAt: start + 3 * hour + 9000, status: 'failed', phase: 'failed' }),
        execution('a', { startedAt: start + 3 * hour, trigger: 'manual', status: 'running', phase: 'running' }),
      ].map((each, i) => (i < 3 ? each : (({ completedAt: _, ...rest }) => rest)(each))),
    }),
  )

  it('follow each other without gap or duplicate, whatever the limit', () => {
    for (let limit = 1; limit <= rows.length + 1; limit++) {
      const seen: LedgerRow[] = []
      for (let cursor: string | undefined; ; ) {
        const page = pageRows(rows, limit, cursor)
        seen.push(...page.items)
        if (page.nextCursor === undefined) break
        cursor = page.nextCursor
      }
      assert.deepEqual(seen, rows)
    }
    assert.throws(() => pageRows(rows, 1, 'nonsense'), { code: 'INVALID_REQUEST' })
  })

  it('are counted as a whole', () => {
    assert.deepEqual(countRows(rows), {
      succeeded: 2,
      failed: 1,
      running: 1,
      skipped: 0,
      missed: 8,
      unknown: 0,
      medianMilliseconds: 3000,
      p95Milliseconds: 9000,
    })
    assert.equal(countRows([]).medianMilliseconds, undefined)
  })

  it('can be filtered by outcome and by result', () => {
    assert.equal(filterRows(rows, 'ran').length, 4)
    assert.equal(filterRows(rows, 'failed').length, 1)
    assert.equal(filterRows(rows, 'missed').length, 8)
    assert.equal(filterRows(rows, undefined).length, 12)
  })
})
