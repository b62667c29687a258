import { Agent } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import { HksError } from '../../../../../contract/errors.ts'
import type { Clock } from '../../../../domain/clock.ts'
import type { CallFacts, FunctionRecord, InvocationResponse } from '../../../../domain/function.ts'
import { AnswerBroken, platformAnswer } from '../../../../domain/functionAnswer.ts'
import type { Functions } from '../../../../domain/ports.ts'
import { isServing } from '../functionRecord.ts'
import type { FunctionsView } from '../functionsView.ts'
import { type ContainerEnds, createContainerEnds, endedDuringCall } from './containerEnds.ts'
import type { IngressWay } from './ingress.ts'
import { answeringRevision, answerOfKnative, isFromPod, ownHeaders, platformAnswerOfPod } from './podAnswer.ts'
import { podStream, readBody } from './podStream.ts'
import { sendCall } from './sendCall.ts'

/** Calls functions through the cluster's ingress. Dispose to close its connections. */
export interface FunctionCaller extends Disposable {
  call: Functions['invoke']
}

/** What calling needs. */
export interface FunctionCallerOptions {
  readonly view: FunctionsView
  /** How to reach a function from here. @throws HksError FUNCTION_UNAVAILABLE … */
  readonly wayTo: (fn: FunctionRecord) => Promise<IngressWay>
  /** The key with which the program in the pod tells of exceptions; `undefined` where it can not be read. */
  readonly diagnosticKey: (fn: FunctionRecord) => Promise<string | undefined>
  /** What broke an answer off that had begun, as the function's log tells. */
  readonly explainBreak: (functionId: string, invocationId: string) => Promise<AnswerBroken>
  readonly clock: Clock
}

/** How a cluster confines code. */
const sandbox = 'pod'
/** Node's own limit; calls wait in Knative's queue, not here. */
const mostSockets = Infinity
/** Milliseconds for which the cluster is waited for to tell how a container ended: after a lost call, and after a broken answer. */
const endTold = { lost: 5000, broken: 10_000 }

/** Makes calls. */
export function createFunctionCaller(options: FunctionCallerOptions): FunctionCaller {
  const { view, clock } = options
  const plain = new Agent({ keepAlive: true, maxSockets: mostSockets })
  const secure = new SecureAgent({ keepAlive: true, maxSockets: mostSockets })

  const pods = createServingPods(view)
  const ends = createContainerEnds(view, clock)

  const call: Functions['invoke'] = async (id, invocationId, request, { diagnostics, signal }) => {
    const record = view.record(id)
    if (!record) throw new HksError('NOT_FOUND', `No function "${id}" exists.`, { details: { what: 'function', id } })
    const none = { queueMs: 0, coldStart: false, revision: 0 }
    if (record.serving === 0 || record.status === 'deleting') {
      const message = `No revision of "${record.spec.name}" serves${record.status === 'deploying' ? ' yet' : ''}.`
      return platformAnswer('FUNCTION_UNAVAILABLE', message, none)
    }
    using start = watchStart(view, pods, id, clock)
    const begun = clock.now()
    let revision = record.serving
    const facts = (): CallFacts => ({ ...start.facts(), revision, sandbox })
    const cancelled = () => platformAnswer('CANCELLED', reasonWords(signal), facts())
    try {
      const way = await options.wayTo(record)
      const isOurs = record.spec.image === undefined
      const key = diagnostics && isOurs ? await options.diagnosticKey(record) : undefined
      const answer = await sendCall({
        ...way,
        request,
        invocationId,
        ...(key === undefined ? {} : { diagnosticKey: key }),
        agent: way.origin.startsWith('https:') ? secure : plain,
        signal,
      })
      return await toResponse(answer, isOurs)
    } catch (error) {
      if (signal.aborted) return cancelled()
      if (error instanceof HksError) throw error
      const { message } = error as Error
      return platformAnswer(
        'FUNCTION_UNAVAILABLE',
        `The ingress of the cluster could not be reached: ${message}.`,
        facts(),
      )
    }

    async function toResponse(
      answer: Awaited<ReturnType<typeof sendCall>>,
      isOurs: boolean,
    ): Promise<InvocationResponse> {
      const status = answer.statusCode ?? 0
      // What an image of its user's answers looks like what lies between.
      if (isOurs && !isFromPod(answer)) {
        const body = Buffer.from(await readBody(answer)).toString()
        const end = lostStatuses.has(status)
          ? await ends.since(id, begun, status === 502 ? endTold.lost : 0)
          : undefined
        return answerOfKnative(status, body, record!.spec.timeoutSeconds, facts(), end)
      }
      pods.answered(id)
      revision = answeringRevision(answer) ?? revision
      const headers = ownHeaders(answer.rawHeaders)
      const isWhole = answer.headers['content-length'] !== undefined || [204, 304].includes(status)
      if (!isWhole && request.method !== 'HEAD') {
        const explain = () =>
          signal.aborted
            ? Promise.resolve(new AnswerBroken('CANCELLED', reasonWords(signal)))
            : isOurs
              ? Promise.race([options.explainBreak(id, invocationId), brokenByEnd(ends, id, begun)])
              : Promise.resolve(new AnswerBroken('FUNCTION_CRASHED', 'The answer ended in an unexpected way.'))
        return { status, headers, body: new Uint8Array(), stream: podStream(answer, explain), ...facts() }
      }
      const body = await readBody(answer)
      return (isOurs && platformAnswerOfPod(answer, body, facts())) || { status, headers, body, ...facts() }
    }
  }
  return {
    call,
    [Symbol.dispose]: () => {
      pods[Symbol.dispose]()
      ends[Symbol.dispose]()
      plain.destroy()
      secure.destroy()
    },
  }
}

/** Of an answer of what lies between, where the pod may have ended. */
const lostStatuses: ReadonlySet<number> = new Set([502, 503])

/** What broke an answer off whose container has ended; never resolves where none has. */
async function brokenByEnd(ends: ContainerEnds, id: string, from: number): Promise<AnswerBroken> {
  const end = await ends.since(id, from, endTold.broken)
  if (end === undefined) return new Promise(() => undefined)
  const { code, message } = endedDuringCall(end)
  return new AnswerBroken(code, message)
}

const reasonWords = ({ reason }: AbortSignal): string =>
  reason instanceof HksError ? reason.message : 'The caller went away.'

/** Which functions have a pod that takes calls: as the cluster tells, and before it does where a pod has answered. */
interface ServingPods extends Disposable {
  has(id: string): boolean
  /** One of its pods has answered. */
  answered(id: string): void
}

function createServingPods(view: FunctionsView): ServingPods {
  /** Of which the cluster has not told yet. */
  const ahead = new Set<string>()
  const isTold = (id: string) => view.sight(id)?.pods.some(isServing) ?? false
  const subscription = view.subscribe(id => {
    if (isTold(id) || (view.sight(id)?.pods.length ?? 0) === 0) ahead.delete(id)
  })
  return {
    has: id => isTold(id) || ahead.has(id),
    answered: id => {
      if (!isTold(id)) ahead.add(id)
    },
    [Symbol.dispose]: () => subscription[Symbol.dispose](),
  }
}

/** Sees whether a call has to wait for a pod, and for how long. */
function watchStart(view: FunctionsView, pods: ServingPods, id: string, clock: Clock) {
  const hasPod = () => pods.has(id)
  const begun = clock.now()
  const coldStart = !hasPod()
  let readyAt: number | undefined
  const subscription = view.subscribe(changed => {
    if (changed === id && hasPod()) readyAt ??= clock.now()
  })
  return {
    facts: () => ({ coldStart, queueMs: coldStart ? Math.max(0, (readyAt ?? clock.now()) - begun) : 0 }),
    [Symbol.dispose]: () => subscription[Symbol.dispose](),
  }
}
