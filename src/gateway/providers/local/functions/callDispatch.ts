import type { Clock } from '../../../domain/clock.ts'
import type { SandboxLevel } from '../../../platform/sandbox/sandbox.ts'
import { notStarted, overloaded, unavailable, waitedTooLong } from './callOutcomes.ts'
import { createCallQueue } from './callQueue.ts'
import type { CallOutcome, InstanceCall } from './functionPool.ts'
import type { Replica, Replicas } from './replicas.ts'
import { type LocalScaling, longestQueue } from './scaling.ts'

/** How a call ended, and how it came to a process. */
export interface ServedCall {
  readonly outcome: CallOutcome
  /** It waited for a process to start. */
  readonly coldStart: boolean
  readonly revision: number
  /** Whole milliseconds from its arrival until a process took it, or until it was refused. */
  readonly queueMs: number
  /** How the process that took it is kept from the rest of the machine; absent when none did. */
  readonly sandbox?: SandboxLevel
}

/** Leads each call to a replica with room, or lets it wait for one. */
export interface CallDispatch {
  /** Calls that wait. */
  readonly waiting: number
  /** Rejects only with what nobody foresaw. */
  call(call: InstanceCall): Promise<ServedCall>
  /** Room may have come up: those who wait get it. */
  serve(): void
  /** Nobody who waits will be served. */
  refuseAll(reason: unknown): void
}

/** What leading calls needs. */
export interface CallDispatchOptions {
  readonly clock: Pick<Clock, 'callAfter'>
  readonly replicas: Pick<Replicas, 'serving' | 'latest' | 'withRoom'>
  /** Seconds that a call waits, at most. */
  readonly queueSeconds: number
  /** What serves; absent for nothing. */
  readonly revision: () => { readonly number: number; readonly scaling: LocalScaling } | undefined
  /** One more call waits. */
  readonly onWaiting: () => void
}

/** Bodies of the calls that wait for a process of one function. */
const mostWaitingBytes = 128 * 1024 * 1024

/** Leads calls; none waits yet. */
export function createCallDispatch(options: CallDispatchOptions): CallDispatch {
  const { replicas, queueSeconds, revision } = options
  const queue = createCallQueue<Replica>({
    clock: options.clock,
    most: () => (revision() ? longestQueue(revision()!.scaling) : 0),
    mostBytes: mostWaitingBytes,
    waitMs: queueSeconds * 1000,
  })
  const withRoom = () => {
    const serves = revision()
    return serves && replicas.withRoom(serves.scaling.containerConcurrency)
  }
  const begin = async (replica: Replica, call: InstanceCall, coldStart: boolean, queueMs: number) => {
    const outcome = await replica.instance.call(call)
    return { outcome, coldStart, revision: replica.code.revision, queueMs, sandbox: replica.instance.level }
  }
  const wait = async (call: InstanceCall): Promise<ServedCall> => {
    const arrivedAt = performance.now()
    const { latest } = replicas
    const isFirst = replicas.serving.size === 0
    const waited = () => Math.round(performance.now() - arrivedAt)
    const turn = Promise.withResolvers<ServedCall>()
    const refused = (outcome: CallOutcome): ServedCall => ({
      outcome,
      coldStart: isFirst,
      revision: revision()?.number ?? 0,
      queueMs: waited(),
    })
    const lined = queue.add({
      bytes: call.request.body.length,
      signal: call.signal,
      begin: replica => turn.resolve(begin(replica, call, replica.number > latest, waited())),
      expire: () => turn.resolve(refused(waitedTooLong(queueSeconds))),
      refuse: turn.reject,
    })
    if (lined === 'full') return refused(overloaded)
    options.onWaiting()
    try {
      return await turn.promise
    } catch (error) {
      return refused(notStarted(error, call.signal))
    }
  }

  return {
    get waiting() {
      return queue.size
    },
    call: async call => {
      const serves = revision()
      if (!serves) {
        return {
          outcome: unavailable('No revision of the function serves.'),
          coldStart: false,
          revision: 0,
          queueMs: 0,
        }
      }
      const replica = queue.size === 0 ? withRoom() : undefined
      return replica ? begin(replica, call, false, 0) : wait(call)
    },
    serve: () => queue.serve(withRoom),
    refuseAll: queue.refuseAll,
  }
}
