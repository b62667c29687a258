import { setTimeout as sleep } from 'node:timers/promises'
import { HksError } from '../../../../contract/errors.ts'
import type { DeploymentStep, FunctionRecord, FunctionSpec, RevisionRecord, Source } from '../../../domain/function.ts'
import type { FunctionScaling } from '../../../domain/functionScaling.ts'
import type { StoredFunction } from '../../../domain/localState.ts'
import type { DeployOptions, Functions } from '../../../domain/ports.ts'
import type { CodeStore } from './codeStore.ts'
import { deployWords, explainFailure } from '../../../domain/deployFailure.ts'
import { createDeploymentSteps, type StepTeller } from '../../../domain/deploymentSteps.ts'
import type { FunctionLog } from '../../../domain/functionLog.ts'
import { LoadFailure } from '../../../domain/loadFailure.ts'
import type { FunctionRecords } from './functionRecords.ts'
import type { Candidate, FunctionServing, StartableRevision } from './functionServing.ts'
import type { LocalFunctionsDeps } from './localFunctionsHost.ts'
import type { PrepareRevision } from './prepareRevision.ts'
import type { LocalScaling } from './scaling.ts'

/** Deployments of local functions. */
export interface Deployments {
  deploy(projectId: string, spec: FunctionSpec, source: Source, options: DeployOptions): ReturnType<Functions['deploy']>
  /** Ends all deployments of a function that are under way; resolves when they, and all before, have ended. Answers how many. */
  cancel(functionId: string): Promise<number>
  /** Ends all deployments. */
  stop(): Promise<void>
  /** Sources that a deployment under way uses. */
  digests(): ReadonlySet<string>
  /** What those under way do now. */
  steps(): readonly DeploymentStep[]
}

/** What deploying needs besides the host's own dependencies. */
export interface DeploymentOptions {
  readonly deps: Pick<LocalFunctionsDeps, 'clock' | 'newId' | 'state' | 'changes' | 'logs'>
  readonly records: FunctionRecords
  readonly code: CodeStore
  readonly log: FunctionLog
  /** The serving of a function; made when it has none. */
  readonly serving: (functionId: string) => Promise<FunctionServing>
  readonly scaling: (asked: FunctionScaling) => LocalScaling
  readonly forgetServing: (functionId: string) => Promise<void>
  readonly prepare: PrepareRevision
  readonly inTurn: <T>(projectId: string, name: string, work: () => Promise<T>) => Promise<T>
  /** How long the answer waits for a syntax check, at most, before the revision is recorded. */
  readonly checkSeconds: number
  /** A transient deployment begins: its source goes with the last revision that has it. */
  readonly noteSource: (digest: string) => void
  /** A transient deployment ended, and so has what served before it. */
  readonly sweepSources: () => void
  /** Receives every failure of a recorded deployment, for whom nobody may wait. */
  readonly onFailure: (error: unknown) => void
}

interface Attempt {
  readonly revision: RevisionRecord
  readonly created: boolean
  readonly abort: AbortController
  readonly steps: StepTeller
  settled: Promise<unknown>
}

/** Loads new revisions beside those that serve and switches when they are ready. */
export function createDeployments(options: DeploymentOptions): Deployments {
  const { records, log } = options
  const { clock, newId, state, changes, logs } = options.deps
  const attempts = new Set<Attempt>()
  /** Those that are loaded, or have failed, and are being put on record. */
  const settling = new Set<Attempt>()
  const steps = createDeploymentSteps(changes, clock)

  const deploy: Deployments['deploy'] = (projectId, spec, source, { answerBy, transient }) =>
    options.inTurn(projectId, spec.name, async () => {
      const existing = (await state.list(projectId)).find(stored => stored.spec.name === spec.name)
      const revision = await newRevision(existing, spec, source, transient === true)
      if (revision.transient) options.noteSource(source.digest)
      const attempt: Attempt = {
        revision,
        created: !existing,
        abort: new AbortController(),
        steps: steps.begin(projectId, revision),
        settled: Promise.resolve(),
      }
      attempts.add(attempt)
      const opened = open(attempt, projectId, source)
      attempt.settled = failureOf(opened)
      try {
        // A source that does not parse is refused as a request: nothing is recorded, nothing replaced.
        const early = await Promise.race([
          failureOf(opened),
          sleep(Math.min(options.checkSeconds * 1000, Math.max(0, answerBy - clock.now())), undefined, { ref: false }),
        ])
        if (early !== undefined && isRefusal(early)) throw explainFailure(early, deployWords(revision))
        await record(existing, projectId, revision)
      } catch (error) {
        await discard(attempt, opened)
        attempt.steps.failed(explainFailure(error, deployWords(revision)))
        throw error
      }
      const settled = settle(attempt, opened)
      attempt.settled = settled.catch(options.onFailure)
      return { function: (await records.get(revision.functionId))!, created: attempt.created, settled }
    })

  const newRevision = async (
    existing: StoredFunction | undefined,
    spec: FunctionSpec,
    source: Source,
    isTransient: boolean,
  ): Promise<RevisionRecord> => {
    const [latest] = existing ? await state.revisions(existing.id, 1) : []
    return {
      id: newId(),
      functionId: existing?.id ?? newId(),
      number: (latest?.number ?? 0) + 1,
      spec,
      sourceDigest: source.digest,
      ...(isTransient && { transient: true }),
      status: 'deploying',
      createdAt: clock.now(),
    }
  }

  const open = async (attempt: Attempt, projectId: string, source: Source): Promise<Candidate> => {
    const { revision, abort } = attempt
    await options.code.put(source)
    abort.signal.throwIfAborted()
    const startable: StartableRevision = {
      number: revision.number,
      scaling: options.scaling(revision.spec.scaling),
      prepare: signal =>
        options.prepare(projectId, revision, signal, progress => {
          // A replica that is started later is none of the deployment's.
          if (attempts.has(attempt)) attempt.steps.now(progress)
        }),
    }
    return (await options.serving(revision.functionId)).openCandidate(startable, abort.signal)
  }

  const record = async (existing: StoredFunction | undefined, projectId: string, revision: RevisionRecord) => {
    const { functionId: id, spec, createdAt: now } = revision
    if (existing) {
      await records.update(id, stored => ({ ...stored, status: 'deploying', updatedAt: clock.now() }), revision)
      return
    }
    const fn = { id, projectId, spec, status: 'deploying', serving: 0, createdAt: now, updatedAt: now } as const
    await state.insert(fn, revision)
    await records.publish(id)
  }

  /** Forgets an attempt that was refused. */
  const discard = async (attempt: Attempt, opened: Promise<Candidate>) => {
    attempt.abort.abort(cancelled())
    await opened.then(
      candidate => candidate.close(),
      () => undefined,
    )
    attempts.delete(attempt)
    options.sweepSources()
    if (!attempt.created) return
    await options.forgetServing(attempt.revision.functionId)
    await logs.remove(attempt.revision.functionId)
  }

  const settle = async (attempt: Attempt, opened: Promise<Candidate>): Promise<FunctionRecord> => {
    let candidate: Candidate | undefined
    try {
      candidate = await opened
      underWayNoMore(attempt)
      return await switchTo(attempt, candidate)
    } catch (error) {
      underWayNoMore(attempt)
      await candidate?.close()
      throw await fail(attempt, error)
    } finally {
      settling.delete(attempt)
    }
  }
  const underWayNoMore = (attempt: Attempt) => {
    attempts.delete(attempt)
    settling.add(attempt)
  }

  const switchTo = async ({ revision, steps: told }: Attempt, candidate: Candidate): Promise<FunctionRecord> => {
    const { functionId: id, number, spec } = revision
    const serving = await options.serving(id)
    const served = (stored: StoredFunction): StoredFunction => {
      const { reason: _reason, ...kept } = stored
      const next = number > stored.serving ? { ...kept, spec, serving: number } : stored
      return { ...next, status: statusOf(id, next.serving), updatedAt: clock.now() }
    }
    const record = await records.update(id, served, { ...revision, status: 'ready' })
    // Nothing below can fail: the store says that it serves.
    const replaced = number > serving.revision ? serving.promote(candidate) : candidate.close()
    void replaced.then(options.sweepSources)
    const sentence = `Revision ${number} is serving.`
    // Who edits sees it serve; a line for each save would bury what the function prints.
    if (!revision.transient) log.system(id, sentence)
    told.ended('ready', sentence)
    return { ...record, replicas: serving.replicas }
  }

  const fail = async ({ revision, steps: told }: Attempt, error: unknown): Promise<HksError> => {
    const { functionId: id, number } = revision
    const explained = explainFailure(error, deployWords(revision))
    const reason = explained.message
    if (error instanceof LoadFailure) log.trace(id, error.context.trace)
    log.system(id, reason)
    told.failed(explained)
    const failed = (stored: StoredFunction): StoredFunction => ({
      ...stored,
      status: statusOf(id, stored.serving),
      reason: stored.serving > number ? (stored.reason ?? reason) : reason,
      updatedAt: clock.now(),
    })
    await records.update(id, failed, { ...revision, status: 'failed', reason })
    options.sweepSources()
    return explained
  }

  const isOf = (id: string) => (attempt: Attempt) => attempt.revision.functionId === id
  const attemptsOf = (id: string) => [...attempts].filter(isOf(id))
  const statusOf = (id: string, serving: number): StoredFunction['status'] => {
    if (attemptsOf(id).length > 0) return 'deploying'
    return serving > 0 ? 'ready' : 'failed'
  }
  const end = async (which: (attempt: Attempt) => boolean, reason: HksError) => {
    const ended = [...attempts].filter(which)
    for (const attempt of ended) attempt.abort.abort(reason)
    // It is too late to end the others, but not to wait for what they begin.
    await Promise.all([...ended, ...[...settling].filter(which)].map(attempt => attempt.settled))
    return ended.length
  }

  return {
    deploy,
    cancel: id => end(isOf(id), cancelled()),
    stop: async () => {
      await end(() => true, new HksError('GATEWAY_DRAINING', 'The gateway stopped during the deployment.'))
    },
    digests: () => new Set([...attempts].map(attempt => attempt.revision.sourceDigest)),
    steps: steps.current,
  }
}

const cancelled = () => new HksError('CANCELLED', 'The deployment was cancelled.')

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

/** Faults of the request itself, as against code that fails when it is loaded. */
const isRefusal = (error: unknown): boolean =>
  error instanceof LoadFailure ? error.context.isSyntaxError === true : true
