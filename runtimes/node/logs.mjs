// What the handler prints becomes log frames, each tied to the call that printed it.
import { AsyncLocalStorage } from 'node:async_hooks'
import { StringDecoder } from 'node:string_decoder'
import { createLineBuffer } from './lineBuffer.mjs'

const microsecondsPerMs = 1000

/** Epoch milliseconds with microseconds; Date.now() can be a millisecond off against the monotonic clock. */
function now() {
  return Math.round((performance.timeOrigin + performance.now()) * microsecondsPerMs) / microsecondsPerMs
}

function createLogStream(send, stream, invocationId) {
  const tie = invocationId === undefined ? {} : { invocationId }
  const lines = createLineBuffer((text, truncated) => {
    send({ t: 'log', stream, time: now(), text, ...tie, ...(truncated > 0 ? { truncated } : {}) })
  })
  const decoder = new StringDecoder('utf8')
  return {
    write(chunk, encoding) {
      if (typeof chunk === 'string') lines.push(isText(encoding) ? chunk : Buffer.from(chunk, encoding).toString())
      else lines.push(decoder.write(chunk))
    },
    /** Ends a line that has begun. */
    endLine() {
      lines.push(decoder.end())
      lines.flush()
    },
  }
}

const isText = encoding => typeof encoding !== 'string' || !/^(hex|base64|base64url)$/i.test(encoding)

/**
 * Replaces `write` of process.stdout and process.stderr, through which console and every library print.
 * `open(invocationId)` starts the log of one call and `close(log)` ends its last line; `run(log, work)` ties to it what
 * `work` and everything it starts prints; `current()` is the log of the running code. Subprocesses write to the plain
 * pipes, which are not touched.
 */
export function captureLogs(send) {
  const storage = new AsyncLocalStorage()

  function open(invocationId) {
    const out = createLogStream(send, 'out', invocationId)
    const err = createLogStream(send, 'err', invocationId)
    return {
      out,
      err,
      flush() {
        out.endLine()
        err.endLine()
      },
    }
  }

  const untied = open(undefined)
  const opened = new Set([untied])
  const current = () => storage.getStore() ?? untied

  function capture(stream, name) {
    // Node makes the pipe of a stream that is opened one that refuses what it has no room for. What is written straight
    // to the pipe, as by fs.writeSync(1), waits instead. A file has no such handle.
    stream._handle?.setBlocking?.(true)
    stream.write = (chunk, encoding, callback) => {
      const done = typeof encoding === 'function' ? encoding : callback
      if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) {
        throw new TypeError(
          `The "chunk" argument must be a string or bytes, got ${chunk === null ? 'null' : typeof chunk}`,
        )
      }
      current()[name].write(chunk, encoding)
      if (typeof done === 'function') process.nextTick(done)
      return true
    }
  }
  capture(process.stdout, 'out')
  capture(process.stderr, 'err')
  process.on('exit', () => {
    for (const log of opened) log.flush()
  })

  return {
    open(invocationId) {
      const log = open(invocationId)
      opened.add(log)
      return log
    },
    close(log) {
      opened.delete(log)
      log.flush()
    },
    run: (log, work) => storage.run(log, work),
    current,
    /** Ends the lines that belong to no call. */
    endUntied: () => untied.flush(),
  }
}
