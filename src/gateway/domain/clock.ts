/** Time as the gateway sees it. Injected, so that a test runs a year in a second. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z; an integer. May jump when the machine's clock is set. */
  now(): number
  /**
   * Calls back once, at or shortly after the wall-clock instant `at` (epoch milliseconds), also when the clock is set
   * forward meanwhile. Dispose to cancel.
   */
  callAt(at: number, callback: () => void): Disposable
  /** Calls back once after that much time has passed, however the clock is set meanwhile. Dispose to cancel. */
  callAfter(milliseconds: number, callback: () => void): Disposable
}
