import { HksError } from '../../../../contract/errors.ts'
import type { Replica } from './replicas.ts'

/** Starts of replicas that nobody else waits for. */
export interface ReplicaStarts {
  /** Under way. */
  readonly count: number
  /** Starts one. */
  add(open: (signal: AbortSignal) => Promise<Replica>): void
  /** Ends those under way: they are told to nobody. Resolves when none is left. */
  cancel(): Promise<void>
}

/** Who is told of a start's end; it does not count any more then. Must not throw. */
export interface ReplicaStartsOptions {
  /** It takes calls, and belongs to the one who is told. */
  readonly onStarted: (replica: Replica) => void
  readonly onFailed: (error: unknown) => void
}

/** A process that ends as soon as it has started is not started for ever. */
const mostTries = 3

/** No starts. */
export function createReplicaStarts({ onStarted, onFailed }: ReplicaStartsOptions): ReplicaStarts {
  const running = new Set<Promise<void>>()
  /** Of those under way that count. */
  let abort = new AbortController()
  let count = 0

  const untilOpen = async (open: (signal: AbortSignal) => Promise<Replica>, signal: AbortSignal): Promise<Replica> => {
    for (let tries = 0; tries < mostTries; tries++) {
      const replica = await open(signal)
      if (replica.instance.isOpen && !signal.aborted) return replica
      await replica.instance.close(0)
      signal.throwIfAborted()
    }
    throw new HksError('FUNCTION_UNAVAILABLE', 'Its process ended as soon as it had started.')
  }
  const run = async (open: (signal: AbortSignal) => Promise<Replica>, signal: AbortSignal): Promise<void> => {
    const [started] = await Promise.allSettled([untilOpen(open, signal)])
    if (signal.aborted) return started.status === 'fulfilled' ? started.value.instance.close(0) : undefined
    count -= 1
    if (started.status === 'fulfilled') onStarted(started.value)
    else onFailed(started.reason)
  }
  return {
    get count() {
      return count
    },
    add: open => {
      count += 1
      const ran = run(open, abort.signal).finally(() => running.delete(ran))
      running.add(ran)
    },
    cancel: async () => {
      abort.abort(new HksError('CANCELLED', 'The start was cancelled.'))
      abort = new AbortController()
      count = 0
      await Promise.all(running)
    },
  }
}
