/** How the clock of this machine stands to that of a server. */
export interface ServerTime {
  /** Milliseconds that this machine is ahead; negative when it is behind, 0 when nothing is known or it is of no account. */
  aheadMs(): number
  /** An answer with this `Date` came; both instants are this machine's, epoch milliseconds. */
  heard(date: string | undefined, sentAt: number, cameAt: number): void
}

/** A date has whole seconds (RFC 9110, 5.6.7). */
const secondMs = 1000
/** Answers that took longer tell too little. */
const slowestMs = 2000
/** Less is of no account: nothing that is shown depends on it. */
const toleranceMs = 5000

/** Nothing is known yet. */
export function createServerTime(): ServerTime {
  let ahead = 0
  return {
    aheadMs: () => ahead,
    heard: (date, sentAt, cameAt) => {
      const told = Date.parse(date ?? '')
      if (Number.isNaN(told) || cameAt - sentAt > slowestMs || cameAt < sentAt) return
      const least = sentAt - told - secondMs
      const most = cameAt - told
      // What is known already fits, too.
      if (ahead !== 0 && ahead >= least && ahead <= most) return
      const middle = Math.round((least + most) / 2)
      ahead = Math.abs(middle) < toleranceMs ? 0 : middle
    },
  }
}
