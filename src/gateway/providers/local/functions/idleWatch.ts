import type { Clock } from '../../../domain/clock.ts'
import type { Replica } from './replicas.ts'

/** Ends replicas that no call has needed for a while. Dispose to end none any more. */
export interface IdleWatch extends Disposable {
  /** A call of it has ended. */
  noteEnd(replica: Replica): void
  /** Others serve than before. */
  look(): void
}

/** What to end, and when. */
export interface IdleWatchOptions {
  readonly clock: Clock
  readonly serving: ReadonlySet<Replica>
  /** So many are never ended. */
  readonly minScale: () => number
  /** Milliseconds without a call after which the last one ends. */
  readonly idleMs: number
  readonly end: (replica: Replica) => void
}

/** Those beside the last end sooner, as in Knative, whose autoscaler looks back for so long. */
const surplusMs = 60_000
/** Not all at once: the load that they were started for may come in waves. */
const stepMs = 10_000

/** One timer at a time: calls only move the instant from which it counts. */
export function createIdleWatch({ clock, serving, minScale, idleMs, end }: IdleWatchOptions): IdleWatch {
  let timer: Disposable | undefined
  /** Runs for a while after one was ended. */
  let step: Disposable | undefined

  const look = () => {
    timer?.[Symbol.dispose]()
    timer = undefined
    const first = step || serving.size <= minScale() ? undefined : longestIdle(serving)
    if (!first) return
    const limit = serving.size === 1 ? idleMs : Math.min(surplusMs, idleMs)
    // A clock that was set back must not keep it for longer.
    const left = Math.min(first.idleSince + limit - clock.now(), limit)
    if (left > 0) {
      timer = clock.callAfter(left, look)
      return
    }
    step = clock.callAfter(Math.min(stepMs, idleMs), () => {
      step = undefined
      look()
    })
    end(first)
  }
  return {
    noteEnd: replica => {
      if (replica.instance.inFlight > 0) return
      replica.idleSince = clock.now()
      if (!timer) look()
    },
    look,
    [Symbol.dispose]: () => {
      timer?.[Symbol.dispose]()
      step?.[Symbol.dispose]()
    },
  }
}

/** Among equals the one that serves for the shortest time, which gets the fewest calls. */
function longestIdle(serving: ReadonlySet<Replica>): Replica | undefined {
  const idle = [...serving].filter(({ instance }) => instance.inFlight === 0)
  return idle.sort((a, b) => a.idleSince - b.idleSince || b.number - a.number)[0]
}
