import type { FunctionInstance, RevisionCode } from './functionPool.ts'

/** A loaded revision that serves or may serve. */
export interface Replica {
  readonly instance: FunctionInstance
  readonly code: RevisionCode
  /** How many changes of what replicas are opened with had been seen before this one was. */
  readonly openedAsOf: number
  /** Counts up from 1 in the order in which they began to serve; 0 before that. */
  number: number
  /** When it began to serve; epoch milliseconds. */
  servesSince: number
  /** When its last call ended, or it began to serve; epoch milliseconds. */
  idleSince: number
}

/** The replicas that serve one function, and those that still end the calls they have. */
export interface Replicas {
  /** The longest serving first. */
  readonly serving: ReadonlySet<Replica>
  /** The number of the latest to serve; one with a greater number did not serve before now. */
  readonly latest: number
  /** The least busy that can take another call, among equals the longest serving: so that the others become idle. */
  withRoom(concurrency: number): Replica | undefined
  /** It serves from now on. */
  add(replica: Replica, now: number): void
  /** No new calls for it; resolves when nothing of it is left, which takes `graceSeconds` at most. */
  end(replica: Replica, graceSeconds: number): Promise<void>
  /** Ends all, also sooner those that end already. */
  endAll(graceSeconds: number): Promise<void>
}

/** No replicas. */
export function createReplicas(): Replicas {
  const serving = new Set<Replica>()
  const ending = new Set<Replica>()
  let latest = 0

  const end = async (replica: Replica, graceSeconds: number): Promise<void> => {
    serving.delete(replica)
    ending.add(replica)
    await replica.instance.close(graceSeconds)
    ending.delete(replica)
  }
  return {
    serving,
    get latest() {
      return latest
    },
    withRoom: concurrency => leastBusy(serving, concurrency),
    add: (replica, now) => {
      replica.number = latest += 1
      replica.servesSince = now
      replica.idleSince = now
      serving.add(replica)
    },
    end,
    endAll: async graceSeconds => {
      await Promise.all([...ending, ...serving].map(replica => end(replica, graceSeconds)))
    },
  }
}

function leastBusy(replicas: Iterable<Replica>, concurrency: number): Replica | undefined {
  let best: Replica | undefined
  for (const replica of replicas) {
    const { inFlight, isOpen, isSuspect } = replica.instance
    if (!isOpen || isSuspect || inFlight >= concurrency) continue
    if (best === undefined || inFlight < best.instance.inFlight) best = replica
  }
  return best
}
