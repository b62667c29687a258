import type { NewLogLine } from '../../../domain/log.ts'
import { streamWindow } from './answerQueue.ts'
import { callFailure, crash, stopped, tooLarge } from './callOutcomes.ts'
import type { FunctionInstance, InstanceListener, RevisionCode } from './functionPool.ts'
import { createPendingCalls, type PendingCall } from './pendingCalls.ts'
import type { RuntimeProcess } from './runtimeProcess.ts'

/** What an instance needs besides its process and its code. */
export interface InstanceOptions {
  readonly listener: InstanceListener
  /** Masks secrets. */
  readonly hide: (text: string) => string
  /** Takes lines of the process as they were printed. */
  readonly writeLines: (lines: readonly NewLogLine[]) => void
  /** Epoch milliseconds, for the deadline that a handler sees. */
  readonly now: () => number
  /** Milliseconds that loading took. */
  readonly loadMs: number
}

/**
 * Answers calls with a process that has loaded the code, and owns that process from now on.
 *
 * It is open until it is closed, its process ends, or its process hangs; then it is shut for good: it takes no calls, and
 * ends its process once nobody waits for an answer.
 */
export function createFunctionInstance(
  runtime: RuntimeProcess,
  code: RevisionCode,
  { listener, hide, writeLines, now, loadMs }: InstanceOptions,
): FunctionInstance {
  let isOpen = true
  /** A call is overdue, and none has been answered since: what is printed without end is no sign that others are taken. */
  let isSuspect = false
  const unawaited = Promise.withResolvers<void>()

  const calls = createPendingCalls({
    timeoutSeconds: code.timeoutSeconds,
    mark: () => runtime.tail.mark(),
    send: (id, { invocationId, request: { body, ...request } }) => {
      runtime.beginCall(calls.size - 1)
      const deadline = now() + code.timeoutSeconds * 1000
      return runtime.frames.send({ t: 'call', id, invocationId, deadline, credit: streamWindow, request }, body)
    },
    sendCancel: (id, reason) => void runtime.frames.send({ t: 'cancel', id, reason }),
    sendCredit: (id, credit) => void runtime.frames.send({ t: 'credit', id, credit }),
    onOverdue: () => {
      isSuspect = true
    },
    onHung: () => {
      lose(`A call did not end after its time was up (${code.timeoutSeconds} s), so its process is replaced.`)
      void unawaited.promise.then(runtime.end)
    },
    onFewer: () => {
      noteUnawaited()
      listener.onRoom()
    },
  })
  const noteUnawaited = () => {
    if (!isOpen && !calls.areAwaited) unawaited.resolve()
  }
  /** It answers. */
  const lift = () => {
    if (!isSuspect) return
    isSuspect = false
    listener.onRoom()
  }
  const shut = () => {
    isOpen = false
    noteUnawaited()
  }
  /** Shuts it for a reason that its owner has to hear. */
  const lose = (reason: string) => {
    if (!isOpen) return
    shut()
    listener.onLost(reason)
  }
  const linesOf = ({ mark, invocationId }: PendingCall) =>
    runtime.tail.since(mark, invocationId).map(line => ({ ...line, text: hide(line.text) }))

  runtime.listen({
    onResult: ({ id, status, headers, stream }, body, bytes) => {
      lift()
      if (stream) calls.openStream(id, { status, headers })
      else calls.answer(id, body ? { kind: 'answer', status, headers, body } : tooLarge(bytes))
    },
    onChunk: ({ id }, chunk) => {
      lift()
      calls.pushChunk(id, chunk)
    },
    onStreamEnd: ({ id }) => {
      lift()
      calls.endStream(id)
    },
    onError: frame => {
      lift()
      calls.answer(frame.id, callFailure(frame, hide))
    },
    onLines: writeLines,
    onlyInvocation: () => calls.only,
    onEnd: end => {
      lose(`The process ended (${end.reason}).`)
      calls.answerAll(call => crash(end, linesOf(call)))
    },
  })
  return {
    get inFlight() {
      return calls.size
    },
    get isSuspect() {
      return isSuspect
    },
    loadMs,
    level: runtime.level,
    get isOpen() {
      return isOpen
    },
    call: calls.start,
    close: async graceSeconds => {
      shut()
      await atMost(graceSeconds, unawaited.promise)
      calls.answerAll(() => stopped)
      await runtime.end()
    },
  }
}

async function atMost(seconds: number, work: Promise<void>): Promise<void> {
  const grace = Promise.withResolvers<void>()
  const timer = setTimeout(grace.resolve, seconds * 1000)
  await Promise.race([work, grace.promise])
  clearTimeout(timer)
}
