// Leads calls to the one process that serves, replaces it when it is lost, and lets calls wait meanwhile.
import { notStarted, overloaded, stopped, waitedTooLong } from './platformAnswer.mjs'

/** How long a call waits: longer than a load may take, so that a failed one is told. */
const queueSeconds = 65
const mostWaiting = 1000
const waitingPerCall = 10
const mostWaitingBytes = 128 * 1024 * 1024
/** So many lost processes in that time, without an answer between them, are a crash loop. */
const mostLost = 5
const lostWithinMs = 60_000

/**
 * `open(listener)` starts a process and loads the code. `onReady()`: the first one has loaded; `onFatal(failure)`: it has not, or one after the
 * other is lost; `say(text)` tells of a replacement.
 */
export function createServing({ concurrency, open, onReady, onFatal, say }) {
  const limit = concurrency === 0 ? Number.POSITIVE_INFINITY : concurrency
  const longestQueue = concurrency === 0 ? mostWaiting : Math.min(waitingPerCall * concurrency, mostWaiting)
  const instances = new Set()
  const waiting = new Set()
  let waitingBytes = 0
  let current
  let isReady = false
  let isStopped = false
  let lost = []

  function start() {
    const instance = open({
      onLoaded() {
        if (!isReady) onReady()
        isReady = true
        serve()
      },
      onNotLoaded(failure) {
        if (!isReady) return onFatal(failure)
        say(`A new process could not be started. ${failure.type}: ${failure.message}`)
        refuseAll(notStarted(failure))
        replace(failure)
      },
      onRoom: () => serve(),
      onAnswer: () => (lost = []),
      onLost(reason) {
        if (isStopped) return
        say(`${reason} A new process takes its place.`)
        replace({ type: 'ProcessEnded', message: reason, lines: [] })
      },
      onGone: () => instances.delete(instance),
    })
    instances.add(instance)
    current = instance
  }
  function replace(failure) {
    if (isStopped) return
    const now = performance.now()
    lost = [...lost.filter(at => now - at < lostWithinMs), now]
    if (lost.length < mostLost) return start()
    const message = `${mostLost} processes were lost within ${lostWithinMs / 1000} seconds without an answer; the last one: ${failure.message}`
    current = undefined
    refuseAll(notStarted(failure))
    // What the last one had under way is answered first.
    setImmediate(onFatal, { ...failure, code: 'CRASH_LOOP', message })
  }
  function serve() {
    for (const call of waiting) {
      if (!current?.hasRoom(limit)) return
      leave(call)
      call.begin()
    }
  }
  function leave(call) {
    clearTimeout(call.timer)
    waiting.delete(call)
    waitingBytes -= call.bytes
  }
  function refuseAll(failure) {
    for (const call of [...waiting]) {
      leave(call)
      call.caller.fail(failure)
    }
  }
  function wait(call, caller, onBegun) {
    const bytes = call.body.length
    if (waiting.size >= longestQueue || (waiting.size > 0 && waitingBytes + bytes > mostWaitingBytes)) {
      caller.fail(overloaded)
      return () => undefined
    }
    const one = { caller, bytes, timer: undefined, begin: () => onBegun(current.call(call, caller)) }
    one.timer = setTimeout(() => {
      leave(one)
      caller.fail(waitedTooLong(queueSeconds))
    }, queueSeconds * 1000)
    waiting.add(one)
    waitingBytes += bytes
    return () => waiting.has(one) && leave(one)
  }

  return {
    start,
    /** Makes a call; what it returns gives it up. See pendingCalls.mjs for what `caller` gets. */
    call(call, caller) {
      if (waiting.size === 0 && current?.hasRoom(limit)) return current.call(call, caller)
      let giveUp = wait(call, caller, begun => (giveUp = begun))
      return () => giveUp()
    },
    /** Ends all; who waits for an answer is told that it was stopped. */
    stop() {
      isStopped = true
      refuseAll(stopped)
      for (const instance of instances) instance.stop()
    },
  }
}
