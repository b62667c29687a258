// A process that loads the code and then answers calls, until it ends or hangs.
import { watchCpu } from './cpuWatch.mjs'
import { attachHandler } from './handlerProcess.mjs'
import { cpuExcess } from './limits.mjs'
import { createOutputTail } from './outputTail.mjs'
import { createPendingCalls } from './pendingCalls.mjs'
import { crashed, failed, maxAnswerBytes, stopped } from './platformAnswer.mjs'

const loadId = 'load'
const loadSeconds = 60

/**
 * Loads the code into what spawnHandler started. `load` is what the load frame says of the function, `limits` what it may use
 * (`memoryBytes`, `cpuSeconds`), `writeLine` takes what is printed. The listener gets `onLoaded()` or `onNotLoaded(failure)`; `onRoom()`, when it may take another call;
 * `onAnswer()`, when the function has answered one; `onLost(reason)` once, when it takes no calls any more; `onGone()` at its
 * end.
 */
export function openInstance(spawned, { load, limits, hide, writeLine }, listener) {
  const tail = createOutputTail()
  const printed = () => tail.since(0).map(line => hide(line.text))
  let state = 'loading'
  let isSuspect = false

  const calls = createPendingCalls({
    timeoutSeconds: load.timeoutSeconds,
    send: (frame, body) => child.send(frame, body),
    mark: tail.mark,
    onOverdue: () => (isSuspect = true),
    onHung: () => lose(`A call did not end after its time was up (${load.timeoutSeconds} s).`),
    onFewer: () => (endWhenUnawaited(), listener.onRoom()),
  })
  const note = line => {
    tail.add(line)
    writeLine(line)
  }
  const child = attachHandler(spawned, limits.memoryBytes, {
    onFrame: receive,
    onLine: line => note(calls.only === undefined ? line : { ...line, invocationId: calls.only }),
    onEnd(end) {
      cpu.stop()
      if (state === 'loading') refuse(endedEarly(end, printed()))
      lose(`The process ended (${end.reason}).`)
      state = 'gone'
      calls.failAll(({ mark, invocationId }) =>
        crashed(
          end,
          tail.since(mark, invocationId).map(line => ({ ...line, text: hide(line.text) })),
        ),
      )
      listener.onGone()
    },
  })
  const cpu = watchCpu(spawned.pid, limits.cpuSeconds, () => child.end(cpuExcess(limits.cpuSeconds)))
  const loadTimer = setTimeout(() => {
    refuse({ ...tookTooLong, lines: printed() })
    child.end()
  }, loadSeconds * 1000)
  child.send({ t: 'load', id: loadId, environment: {}, secrets: {}, maxAnswerBytes, ...load })

  function receive(frame, body) {
    switch (frame.t) {
      case 'ready':
        return
      case 'log':
        note(frame)
        return
      case 'result':
        if (state === 'loading') settleLoad()
        else answer(frame, body)
        return
      case 'error':
        if (state === 'loading') {
          refuse(loadFailure(frame, hide, printed()))
          child.end()
        } else {
          lift()
          if (frame.code !== 'EVENT_INVALID') listener.onAnswer()
          calls.fail(frame.id, failed(frame, hide))
        }
        return
      default:
        lift()
        if (frame.t === 'chunk') calls.push(frame.id, body)
        else calls.end(frame.id)
    }
  }
  function settleLoad() {
    clearTimeout(loadTimer)
    state = 'open'
    listener.onLoaded()
  }
  function refuse(failure) {
    clearTimeout(loadTimer)
    if (state !== 'loading') return
    state = 'lost'
    listener.onNotLoaded(failure)
  }
  function answer({ id, status, headers, stream }, body) {
    lift()
    listener.onAnswer()
    if (stream === true) calls.begin(id, { status, headers })
    else calls.answer(id, { status, headers, body })
  }
  /** It answers, so it does not hang. */
  function lift() {
    if (!isSuspect) return
    isSuspect = false
    listener.onRoom()
  }
  function lose(reason) {
    if (state !== 'open') return
    state = 'lost'
    listener.onLost(reason)
    endWhenUnawaited()
  }
  function endWhenUnawaited() {
    if (state === 'lost' && !calls.areAwaited) child.end()
  }

  return {
    /** Whether it takes a call now, as one of `concurrency` at most. */
    hasRoom: concurrency => state === 'open' && !isSuspect && calls.size < concurrency,
    call(call, caller) {
      cpu.beginCall(calls.size)
      return calls.start(call, caller)
    },
    /** Ends it; who waits for an answer is told that it was stopped. */
    stop() {
      calls.failAll(() => stopped)
      child.end()
    },
  }
}

const tookTooLong = {
  code: 'LOAD_TIMEOUT',
  type: 'LoadTimeout',
  message: `Loading the code took longer than ${loadSeconds} seconds.`,
}

function endedEarly({ reason, wayOut }, lines) {
  if (wayOut !== undefined) {
    const message = `The process was ended while the code was loaded: ${reason}. ${wayOut}`
    return { code: 'LIMIT_EXCEEDED', type: 'LimitExceeded', message, lines }
  }
  const message = `The process ended while the code was loaded (${reason}).`
  return { code: 'PROCESS_ENDED', type: 'ProcessEnded', message, lines }
}

function loadFailure({ code, type, message, stack, file, line, column }, hide, printed) {
  const trace = stack.split('\n').filter(one => one !== '')
  const place = [file, line, column].filter(part => part !== undefined).join(':')
  return { code, type, message: hide(message), place, trace: trace.map(hide), lines: [...printed, ...trace.map(hide)] }
}
