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
  readonly id: string
  /** When its time is up, on the steady clock, milliseconds. */
  readonly deadline: number
  readonly signal: AbortSignal
  readonly resolve: (outcome: CallOutcome) => void
  takeBack: () => boolean
  awaited: boolean
  queue: AnswerQueue | undefined
  /** Its time is up: how long its handler has left to heed that. */
  grace: NodeJS.Timeout | undefined
}

/** How long a handler may take to heed a cancel before its process counts as hung. */
export const cancelGraceMs = 1000

/** No calls. */
export function createPendingCalls(options: PendingCallsOptions): PendingCalls {
  const entries = new Map<string, Entry>()
  let lastId = 0

  const remove = (entry: Entry) => {
    clearTimeout(entry.grace)
    entries.delete(entry.id)
    options.onFewer()
  }
  const answer = (id: string, outcome: CallOutcome) => {
    const entry = entries.get(id)
    if (!entry) return
    settle(entry, outcome)
    remove(entry)
  }
  const settle = (entry: Entry, outcome: CallOutcome) => {
    entry.awaited = false
    if (entry.queue) entry.queue.fail(brokenBy(outcome))
    else entry.resolve(outcome)
  }
  /** The caller gets its outcome now; the handler is told and its answer, if one comes, is dropped. */
  const giveUp = (entry: Entry, reason: 'timeout' | 'client', outcome: CallOutcome) => {
    if (!entry.awaited) return
    settle(entry, outcome)
    if (entry.takeBack()) return remove(entry)
    options.sendCancel(entry.id, reason)
    options.onFewer()
  }
  const abandon = (entry: Entry) => giveUp(entry, 'client', cancelledBy(entry.signal))
  const onTimeout = (entry: Entry) => {
    giveUp(entry, 'timeout', timedOut(options.timeoutSeconds))
    if (!entries.has(entry.id)) return
    options.onOverdue()
    entry.grace = setTimeout(options.onHung, cancelGraceMs)
  }

  /** Runs until the first of those that still have time; all have the same, so they are in order. */
  let timer: NodeJS.Timeout | undefined
  const watchTime = () => {
    timer = undefined
    for (const entry of entries.values()) {
      if (entry.grace) continue
      const left = entry.deadline - performance.now()
      // The calls themselves keep the process alive.
      if (left > 0) return (timer = setTimeout(watchTime, Math.ceil(left)).unref())
      onTimeout(entry)
    }
  }

  const start = (call: InstanceCall): Promise<CallOutcome> => {
    const { promise, resolve } = Promise.withResolvers<CallOutcome>()
    const entry: Entry = {
      id: String((lastId += 1)),
      invocationId: call.invocationId,
      mark: options.mark(),
      deadline: performance.now() + options.timeoutSeconds * 1000,
      signal: call.signal,
      resolve,
      takeBack: () => false,
      awaited: true,
      queue: undefined,
      grace: undefined,
    }
    entries.set(entry.id, entry)
    if (!timer) watchTime()
    // Not taken off at its end: a signal is of one call and goes with it.
    call.signal.addEventListener('abort', () => abandon(entry), { once: true })
    entry.takeBack = options.send(entry.id, call)
    if (call.signal.aborted) abandon(entry)
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
        onAbandoned: () => abandon(entry),
      })
      entry.resolve({ kind: 'answer', ...head, body: new Uint8Array(), stream: entry.queue.stream })
    },
    pushChunk: (id, chunk) => entries.get(id)?.queue?.push(chunk),
    endStream: id => {
      const entry = entries.get(id)
      if (!entry?.queue) return
      entry.awaited = false
      entry.queue.end()
      remove(entry)
    },
    answerAll: outcomeOf => {
      for (const [id, entry] of [...entries]) answer(id, outcomeOf(entry))
    },
  }
}
