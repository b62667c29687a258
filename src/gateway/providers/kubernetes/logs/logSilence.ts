import type { Clock } from '../../../domain/clock.ts'
import { connectionFailed } from '../client/translateError.ts'

/** The kubelet ends the log of a container that has ended within a second; this is how often it is looked at, milliseconds. */
const lookMs = 5000

/** Notices a log whose end was lost on its way: its container has ended, and nothing comes. Dispose when it has ended. */
export interface LogSilence extends Disposable {
  /** Aborted when two looks, one after the other, found the log silent though it should have ended. */
  readonly signal: AbortSignal
  /** Something came, which is taken in now. */
  broken(): void
  /** It was taken in; more is waited for. */
  waits(): void
}

/** Begins to listen; `isFollowed` tells whether more may come. */
export function logSilence(clock: Clock, server: string, isFollowed: () => boolean): LogSilence {
  const silent = new AbortController()
  let isWaiting = true
  let wasSilent = false
  let timer: Disposable | undefined
  const look = (): void => {
    const isSilent = isWaiting && !isFollowed()
    if (isSilent && wasSilent) return silent.abort(lost(server))
    wasSilent = isSilent
    timer = clock.callAfter(lookMs, look)
  }
  timer = clock.callAfter(lookMs, look)
  return {
    signal: silent.signal,
    broken: () => {
      isWaiting = false
      wasSilent = false
    },
    waits: () => {
      isWaiting = true
    },
    [Symbol.dispose]: () => timer?.[Symbol.dispose](),
  }
}

const lost = (server: string) =>
  connectionFailed('unreachable', `${server} has sent nothing more of a log that has ended, nor its end.`, {
    hint: 'The network or a proxy may have lost the connection; the log is read again.',
  })
