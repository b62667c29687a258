import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Ledger, LedgerEntry } from '../../../src/contract/ledger.ts'
import {
  addPage,
  keyOf,
  kindOf,
  type Loaded,
  putExecution,
  queryOf,
  refreshHead,
  timeOf,
} from '../../../src/webviews/executionHistory/modelLedger.ts'
import { execution, now } from '../support/cronJobs.ts'
import { ledgerEntries } from '../support/executionHistoryHost.ts'

const summary = { succeeded: 0, failed: 0, running: 0, skipped: 0, missed: 0, unknown: 0 }
const all = ledgerEntries(30)
const page = (items: LedgerEntry[], nextCursor?: string): Ledger => ({
  items,
  from: now,
  to: now,
  summary,
  ...(nextCursor === undefined ? {} : { nextCursor }),
})
const loaded = (items: readonly LedgerEntry[], nextCursor?: string): Loaded => ({ items, summary, nextCursor })
const keys = (state: Loaded) => state.items.map(keyOf)

describe('the loaded part of the ledger', () => {
  it('asks for the window from now, the outcome and the page', () => {
    assert.deepEqual(queryOf('24h', 'all', Date.parse(now)), { from: '2026-11-22T12:00:00.000Z', limit: 200 })
    const query = queryOf('7d', 'failed', Date.parse(now), 'c')
    assert.deepEqual([query.outcome, query.cursor], ['failed', 'c'])
  })

  it('has every entry once, however the pages overlap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 29 }), fc.integer({ min: 0, max: 29 }), (end, start) => {
        const first = loaded(all.slice(0, end), 'more')
        const both = addPage(first, page(all.slice(Math.min(start, end))))
        assert.deepEqual(keys(both), all.map(keyOf))
      }),
    )
  })

  it('takes a fresh first page and keeps what is older', () => {
    const stale = loaded(all.slice(5, 25), 'at-25')
    const fresh = refreshHead(stale, page(all.slice(0, 10), 'at-10'))
    assert.deepEqual(keys(fresh), all.slice(0, 25).map(keyOf))
    assert.equal(fresh.nextCursor, 'at-25')
  })

  it('is what a fresh first page says when there is no second', () => {
    const fresh = refreshHead(loaded(all), page(all.slice(0, 3)))
    assert.deepEqual(keys(fresh), all.slice(0, 3).map(keyOf))
    assert.equal(fresh.nextCursor, undefined)
  })

  it('continues after a first page that has passed all it knew', () => {
    const fresh = refreshHead(loaded(all.slice(20, 25), 'at-25'), page(all.slice(0, 20), 'at-20'))
    assert.equal(fresh.nextCursor, 'at-25')
    assert.equal(refreshHead(loaded([], undefined), page(all.slice(0, 20), 'at-20')).nextCursor, 'at-20')
  })

  it('shows a run by hand in its place, newest first', () => {
    const byHand = execution({ id: 'by-hand', startedAt: '2026-11-23T11:52:00.000Z', trigger: 'manual' })
    const { scheduledAt: _, ...run } = byHand
    const after = putExecution(loaded(all), run, 'all')
    assert.equal(after.items[1]?.execution?.id, 'by-hand')
    const times = after.items.map(timeOf)
    assert.deepEqual(
      times,
      times.toSorted((a, b) => b - a),
    )
  })

  it('makes of an occurrence that was missed a run that is late', () => {
    const missed = all.findIndex(entry => entry.outcome === 'missed')
    const late = execution({ id: 'late', scheduledAt: all[missed]!.scheduledAt! })
    const after = putExecution(loaded(all), late, 'all')
    assert.equal(after.items.length, all.length)
    assert.equal(kindOf(after.items[missed]!), 'succeeded')
  })

  it('adds no run that the filter hides or that an unloaded page will bring', () => {
    const older = execution({ id: 'older', scheduledAt: '2026-11-01T00:00:00.000Z' })
    assert.equal(putExecution(loaded(all, 'more'), older, 'all').items.length, all.length)
    assert.equal(putExecution(loaded(all), older, 'all').items.length, all.length + 1)
    assert.equal(putExecution(loaded([]), execution(), 'failed').items.length, 0)
  })
})
