import type { LedgerEntry } from '../../contract/ledger.ts'
import { durationOf } from './modelEntry.ts'
import { type EntryKind, keyOf, kindOf } from './modelLedger.ts'

/** Room for one bar, gap included, and the height of the tallest, in pixels. */
export const barPitch = 9
/** Height of the drawing in pixels. */
export const timelineHeight = 56
const least = 4
/** Above the bars there is room for the marks of those that failed. */
const markRoom = 12

/** One bar, placed from the left; `index` is its place among the entries, newest first. */
export interface Bar {
  readonly index: number
  readonly key: string
  readonly kind: EntryKind
  readonly x: number
  readonly y: number
  readonly height: number
}

/** How many bars fit into a width. */
export const barsIn = (width: number): number => Math.max(1, Math.floor(width / barPitch))

/**
 * The first entry to draw so that the selected one is seen; 0 is the newest.
 * @param first what was drawn first until now
 */
export function firstShown(first: number, selected: number, count: number, total: number): number {
  const kept =
    selected < 0 ? first : selected < first ? selected : selected >= first + count ? selected - count + 1 : first
  return Math.max(0, Math.min(kept, total - count))
}

/** The bars of a stretch of entries, the oldest at the left. Height is duration against the longest one shown. */
export function barsOf(entries: readonly LedgerEntry[], first: number, count: number, now: number): Bar[] {
  const shown = entries.slice(first, first + count)
  const durations = shown.map(({ execution }) => (execution === undefined ? 0 : durationOf(execution, now)))
  const longest = Math.max(1, ...durations)
  return shown
    .map((entry, i) => {
      // What did not run has no duration; half the height makes it visible as a gap.
      const share = entry.execution === undefined ? 0.5 : durations[i]! / longest
      const height = Math.max(least, Math.round(share * (timelineHeight - markRoom)))
      return {
        index: first + i,
        key: keyOf(entry),
        kind: kindOf(entry),
        x: (shown.length - 1 - i) * barPitch,
        y: timelineHeight - height,
        height,
      }
    })
    .reverse()
}
