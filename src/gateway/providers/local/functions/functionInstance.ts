import type { NewLogLine } from '../../../domain/log.ts'
import { createMask } from '../maskSecrets.ts'
import { callFailure, cancelled, crash, loadFailure, stopped, timedOut, tooLarge } from './callOutcomes.ts'
import {
  type CallOutcome,
  type FunctionInstance,
  type InstanceCall,
  type InstanceListener,
  LoadFailure,
  type RevisionCode,
} from './functionPool.ts'
import { protocolVersion } from './runtimeFrames.ts'
import type { RuntimeListener, RuntimeProcess } from './runtimeProcess.ts'

/** What an instance needs besides the revision. */
export interface InstanceOptions {
  readonly code: RevisionCode
  readonly listener: InstanceListener
  readonly start: (listener: RuntimeListener) => RuntimeProcess
  readonly onLines: (lines: readonly NewLogLine[]) => void
  /** Epoch milliseconds, for the deadline that a handler sees. */
  readonly now: () => number
  /** How long the start of the process and the import of the code may take together. */
  readonly loadSeconds: number
  readonly signal: AbortSignal
}

/** How long a handler may take to heed a cancel before its process counts as hung. */
const cancelGraceMs = 1000

interface Pending {
  readonly invocationId: string
  /** What was printed since it began. */
  readonly mark: number
  /** Whether somebody still waits for the outcome. */
  awaited: boolean
  readonly settle: (outcome: CallOutcome) => void
  /** Stops its timers and listeners. */
  readonly release: () => void
}

/** Starts a process, loads the revision in it and answers calls with it. @throws LoadFailure, `signal.reason` */
export async function openInstance(options: InstanceOptions): Promise<FunctionInstance> {
  const { code } = options
  const pending = new Map<string, Pending>()
  const loading = Promise.withResolvers<void>()
  const loadId = 'load'
  let state: 'loading' | 'open' | 'closed' = 'loading'
  let lastId = 0
  let suspicion: PromiseWithResolvers<void> | undefined

  const forget = (id: string) => {
    pending.get(id)?.release()
    pending.delete(id)
    if (pending.size === 0) options.listener.onIdle()
    if (state === 'closed' && !isAwaited()) drained.resolve()
  }
  const drained = Promise.withResolvers<void>()
  const hide = createMask(Object.values(code.secrets))
  const printed = () => runtime.tail.since(0).map(line => hide(line.text))
  const early = (type: string, message: string) => new LoadFailure(type, message, { printed: printed(), trace: [] })
  const isAwaited = () => [...pending.values()].some(call => call.awaited)
  const answer = (id: string, outcome: CallOutcome) => {
    const call = pending.get(id)
    call?.settle(outcome)
    forget(id)
  }
  const lift = () => {
    suspicion?.resolve()
    suspicion = undefined
  }
  const linesOf = (id: string) => {
    const { mark, invocationId } = pending.get(id)!
    return runtime.tail.since(mark, invocationId).map(line => ({ ...line, text: hide(line.text) }))
  }
  /** No calls any more; what is awaited goes on. */
  const retire = (reason: string) => {
    lift()
    if (state !== 'open') return
    state = 'closed'
    options.listener.onLost(reason)
    if (!isAwaited()) drained.resolve()
    void drained.promise.then(runtime.end)
  }

  const runtime = options.start({
    onReady: ({ version }) => {
      if (version !== protocolVersion) {
        loading.reject(
          new LoadFailure('ProtocolVersion', `The runtime speaks protocol ${version}, not ${protocolVersion}.`),
        )
        return
      }
      runtime.frames.send({
        t: 'load',
        id: loadId,
        dir: code.folder,
        handler: code.handler,
        environment: code.environment,
        secrets: code.secrets,
        functionName: code.functionName,
        revision: code.revision,
        timeoutSeconds: code.timeoutSeconds,
        check: code.isNew === true,
      })
    },
    onResult: (frame, body, bytes) => {
      if (frame.id === loadId) return loading.resolve()
      answer(frame.id, body ? { kind: 'answer', status: frame.status, headers: frame.headers, body } : tooLarge(bytes))
    },
    onError: frame => {
      if (frame.id === loadId) return loading.reject(loadFailure(frame, hide, printed()))
      answer(frame.id, callFailure(frame, hide))
    },
    onSign: () => lift(),
    onLines: lines => options.onLines(lines.map(line => ({ ...line, text: hide(line.text) }))),
    onlyInvocation: () => {
      const [only, ...others] = pending.values()
      return others.length === 0 ? only?.invocationId : undefined
    },
    onEnd: reason => {
      loading.reject(early('ProcessEnded', `The process ended while the code was loaded (${reason}).`))
      lift()
      const wasOpen = state === 'open'
      state = 'closed'
      if (wasOpen) options.listener.onLost(`The process ended (${reason}).`)
      for (const id of [...pending.keys()]) answer(id, crash(reason, linesOf(id)))
      drained.resolve()
    },
  })

  await load()
  state = 'open'
  return {
    get inFlight() {
      return pending.size
    },
    get suspicion() {
      return suspicion?.promise
    },
    get isOpen() {
      return state === 'open'
    },
    call,
    close: async graceSeconds => {
      state = 'closed'
      if (!isAwaited()) drained.resolve()
      let timer: NodeJS.Timeout | undefined
      const grace = new Promise<void>(resolve => {
        timer = setTimeout(resolve, graceSeconds * 1000)
      })
      await Promise.race([drained.promise, grace])
      clearTimeout(timer)
      for (const id of [...pending.keys()]) answer(id, stopped)
      await runtime.end()
    },
  }

  async function load(): Promise<void> {
    const { signal } = options
    const timer = setTimeout(() => {
      loading.reject(early('LoadTimeout', `Loading the code took longer than ${options.loadSeconds} seconds.`))
    }, options.loadSeconds * 1000)
    const abort = () => loading.reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    try {
      await loading.promise
    } catch (error) {
      state = 'closed'
      await runtime.end()
      throw error
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
  }

  function call({ invocationId, request, signal }: InstanceCall): Promise<CallOutcome> {
    const id = String((lastId += 1))
    const { promise, resolve } = Promise.withResolvers<CallOutcome>()
    const timeoutMs = code.timeoutSeconds * 1000
    let timer: NodeJS.Timeout
    /** The caller gets its outcome now; the handler is told and its answer, if one comes, is dropped. */
    const cancel = (reason: 'timeout' | 'client', outcome: CallOutcome) => {
      settle(outcome)
      if (withdraw()) return forget(id)
      runtime.frames.send({ t: 'cancel', id, reason })
      if (state === 'closed' && !isAwaited()) drained.resolve()
    }
    const onTimeout = () => {
      if (entry.awaited) cancel('timeout', timedOut(code.timeoutSeconds))
      if (!pending.has(id)) return
      suspicion ??= Promise.withResolvers<void>()
      timer = setTimeout(() => {
        retire(`A call did not end after its time was up (${code.timeoutSeconds} s), so its process is replaced.`)
      }, cancelGraceMs)
    }
    const onAbort = () => {
      if (entry.awaited) cancel('client', cancelled)
    }
    const settle = (outcome: CallOutcome) => {
      entry.awaited = false
      resolve(outcome)
    }
    const entry: Pending = {
      invocationId,
      mark: runtime.tail.mark(),
      awaited: true,
      settle,
      release: () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
      },
    }
    pending.set(id, entry)
    timer = setTimeout(onTimeout, timeoutMs)
    signal.addEventListener('abort', onAbort, { once: true })
    const { body, ...head } = request
    const withdraw = runtime.frames.send(
      {
        t: 'call',
        id,
        invocationId,
        deadline: options.now() + timeoutMs,
        request: head,
      },
      body,
    )
    if (signal.aborted) onAbort()
    return promise
  }
}
