import { HksError } from '../../../../contract/errors.ts'
import type { Clock } from '../../../domain/clock.ts'
import { notStarted, unavailable } from './callOutcomes.ts'
import type { CallOutcome, FunctionInstance, FunctionPool, InstanceCall, RevisionCode } from './functionPool.ts'
import { untilAborted } from './untilAborted.ts'

/** A revision that can be started at any time: secrets are read anew for each start. */
export interface StartableRevision {
  readonly number: number
  readonly prepare: (signal: AbortSignal) => Promise<RevisionCode>
}

/** A loaded instance that does not serve yet. */
export interface Candidate {
  readonly revision: StartableRevision
  /** Discards it. */
  close(): Promise<void>
}

/** The serving of one function: at most one instance takes new calls, older ones end theirs. */
export interface FunctionServing {
  readonly replicas: number
  readonly revision: number
  call(call: InstanceCall): Promise<{
    readonly outcome: CallOutcome
    readonly coldStart: boolean
    readonly revision: number
  }>
  /** Loads a revision beside the serving one. @throws LoadFailure, HksError */
  openCandidate(revision: StartableRevision, signal: AbortSignal): Promise<Candidate>
  /** New calls go to the candidate from now on; the former instance ends its calls, then itself. */
  promote(candidate: Candidate): void
  /** These secrets (`SECRET/KEY`) changed: what was started with one of them gets no new calls. */
  renew(changed: ReadonlySet<string>): void
  /** No new calls; resolves when no instance is left. */
  stop(graceSeconds: number): Promise<void>
}

/** What serving needs. Listeners must not throw. */
export interface ServingOptions {
  readonly pool: FunctionPool
  readonly clock: Clock
  readonly idleSeconds: number
  /** The revision to start when a call comes; absent for a function that never was ready. */
  readonly revision?: StartableRevision
  /** The number of instances changed. */
  readonly onReplicas: () => void
  /** A sentence for the log. */
  readonly onEvent: (text: string) => void
}

interface Slot extends Candidate {
  readonly instance: FunctionInstance
  readonly code: RevisionCode
  /** How many changes of secrets had been seen before its own were read. */
  readonly secretsAsOf: number
}

/** A process that ends as soon as it has started is not started for ever. */
const mostStarts = 3

/** Starts, replaces and stops the instances of one function. */
export function createFunctionServing(options: ServingOptions): FunctionServing {
  const { pool, clock, onReplicas, onEvent } = options
  const idleMs = options.idleSeconds * 1000
  const stopping = new AbortController()
  const closing = new Map<Slot, Promise<void>>()
  let revision = options.revision
  let current: Slot | undefined
  let starting: Promise<Slot> | undefined
  let idleTimer: Disposable | undefined
  let idleSince = 0
  /** The number of the change in which a secret got its value. */
  const changedIn = new Map<string, number>()
  let secretChanges = 0

  const isStale = ({ code, secretsAsOf }: Slot) =>
    code.secretReferences.some(from => (changedIn.get(from) ?? 0) > secretsAsOf)
  const discard = (slot: Slot, graceSeconds: number): Promise<void> => {
    const closed = slot.instance.close(graceSeconds).finally(() => closing.delete(slot))
    closing.set(slot, closed)
    return closed
  }
  const openSlot = async (startable: StartableRevision, signal: AbortSignal, isNew: boolean): Promise<Slot> => {
    const slot = await openOnce(startable, signal, isNew)
    if (!isStale(slot)) return slot
    void slot.close()
    return openSlot(startable, signal, isNew)
  }
  const openOnce = async (startable: StartableRevision, signal: AbortSignal, isNew: boolean): Promise<Slot> => {
    const secretsAsOf = secretChanges
    const ended = AbortSignal.any([signal, stopping.signal])
    const code = { ...(await startable.prepare(ended)), isNew }
    const opened: { slot?: Slot } = {}
    const isCurrent = () => opened.slot !== undefined && opened.slot === current
    const instance = await pool.open(
      code,
      {
        onIdle: () => {
          if (isCurrent()) watchIdle()
        },
        onLost: reason => {
          if (isCurrent()) dropCurrent(reason)
        },
      },
      ended,
    )
    const slot: Slot = {
      revision: startable,
      instance,
      code,
      secretsAsOf,
      close: () => discard(slot, 0),
    }
    opened.slot = slot
    return slot
  }
  const dropCurrent = (reason: string) => {
    const slot = current
    current = undefined
    if (slot) void discard(slot, slot.code.timeoutSeconds)
    onEvent(reason)
    onReplicas()
  }
  const serve = (slot: Slot) => {
    const former = current
    current = slot
    if (former) void discard(former, former.code.timeoutSeconds)
    watchIdle()
    onReplicas()
    dropStale()
  }
  const dropStale = () => {
    if (current && isStale(current)) dropCurrent('A secret of the function has changed: the next call starts it anew.')
  }
  /** One timer at a time: calls only move the instant from which it counts. */
  const watchIdle = () => {
    idleSince = clock.now()
    idleTimer ??= clock.callAfter(idleMs, checkIdle)
  }
  const checkIdle = () => {
    idleTimer = undefined
    if (!current || current.instance.inFlight > 0) return
    // A clock that was set back must not keep it for longer.
    const left = Math.min(idleSince + idleMs - clock.now(), idleMs)
    if (left > 0) idleTimer = clock.callAfter(left, checkIdle)
    else dropCurrent(`Scaled to zero after ${options.idleSeconds} seconds without a call.`)
  }
  const start = (startable: StartableRevision): Promise<Slot> => {
    const opening = openSlot(startable, stopping.signal, false).then(slot => {
      // A deployment that finished meanwhile is newer.
      if (current?.instance.isOpen) {
        void slot.close()
        return current
      }
      serve(slot)
      return slot
    })
    starting = opening
    const settled = () => {
      starting = undefined
    }
    opening.then(settled, settled)
    return opening
  }

  return {
    get replicas() {
      return current ? 1 : 0
    },
    get revision() {
      return revision?.number ?? 0
    },
    openCandidate: (startable, signal) => openSlot(startable, signal, true),
    promote: candidate => {
      revision = candidate.revision
      serve(candidate as Slot)
    },
    call: async call => {
      let coldStart = false
      for (let starts = 0; revision && starts < mostStarts; starts++) {
        // One that crashed before it served has told nobody.
        let slot = current?.instance.isOpen ? current : undefined
        if (!slot) {
          coldStart = true
          try {
            slot = await untilAborted(starting ?? start(revision), call.signal)
          } catch (error) {
            return { outcome: notStarted(error, call.signal), coldStart, revision: revision.number }
          }
        }
        await (slot.instance.suspicion && untilAborted(slot.instance.suspicion, call.signal).catch(() => undefined))
        if (slot.instance.isOpen) {
          return { outcome: await slot.instance.call(call), coldStart, revision: slot.revision.number }
        }
      }
      return { outcome: unavailable('No revision of the function serves.'), coldStart, revision: revision?.number ?? 0 }
    },
    renew: changed => {
      secretChanges += 1
      for (const from of changed) changedIn.set(from, secretChanges)
      dropStale()
    },
    stop: async graceSeconds => {
      stopping.abort(new HksError('GATEWAY_DRAINING', 'The function is being stopped.'))
      idleTimer?.[Symbol.dispose]()
      revision = undefined
      await Promise.allSettled([starting])
      // Former instances end their calls at their leisure, but not for longer than this.
      const slots = new Set([...(current ? [current] : []), ...closing.keys()])
      current = undefined
      await Promise.all([...slots].map(slot => discard(slot, graceSeconds)))
    },
  }
}
