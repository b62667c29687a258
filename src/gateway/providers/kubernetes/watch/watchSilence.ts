import type { Clock } from '../../../domain/clock.ts'
import { connectionFailed } from '../client/translateError.ts'

/** The API server sends a bookmark that often at least: each 60 to 75 seconds (`bookmarkFrequency` of its watch cache and its jitter). */
const bookmarkMs = 75_000
/** A watch without a byte for longer is cut off somewhere on its way, for example by a proxy that has lost the server. */
export const longestSilenceMs = 90_000
/** Where a whole network is lost, each other connection has been silent for at least so long when a watch is found to be. */
export const othersSilenceMs = longestSilenceMs - bookmarkMs

/** Notices a watch in which nothing comes. Dispose when it has ended. */
export interface WatchSilence extends Disposable {
  /** Aborted after the silence. */
  readonly signal: AbortSignal
  /** Something came. */
  broken(): void
}

/** Begins to listen. */
export function watchSilence(clock: Clock, server: string): WatchSilence {
  const silent = new AbortController()
  const giveUp = () =>
    silent.abort(
      connectionFailed('unreachable', `${server} has sent nothing for ${longestSilenceMs / 1000} s.`, {
        hint: 'The network or a proxy may have lost the connection; it is made anew.',
      }),
    )
  let timer = clock.callAfter(longestSilenceMs, giveUp)
  return {
    signal: silent.signal,
    broken: () => {
      timer[Symbol.dispose]()
      timer = clock.callAfter(longestSilenceMs, giveUp)
    },
    [Symbol.dispose]: () => timer[Symbol.dispose](),
  }
}
