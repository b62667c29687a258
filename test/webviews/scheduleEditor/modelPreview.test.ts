import assert from 'node:assert/strict'
import { formOf } from '../../../src/webviews/scheduleEditor/modelForm.ts'
import {
  joinWarnings,
  knownZone,
  lintKey,
  peersOf,
  previewOf,
  warningsOf,
} from '../../../src/webviews/scheduleEditor/modelPreview.ts'
import { cronJob, now } from '../support/cronJobs.ts'

const at = Date.parse(now)
const preview = (job = cronJob(), form = formOf(job)) => previewOf(form, { now: at, saved: job })
const iso = (instants: readonly number[]) => instants.map(instant => new Date(instant).toISOString())

describe('the preview of a schedule', () => {
  it('has a sentence and the next ten runs in the zone', () => {
    const { sentence, next, error } = preview()
    assert.equal(error, undefined)
    assert.match(sentence, /02:30 every day, Europe\/Berlin/)
    assert.equal(next.length, 10)
    assert.deepEqual(iso(next.slice(0, 2)), ['2026-11-24T01:30:00.000Z', '2026-11-25T01:30:00.000Z'])
  })

  it('names the fault of a text and nothing else', () => {
    const refused = cronJob({ schedule: '0 25 * * *' })
    const { error, next } = preview(refused)
    assert.equal(error?.field, 'hour')
    assert.deepEqual([error?.position, error?.length], [2, 2])
    assert.deepEqual([next, warningsOf(formOf(refused), { now: at, peers: 0 })], [[], []])
  })

  it('counts an interval from the run that is due next, when nothing was changed', () => {
    const job = cronJob({ schedule: '@every 1h', nextExecutionAt: '2026-11-23T12:20:00.000Z' })
    assert.deepEqual(iso(preview(job).next.slice(0, 2)), ['2026-11-23T12:20:00.000Z', '2026-11-23T13:20:00.000Z'])
    const overdue = cronJob({ schedule: '@every 1h', nextExecutionAt: '2026-11-23T09:20:00.000Z' })
    assert.equal(iso(preview(overdue).next)[0], '2026-11-23T12:20:00.000Z')
  })

  it('counts a changed interval from now', () => {
    const job = cronJob({ schedule: '@every 1h', nextExecutionAt: '2026-11-23T12:20:00.000Z' })
    const changed = previewOf({ ...formOf(job), schedule: '@every 2h' }, { now: at, saved: job })
    assert.equal(iso(changed.next)[0], '2026-11-23T14:00:00.000Z')
  })

  it('warns of a load and a deadline that make no sense', () => {
    const job = cronJob({ schedule: '* * * * *', startingDeadlineSeconds: 5 })
    const warnings = warningsOf(formOf(job), { now: at, usualMilliseconds: 90_000, peers: 12 })
    const codes = warnings.map(warning => warning.code)
    for (const code of ['MORE_OFTEN_THAN_JOB', 'MANY_AT_ONE_MINUTE', 'DEADLINE_TOO_SHORT'])
      assert.ok(codes.includes(code), code)
  })

  it('reads a zone that nobody knows as UTC', () => {
    assert.equal(knownZone('Europe/Atlantis'), undefined)
    assert.equal(iso(preview(cronJob({ timeZone: 'Europe/Atlantis' })).next)[0], '2026-11-24T02:30:00.000Z')
  })

  it('counts the other jobs that start with it', () => {
    const form = formOf(cronJob())
    const others = [
      { name: 'same', schedule: '30 2 * * *', timeZone: 'Europe/Berlin' },
      { name: 'same minute by another clock', schedule: '30 1 * * *' },
      { name: 'another minute', schedule: '31 2 * * *', timeZone: 'Europe/Berlin' },
      { name: 'interval', schedule: '@every 1m' },
      { name: 'broken', schedule: 'x' },
    ]
    assert.equal(peersOf(form, others, at), 2)
  })

  it('adds what only the gateway knows, the worst first', () => {
    const warning = (code: string, severity: 'info' | 'warning' | 'error') => ({ code, severity, message: code })
    const joined = joinWarnings(
      [warning('A', 'warning'), warning('B', 'info')],
      [warning('A', 'warning'), warning('C', 'error')],
    )
    assert.deepEqual(
      joined.map(one => one.code),
      ['C', 'A', 'B'],
    )
    assert.equal(joinWarnings([], undefined).length, 0)
  })

  it('forgets an acknowledged error when what it was about changes', () => {
    const form = formOf(cronJob())
    assert.equal(lintKey(form), lintKey({ ...form, name: 'other' }))
    assert.notEqual(lintKey(form), lintKey({ ...form, startingDeadlineSeconds: '1' }))
  })
})
