/** A stretch of time with both its ends; epoch milliseconds. */
export interface Span {
  readonly startedAt: number
  readonly endedAt: number
}

/** Answers whether an instant lies in one of the spans, which may overlap and come in any order. */
export function coverOf(spans: readonly Span[]): (instant: number) => boolean {
  const merged: { startedAt: number; endedAt: number }[] = []
  for (const { startedAt, endedAt } of spans.toSorted((a, b) => a.startedAt - b.startedAt)) {
    const last = merged.at(-1)
    if (last && startedAt <= last.endedAt) last.endedAt = Math.max(last.endedAt, endedAt)
    else merged.push({ startedAt, endedAt })
  }
  return instant => {
    let low = 0
    let high = merged.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (merged[middle]!.startedAt <= instant) low = middle + 1
      else high = middle
    }
    const span = merged[low - 1]
    return span !== undefined && instant <= span.endedAt
  }
}
