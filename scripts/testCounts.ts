/** What a run of tests came to. */
export interface TestCounts {
  readonly passed: number
  readonly failed: number
  /** The full titles of the tests that did not run; each carries its reason. */
  readonly skipped: readonly string[]
}

/** One line for a person, and for a program that reads the last line. */
export function countsLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed, ${skipped.length} skipped`
}
