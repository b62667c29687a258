// The calls that a process has not answered yet, also those whose caller no longer waits.
import { callerGone, timedOut } from './platformAnswer.mjs'

/** What a runtime may send of one answer before its reader takes some (docs/runtime-protocol.md, "Streams"). */
const streamWindow = 256 * 1024
const chunkCost = 128
/** How long a handler may take to heed a cancel before its process counts as hung. */
const cancelGraceMs = 1000

/**
 * `send(frame, body?)` writes to the process; `mark()` is a place in its output. `onOverdue()`: the time of a call is up, and its
 * handler has yet to heed that; `onHung()`: it did not; `onFewer()`: a call has ended, or nobody waits for it any more.
 *
 * A caller gets, once: `answer({status, headers, body})` or `fail(failure)`; or `begin({status, headers})`, then
 * `push(chunk, onTaken)` for each chunk, and `end()` or `fail(failure)`.
 */
export function createPendingCalls({ timeoutSeconds, send, mark, onOverdue, onHung, onFewer }) {
  const entries = new Map()
  let lastId = 0

  function remove(entry) {
    clearTimeout(entry.timer)
    entries.delete(entry.id)
    onFewer()
  }
  /** The caller gets its answer now; the handler is told, and what it still answers is dropped. */
  function giveUp(entry, reason, failure) {
    if (!entry.awaited) return
    entry.awaited = false
    entry.caller.fail(failure)
    send({ t: 'cancel', id: entry.id, reason })
    onFewer()
  }
  function onTimeout(entry) {
    giveUp(entry, 'timeout', timedOut(timeoutSeconds))
    onOverdue()
    entry.timer = setTimeout(onHung, cancelGraceMs)
  }
  function settle(id, tell) {
    const entry = entries.get(id)
    if (entry === undefined) return
    if (entry.awaited) tell(entry)
    entry.awaited = false
    remove(entry)
  }
  /** What the reader has taken may be sent again; a frame for each small chunk would cost more than the chunk. */
  function take(entry, bytes) {
    entry.taken += bytes + chunkCost
    if (entry.taken < streamWindow / 4 || !entry.awaited) return
    send({ t: 'credit', id: entry.id, credit: entry.taken })
    entry.taken = 0
  }

  return {
    get size() {
      return entries.size
    },
    get areAwaited() {
      return entries.values().some(entry => entry.awaited)
    },
    /** The invocation under way if there is only one. */
    get only() {
      return entries.size === 1 ? entries.values().next().value.invocationId : undefined
    },
    /** Sends a call; what it returns gives it up, as its caller is gone. */
    start({ invocationId, request, body }, caller) {
      const id = String((lastId += 1))
      const entry = { id, invocationId, caller, mark: mark(), awaited: true, begun: false, taken: 0, timer: undefined }
      entries.set(id, entry)
      entry.timer = setTimeout(onTimeout, timeoutSeconds * 1000, entry)
      const deadline = Date.now() + timeoutSeconds * 1000
      send({ t: 'call', id, invocationId, deadline, credit: streamWindow, request }, body)
      return () => giveUp(entry, 'client', callerGone)
    },
    answer: (id, answer) => settle(id, ({ caller }) => caller.answer(answer)),
    fail: (id, failure) => settle(id, ({ caller }) => caller.fail(failure)),
    begin(id, head) {
      const entry = entries.get(id)
      // A second beginning breaks the protocol; the first one counts.
      if (entry === undefined || entry.begun || !entry.awaited) return
      entry.begun = true
      entry.caller.begin(head)
    },
    push(id, chunk) {
      const entry = entries.get(id)
      if (entry?.begun && entry.awaited) entry.caller.push(chunk, () => take(entry, chunk.length))
    },
    end: id => settle(id, ({ caller, begun }) => begun && caller.end()),
    failAll(failureOf) {
      for (const entry of [...entries.values()]) settle(entry.id, ({ caller }) => caller.fail(failureOf(entry)))
    },
  }
}
