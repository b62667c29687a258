import type { HksError } from '../../../../contract/errors.ts'

/** One answer that comes bit by bit. Dispose when it has ended. */
interface OpenStream extends Disposable {
  /** Aborted when the stream counts as lost. */
  readonly signal: AbortSignal
  /** Passes on what comes, and remembers when. */
  heard(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
}

/** The streams of a client, and when something of each came last. */
export interface OpenStreams {
  begin(): OpenStream
  /** Ends, for that reason, each in which nothing came for so many milliseconds. */
  endSilent(milliseconds: number, reason: HksError): void
  /** Ends all, for that reason. */
  endAll(reason: HksError): void
}

/** None is open; `now` counts milliseconds and never jumps. */
export function createOpenStreams(now: () => number): OpenStreams {
  const open = new Map<AbortController, number>()
  return {
    begin: () => {
      const end = new AbortController()
      open.set(end, now())
      return {
        signal: end.signal,
        heard: async function* (chunks) {
          try {
            for await (const chunk of chunks) {
              open.set(end, now())
              yield chunk
            }
          } finally {
            open.delete(end)
          }
        },
        [Symbol.dispose]: () => void open.delete(end),
      }
    },
    endSilent: (milliseconds, reason) => {
      const since = now() - milliseconds
      for (const [end, at] of open) if (at <= since) end.abort(reason)
    },
    endAll: reason => {
      for (const end of open.keys()) end.abort(reason)
    },
  }
}
