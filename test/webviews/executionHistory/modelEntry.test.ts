import assert from 'node:assert/strict'
import type { LedgerEntry } from '../../../src/contract/ledger.ts'
import { entryText, outcomeText } from '../../../src/webviews/executionHistory/modelEntry.ts'
import { barsOf, barsIn, firstShown, timelineHeight } from '../../../src/webviews/executionHistory/modelTimeline.ts'
import { clockOf } from '../../../src/webviews/ui/times.ts'
import { execution, now } from '../support/cronJobs.ts'
import { ledgerEntries } from '../support/executionHistoryHost.ts'

const at = Date.parse(now)
const clock = clockOf('Europe/Berlin', 'en-GB', at)
const scheduledAt = '2026-11-23T01:30:00.000Z'
const ran = (change: Parameters<typeof execution>[0] = {}): LedgerEntry => ({
  scheduledAt,
  outcome: 'ran',
  execution: execution(change),
})

describe('a row of the history', () => {
  it('has due time, start, lateness and duration in the zone of the job', () => {
    const text = entryText(ran(), clock, at)
    assert.match(text.scheduled, /^Mon,? 23 Nov 02:30$/)
    assert.equal(text.started, '02:30:00.4')
    assert.equal(text.lateness, '400 ms')
    assert.equal(text.duration, '12.1 s')
    assert.match(text.label, /^Mon,? 23 Nov 02:30, Succeeded, 12.1 s, schedule$/)
  })

  it('has dashes where nothing ran or nothing was due', () => {
    const missed = entryText({ scheduledAt, outcome: 'missed', cause: 'the gateway was not running' }, clock, at)
    assert.deepEqual([missed.started, missed.lateness, missed.duration], ['–', '–', '–'])
    const { scheduledAt: _, ...byHand } = execution({ trigger: 'manual' })
    const manual = entryText({ outcome: 'ran', execution: byHand }, clock, at)
    assert.deepEqual([manual.started, manual.lateness, manual.trigger], ['02:30:00.4', '–', 'by hand'])
    assert.match(manual.scheduled, /^\(Mon,? 23 Nov 02:30\)$/)
    assert.match(manual.title, /^Run of Mon,? 23 Nov 02:30:00\.4$/)
  })

  it('counts on while it runs', () => {
    const { completedAt: _, ...open } = execution({
      startedAt: '2026-11-23T11:58:30.000Z',
      status: 'running',
      phase: 'running',
    })
    assert.equal(entryText({ outcome: 'ran', execution: open }, clock, at).duration, '1 min 30 s')
  })

  const outcomes: readonly [LedgerEntry, string][] = [
    [ran({ status: 'failed', phase: 'failed', exitCode: 3 }), 'Failed: exit 3'],
    [ran({ status: 'failed', phase: 'failed', cause: 'exit 137 (out of memory)' }), 'Failed: exit 137 (out of memory)'],
    [ran({ status: 'running', phase: 'running' }), 'Running'],
    [ran({ status: 'running', phase: 'backoff' }), 'Waiting for attempt 2'],
    [ran({ status: 'running', phase: 'stopping' }), 'Stopping'],
    [{ scheduledAt, outcome: 'skipped', reason: 'deadline' }, 'Skipped: too late for its starting deadline'],
    [{ scheduledAt, outcome: 'skipped', reason: 'holiday' }, 'Skipped: holiday'],
    [{ scheduledAt, outcome: 'missed' }, 'Missed: nothing ran'],
    [{ scheduledAt, outcome: 'unknown' }, 'Unknown: nobody was watching'],
  ]
  for (const [entry, text] of outcomes) it(`says "${text}"`, () => assert.equal(outcomeText(entry), text))
})

describe('the timeline', () => {
  const entries = ledgerEntries(200)

  it('draws the newest at the right and the longest as high as there is room', () => {
    const bars = barsOf(entries, 0, 50, at)
    assert.equal(bars.length, 50)
    assert.equal(bars.at(-1)?.index, 0)
    assert.deepEqual(
      bars.map(bar => bar.x),
      bars.map(bar => bar.x).toSorted((a, b) => a - b),
    )
    for (const bar of bars) assert.equal(bar.y + bar.height, timelineHeight)
  })

  it('moves as little as it must to show the selected bar', () => {
    assert.equal(firstShown(0, 49, 50, 200), 0)
    assert.equal(firstShown(0, 60, 50, 200), 11)
    assert.equal(firstShown(100, 60, 50, 200), 60)
    assert.equal(firstShown(180, -1, 50, 200), 150)
    assert.equal(firstShown(0, 3, barsIn(10_000), 20), 0)
  })
})
