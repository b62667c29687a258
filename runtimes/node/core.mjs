// The rules of the protocol, for any transport: one load, then calls side by side, each answered once.
import { realpathSync } from 'node:fs'
import { encodeAnswer, refuseLarger } from './answer.mjs'
import { createCredit, sendStream } from './answerStream.mjs'
import { createContext } from './context.mjs'
import { readEvent } from './event.mjs'
import { describeFailure, PlatformFailure } from './failure.mjs'
import { MalformedFrame } from './frames.mjs'
import { locateFailure } from './loadFailure.mjs'
import { findHandler, importHandler } from './loadHandler.mjs'
import { checkSources, findRefusal } from './sourceCheck.mjs'

const protocolVersion = 2

const abortReasons = {
  timeout: () => new DOMException('the call took longer than the function may', 'TimeoutError'),
  client: () => new DOMException('the caller went away', 'AbortError'),
}

/**
 * `send(header, body?)` writes one frame; `logs` is what captureLogs returned; `beforeLoad()` is called once, before any
 * code of the function runs. `start(debugger?)` says ready and `receive(frame, body)` takes every frame of the gateway; it
 * throws MalformedFrame for one that breaks the protocol.
 */
export function createCore({ send, logs, beforeLoad = () => undefined }) {
  const running = new Map()
  /** Settles to the loaded function, or to a refusal that every call gets. Undefined before the load frame. */
  let loading
  let dir

  async function load(frame) {
    let found
    try {
      Object.assign(process.env, frame.environment, frame.secrets)
      dir = realpathSync(frame.dir)
      process.chdir(dir)
      found = findHandler(dir, frame.handler)
      beforeLoad()
      const handle = await importHandler(found)
      logs.endUntied()
      if (frame.check === true)
        for (const warning of checkSources(found.file, dir)) logs.current().err.write(`${warning}\n`)
      send({ t: 'result', id: frame.id })
      return { frame, handle }
    } catch (error) {
      const failure = describeLoadFailure((found && findRefusal(error, found.file, dir)) ?? error)
      logs.endUntied()
      send({ t: 'error', id: frame.id, ...failure })
      return { failure }
    }
  }

  function describeLoadFailure(error) {
    const failure = describeFailure(error, 'LOAD_FAILED', dir)
    if (error instanceof PlatformFailure || dir === undefined) return failure
    try {
      return { ...failure, ...locateFailure(error, dir) }
    } catch {
      // A thrown object may have hostile getters, as above.
      return failure
    }
  }

  /** Runs inside the call's log, so that what the answer's own toJSON prints is tied as well. */
  async function invoke(loaded, frame, body, signal) {
    const { event, cloudEvent } = readEvent(frame.request.headers, body)
    const context = createContext(loaded.frame, frame, body, signal, cloudEvent)
    const answer = encodeAnswer(await loaded.handle(event, context))
    if (answer.iterator !== undefined) await stream(frame.id, answer, signal)
    else refuseLarger(answer, loaded.frame.maxAnswerBytes)
    return answer
  }

  async function stream(id, { status, headers, iterator }, signal) {
    const { credit } = running.get(id)
    const begin = given => send({ t: 'result', id, status, headers: given, stream: true })
    await sendStream({ iterator, headers, credit, signal, begin, push: piece => send({ t: 'chunk', id }, piece) })
  }

  function report(log, failure, error, signal) {
    const isEcho = signal.aborted && (error === signal.reason || failure.type === 'AbortError')
    if (failure.code === 'EVENT_INVALID' || isEcho) return
    log.err.endLine()
    log.err.write(`${failure.stack || failure.message}\n`)
  }

  async function call(frame, body) {
    const controller = new AbortController()
    const log = logs.open(frame.invocationId)
    running.set(frame.id, { controller, log, credit: createCredit(frame.credit ?? 0) })
    const loaded = await loading
    let answer
    let failure = loaded.failure
    const { signal } = controller
    if (failure === undefined && signal.aborted) failure = describeFailure(signal.reason, 'FUNCTION_FAILED', dir)
    if (failure === undefined) {
      try {
        answer = await logs.run(log, () => invoke(loaded, frame, body, signal))
      } catch (error) {
        failure = describeFailure(error, 'FUNCTION_FAILED', dir)
        report(log, failure, error, signal)
      }
    }
    running.delete(frame.id)
    logs.close(log)
    if (failure !== undefined) send({ t: 'error', id: frame.id, ...failure })
    else if (answer.iterator !== undefined) send({ t: 'end', id: frame.id })
    else send({ t: 'result', id: frame.id, status: answer.status, headers: answer.headers }, answer.body)
  }

  function cancel({ id, reason }) {
    const call = running.get(id)
    // A call that has just been answered is unknown here, and that is fine.
    if (call === undefined) return
    const why = (abortReasons[reason] ?? abortReasons.client)()
    logs.run(call.log, () => call.controller.abort(why))
  }

  process.on('uncaughtException', error => {
    // A function that has its own listener has decided to live on.
    if (process.listenerCount('uncaughtException') > 1) return
    const { stack, message } = describeFailure(error, 'FUNCTION_FAILED', dir)
    const log = logs.current()
    log.err.endLine()
    log.err.write(`${stack || message}\n`)
    process.exit(1)
  })

  return {
    start(debug) {
      send({
        t: 'ready',
        version: protocolVersion,
        runtime: 'node',
        runtimeVersion: process.versions.node,
        pid: process.pid,
        ...(debug && { debugger: debug }),
      })
    },
    receive(frame, body) {
      switch (frame.t) {
        case 'load':
          if (loading !== undefined) throw new MalformedFrame('a second load frame: a process holds one function')
          requireFields(frame, { id: isId, dir: isString, handler: isString })
          loading = load(frame)
          return
        case 'call':
          if (loading === undefined) throw new MalformedFrame('a call frame before the load frame')
          requireFields(frame, { id: isId, request: isRequest })
          if (running.has(frame.id)) throw new MalformedFrame(`a second call frame with the id ${frame.id}`)
          void call(frame, body)
          return
        case 'cancel':
          cancel(frame)
          return
        case 'credit':
          requireFields(frame, { credit: isCount })
          // As above: the call may just have been answered.
          running.get(frame.id)?.credit.add(frame.credit)
          return
        default:
          throw new MalformedFrame(`a frame of the unknown type ${JSON.stringify(frame.t)}`)
      }
    },
  }
}

const isString = value => typeof value === 'string'
const isCount = value => Number.isSafeInteger(value) && value >= 0
const isId = value => typeof value === 'string' || Number.isSafeInteger(value)
const isRequest = value =>
  value !== null &&
  typeof value === 'object' &&
  [value.method, value.path, value.query].every(isString) &&
  value.headers !== null &&
  typeof value.headers === 'object'

function requireFields(frame, checks) {
  for (const [name, check] of Object.entries(checks)) {
    if (!check(frame[name])) throw new MalformedFrame(`a ${frame.t} frame with a wrong "${name}"`)
  }
}
