import type { CallOutcome, InstanceCall } from './functionPool.ts'
import { type AnswerQueue, createAnswerQueue } from './answerQueue.ts'
import { brokenBy, cancelledBy, timedOut } from './callOutcomes.ts'

/** How calls reach their process, and what their owner is told of them. */
export interface PendingCallsOptions {
  readonly timeoutSeconds: number
  /** Sends a call; what it returns takes it back, and answers whether it still could. */
  readonly send: (id: string, call: InstanceCall) => () => boolean
  /** Tells the handler that its answer is not wanted any more. */
  readonly sendCancel: (id: string, reason: 'timeout' | 'client') => void
  /** Lets the runtime send so many bytes more of an answer that comes bit by bit. */
  readonly sendCredit: (id: string, bytes: number) => void
  /** A mark in the output of the process. */
  readonly mark: () => number
  /** The time of a call is up, and its handler has yet to heed that. */
  readonly onOverdue: () => void
  /** A handler did not heed that its time was up: its process hangs. */
  readonly onHung: () => void
  /** A call was answered, or nobody waits for it any more. */
  readonly onFewer: () => void
}

/** The calls that a process has not answered yet, also those whose caller no longer waits. */
export interface PendingCalls {
  readonly size: number
  /** Whether somebody waits for one of them. */
  readonly areAwaited: boolean
  /** The invocation under way if there is only one. */
  readonly only: string | undefined
  /** Sends a call and waits for its outcome, the end of its time, or its caller to leave. Never rejects. */
  start(call: InstanceCall): Promise<CallOutcome>
  /** An id that is not pending is ignored: a handler may answer what was given up. */
  answer(id: string, outcome: CallOutcome): void
  /** The answer begins; it comes bit by bit, and the call is pending until `endStream` or a failure as its `answer`. */
  openStream(id: string, head: AnswerHead): void
  /** @throws MalformedFrame for more than the runtime may send */
  pushChunk(id: string, chunk: Uint8Array): void
  endStream(id: string): void
  answerAll(outcomeOf: (call: PendingCall) => CallOutcome): void
}

/** The beginning of an answer. */
export type AnswerHead = Pick<Extract<CallOutcome, { kind: 'answer' }>, 'status' | 'headers'>

/** One of them. */
export interface PendingCall {
  readonly invocationId: string
  /** The place in the output where it began. */
  readonly mark: number
}

interface Entry extends PendingCall {
  awaited: boolean
  queue: AnswerQueue | undefined
  readonly resolve: (outcome: CallOutcome) => void
  /** Nobody wants the rest of the answer. */
  readonly abandon: () => void
  /** Stops its timers and listeners. */
  readonly release: () => void
}

/** How long a handler may take to heed a cancel before its process counts as hung. */
export const cancelGraceMs = 1000

/** No calls. */
export function createPendingCalls(options: PendingCallsOptions): PendingCalls {
  const entries = new Map<string, Entry>()
  let lastId = 0

  const remove = (id: string, entry: Entry) => {
    entry.release()
    entries.delete(id)
    options.onFewer()
  }
  const answer = (id: string, outcome: CallOutcome) => {
    const entry = entries.get(id)
    if (!entry) return
    settle(entry, outcome)
    remove(id, entry)
  }
  const settle = (entry: Entry, outcome: CallOutcome) => {
    entry.awaited = false
    if (entry.queue) entry.queue.fail(brokenBy(outcome))
    else entry.resolve(outcome)
  }

  const start = (call: InstanceCall): Promise<CallOutcome> => {
    const id = String((lastId += 1))
    const { promise, resolve } = Promise.withResolvers<CallOutcome>()
    let timer: NodeJS.Timeout
    /** The caller gets its outcome now; the handler is told and its answer, if one comes, is dropped. */
    const giveUp = (reason: 'timeout' | 'client', outcome: CallOutcome) => {
      if (!entry.awaited) return
      settle(entry, outcome)
      if (takeBack()) return remove(id, entry)
      options.sendCancel(id, reason)
      options.onFewer()
    }
    const onTimeout = () => {
      giveUp('timeout', timedOut(options.timeoutSeconds))
      if (!entries.has(id)) return
      options.onOverdue()
      timer = setTimeout(options.onHung, cancelGraceMs)
    }
    const onAbort = () => giveUp('client', cancelledBy(call.signal))
    const entry: Entry = {
      invocationId: call.invocationId,
      mark: options.mark(),
      awaited: true,
      queue: undefined,
      resolve,
      abandon: () => giveUp('client', cancelledBy(call.signal)),
      release: () => {
        clearTimeout(timer)
        call.signal.removeEventListener('abort', onAbort)
      },
    }
    entries.set(id, entry)
    timer = setTimeout(onTimeout, options.timeoutSeconds * 1000)
    call.signal.addEventListener('abort', onAbort, { once: true })
    const takeBack = options.send(id, call)
    if (call.signal.aborted) onAbort()
    return promise
  }

  return {
    get size() {
      return entries.size
    },
    get areAwaited() {
      return [...entries.values()].some(entry => entry.awaited)
    },
    get only() {
      const [first, ...others] = entries.values()
      return others.length === 0 ? first?.invocationId : undefined
    },
    start,
    answer,
    openStream: (id, head) => {
      const entry = entries.get(id)
      // A second beginning breaks the protocol; the first one counts.
      if (!entry?.awaited || entry.queue) return
      entry.queue = createAnswerQueue({
        onCredit: bytes => options.sendCredit(id, bytes),
        onAbandoned: entry.abandon,
      })
      entry.resolve({ kind: 'answer', ...head, body: new Uint8Array(), stream: entry.queue.stream })
    },
    pushChunk: (id, chunk) => entries.get(id)?.queue?.push(chunk),
    endStream: id => {
      const entry = entries.get(id)
      if (!entry?.queue) return
      entry.awaited = false
      entry.queue.end()
      remove(id, entry)
    },
    answerAll: outcomeOf => {
      for (const [id, entry] of [...entries]) answer(id, outcomeOf(entry))
    },
  }
}
