/** What a run of tests came to. */
export interface TestCounts {
  readonly passed: number
  readonly failed: number
  /** The full titles of the tests that failed. */
  readonly failures: readonly string[]
  /** The full titles of the tests that did not run; each carries its reason. */
  readonly skipped: readonly string[]
}

/** What several runs came to together. */
export function sumOf(runs: readonly TestCounts[]): TestCounts {
  return {
    passed: runs.reduce((sum, run) => sum + run.passed, 0),
    failed: runs.reduce((sum, run) => sum + run.failed, 0),
    skipped: runs.flatMap(run => run.skipped),
    failures: runs.flatMap(run => run.failures),
  }
}

/** One line for a person, and for a program that reads the last line. */
export function countsLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed, ${skipped.length} skipped`
}
