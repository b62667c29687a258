import type { Zone } from './zone.ts'

/** A change of a zone's clock. */
export interface ClockChange {
  /** First second with the new offset, since 1970. */
  readonly at: number
  /** Seconds ahead of UTC before `at`. */
  readonly before: number
  /** Seconds ahead of UTC from `at` on. */
  readonly after: number
}

/** The changes of a zone's clock in (from, from + span], in seconds. */
export function changesWithin(zone: Zone, from: number, span: number): ClockChange[] {
  const changes: ClockChange[] = []
  for (let segment = zone.segmentAt(from); segment.end <= from + span; ) {
    const next = zone.segmentAt(segment.end)
    if (next.offset !== segment.offset) changes.push({ at: segment.end, before: segment.offset, after: next.offset })
    segment = next
  }
  return changes
}
