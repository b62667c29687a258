import type { Clock } from '../../../domain/clock.ts'

/** A call that waits for room. It is told exactly once: that it is its turn, that it is late, or that it is refused. */
export interface WaitingCall<Place> {
  /** What it holds in memory while it waits. */
  readonly bytes: number
  /** Its caller went away: it leaves the queue and is refused with the signal's reason. */
  readonly signal: AbortSignal
  begin(place: Place): void
  /** It waited for as long as a call may. */
  expire(): void
  refuse(reason: unknown): void
}

/** Calls in the order in which they came. */
export interface CallQueue<Place> {
  readonly size: number
  /** Lines a call up; `full`: it was not taken and is told nothing. */
  add(call: WaitingCall<Place>): 'waits' | 'full'
  /** Gives places to those who wait, first come first served, until there is none. */
  serve(place: () => Place | undefined): void
  /** Refuses all. */
  refuseAll(reason: unknown): void
}

/** What a queue holds, and for how long. */
export interface CallQueueOptions {
  readonly clock: Pick<Clock, 'callAfter'>
  /** The most calls; asked for each, since a new revision may have another. */
  readonly most: () => number
  /** The most bytes of all that wait; one alone may have more. */
  readonly mostBytes: number
  readonly waitMs: number
}

/** An empty queue. */
export function createCallQueue<Place>({ clock, most, mostBytes, waitMs }: CallQueueOptions): CallQueue<Place> {
  /** Each with what stops its timer and its listener. */
  const waiting = new Map<WaitingCall<Place>, () => void>()
  let bytes = 0

  const leave = (call: WaitingCall<Place>) => {
    waiting.get(call)?.()
    waiting.delete(call)
    bytes -= call.bytes
  }
  const isFull = (call: WaitingCall<Place>) =>
    waiting.size >= most() || (waiting.size > 0 && bytes + call.bytes > mostBytes)

  return {
    get size() {
      return waiting.size
    },
    add: call => {
      if (isFull(call)) return 'full'
      const onAbort = () => {
        leave(call)
        call.refuse(call.signal.reason)
      }
      const timer = clock.callAfter(waitMs, () => {
        leave(call)
        call.expire()
      })
      waiting.set(call, () => {
        timer[Symbol.dispose]()
        call.signal.removeEventListener('abort', onAbort)
      })
      bytes += call.bytes
      call.signal.addEventListener('abort', onAbort, { once: true })
      if (call.signal.aborted) onAbort()
      return 'waits'
    },
    serve: place => {
      for (const call of waiting.keys()) {
        const free = place()
        if (free === undefined) return
        leave(call)
        call.begin(free)
      }
    },
    refuseAll: reason => {
      for (const call of [...waiting.keys()]) {
        leave(call)
        call.refuse(reason)
      }
    },
  }
}
