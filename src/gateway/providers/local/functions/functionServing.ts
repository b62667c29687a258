import { HksError } from '../../../../contract/errors.ts'
import type { Clock } from '../../../domain/clock.ts'
import { createBackOff } from './backOff.ts'
import { createCallDispatch, type ServedCall } from './callDispatch.ts'
import type { FunctionPool, InstanceCall, RevisionCode } from './functionPool.ts'
import { createIdleWatch } from './idleWatch.ts'
import { createReplicaOpener, type Staleness } from './replicaOpener.ts'
import { createReplicas, type Replica } from './replicas.ts'
import { createReplicaStarts } from './replicaStarts.ts'
import { type LocalScaling, missingReplicas } from './scaling.ts'
import type { SpareInstances } from './spareInstances.ts'

/** A revision that can be started at any time: secrets are read anew for each start. */
export interface StartableRevision {
  readonly number: number
  readonly scaling: LocalScaling
  readonly prepare: (signal: AbortSignal) => Promise<RevisionCode>
}

/** A loaded revision that does not serve yet. */
export interface Candidate {
  readonly revision: StartableRevision
  readonly replica: Replica
  /** Discards it. */
  close(): Promise<void>
}

/** The serving of one function: the replicas of one revision take new calls, those of older ones end theirs. */
export interface FunctionServing {
  /** Those that take calls. */
  readonly replicas: number
  readonly revision: number
  /** Calls that wait for a process. */
  readonly waiting: number
  call(call: InstanceCall): Promise<ServedCall>
  /** Loads a revision beside the serving one. @throws LoadFailure, HksError */
  openCandidate(revision: StartableRevision, signal: AbortSignal): Promise<Candidate>
  /**
   * New calls go to the candidate from now on; the former replicas end their calls, then themselves. Resolves when they
   * have.
   */
  promote(candidate: Candidate): Promise<void>
  /** These secrets (`SECRET/KEY`) changed: what was started with one of them gets no new calls. */
  renew(changed: ReadonlySet<string>): void
  /** The sandbox of this machine is better than it was: what was started before gets no new calls. */
  renewAll(): void
  /** Starts what its minimum lacks. */
  fill(): void
  /** No new calls; resolves when no replica is left. */
  stop(graceSeconds: number): Promise<void>
}

/** What serving needs. Listeners must not throw. */
export interface ServingOptions {
  readonly functionId: string
  readonly pool: FunctionPool
  readonly spares: SpareInstances
  readonly clock: Clock
  /** Seconds without a call after which it scales to zero. */
  readonly idleSeconds: number
  /** Seconds that a call waits for a process, at most; longer than a start may take, so that a failed one is told. */
  readonly queueSeconds: number
  /** The revision to start when a call comes; absent for a function that never was ready. */
  readonly revision?: StartableRevision
  /** The number of replicas changed. */
  readonly onReplicas: () => void
  /** A sentence for the log. */
  readonly onEvent: (text: string) => void
}

/** One whose code takes longer to load is worth the memory of a spare. */
const slowLoadMs = 50
/** A process that ends sooner after its start is not replaced at once, unless a call waits for it. */
const shortLifeMs = 10_000

const staleBecause: Readonly<Record<Staleness, string>> = {
  secret: 'A secret of the function has changed: the next call starts it anew.',
  sandbox: 'The sandbox of this machine is better now: the next call starts the function in it.',
}

/** Starts, replaces and stops the replicas of one function, and leads calls to them. */
export function createFunctionServing(options: ServingOptions): FunctionServing {
  const { functionId, clock, spares, onReplicas, onEvent } = options
  const stopping = new AbortController()
  let revision = options.revision
  let loadsSlowly = false

  const replicas = createReplicas()
  const { serving } = replicas
  const opener = createReplicaOpener({
    pool: options.pool,
    onRoom: replica => {
      if (!serving.has(replica)) return
      idle.noteEnd(replica)
      if (dispatch.waiting > 0) proceed()
    },
    onLost: (replica, reason) => {
      if (!serving.has(replica)) return
      if (Math.abs(clock.now() - replica.servesSince) < shortLifeMs) pauses.pause()
      leave([replica], reason)
    },
  })
  const dispatch = createCallDispatch({
    clock,
    replicas,
    queueSeconds: options.queueSeconds,
    revision: () => revision,
    onWaiting: () => proceed(),
  })
  const idle = createIdleWatch({
    clock,
    serving,
    minScale: () => revision?.scaling.minScale ?? 0,
    idleMs: options.idleSeconds * 1000,
    end: replica => {
      const isLast = serving.size === 1
      leave([replica], isLast ? `Scaled to zero after ${options.idleSeconds} seconds without a call.` : undefined)
    },
  })
  const pauses = createBackOff(clock, () => proceed())
  const starts = createReplicaStarts({
    onStarted: replica => enter(replica),
    onFailed: error => {
      pauses.pause()
      const isNeeded = dispatch.waiting > 0 && serving.size === 0 && starts.count === 0
      if (isNeeded) dispatch.refuseAll(error)
      else onEvent(`Another process could not be started: ${(error as Error).message}`)
    },
  })

  /** Gives room to calls that wait, and starts what they or the minimum lack. */
  const proceed = () => {
    dispatch.serve()
    while (revision && missing(revision.scaling) > 0) start(revision)
  }
  const missing = (scaling: LocalScaling) =>
    missingReplicas(
      {
        serving: serving.size,
        starting: starts.count,
        suspect: [...serving].filter(replica => replica.instance.isSuspect).length,
        isPaused: pauses.isPaused,
        waiting: dispatch.waiting,
      },
      scaling,
    )
  const start = ({ prepare }: StartableRevision) => {
    const spare = spares.take(functionId)
    if (spare?.instance.isOpen) return enter(spare)
    if (spare) void replicas.end(spare, 0)
    starts.add(signal => opener.open(prepare, signal))
  }
  const enter = (replica: Replica) => {
    loadsSlowly = replica.instance.loadMs > slowLoadMs
    replicas.add(replica, clock.now())
    if (!replica.instance.isOpen) return leave([replica])
    const stale = opener.staleness(replica)
    if (stale !== undefined) return leave([replica], staleBecause[stale])
    idle.look()
    onReplicas()
    proceed()
  }
  const leave = (leaving: readonly Replica[], sentence?: string) => {
    for (const replica of leaving) void replicas.end(replica, replica.code.timeoutSeconds)
    if (sentence !== undefined) onEvent(sentence)
    idle.look()
    onReplicas()
    proceed()
  }

  /** No more calls for what is stale for this reason. */
  const dismiss = (reason: Staleness) => {
    void spares.drop(functionId)
    const stale = [...serving].filter(replica => opener.staleness(replica) === reason)
    if (stale.length > 0) leave(stale, staleBecause[reason])
  }

  return {
    get replicas() {
      return serving.size
    },
    get revision() {
      return revision?.number ?? 0
    },
    get waiting() {
      return dispatch.waiting
    },
    call: call => {
      if (loadsSlowly && revision) {
        const { prepare } = revision
        spares.keep(functionId, signal => opener.open(prepare, signal))
      }
      return dispatch.call(call)
    },
    openCandidate: async (startable, signal) => {
      const prepare = async (ended: AbortSignal) => ({ ...(await startable.prepare(ended)), isNew: true })
      const replica = await opener.open(prepare, AbortSignal.any([signal, stopping.signal]))
      return { revision: startable, replica, close: () => replicas.end(replica, 0) }
    },
    promote: candidate => {
      revision = candidate.revision
      const former = [...serving].map(replica => replicas.end(replica, replica.code.timeoutSeconds))
      const ended = Promise.all([starts.cancel(), spares.drop(functionId), ...former])
      enter(candidate.replica)
      return ended.then(() => undefined)
    },
    renew: changed => {
      opener.secretsChanged(changed)
      dismiss('secret')
    },
    renewAll: () => {
      opener.sandboxChanged()
      dismiss('sandbox')
    },
    fill: proceed,
    stop: async graceSeconds => {
      const reason = new HksError('GATEWAY_DRAINING', 'The function is being stopped.')
      stopping.abort(reason)
      revision = undefined
      idle[Symbol.dispose]()
      pauses[Symbol.dispose]()
      dispatch.refuseAll(reason)
      await Promise.all([starts.cancel(), spares.drop(functionId), replicas.endAll(graceSeconds)])
    },
  }
}
