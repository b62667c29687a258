// Speaks with the process that holds the handler.
import { createFrameReader, encodeFrame, MalformedFrame } from '../frames.mjs'
import { createLineBuffer } from '../lineBuffer.mjs'
import { readFrame } from './answerFrames.mjs'
import { countMemoryKills, memoryExcess } from './limits.mjs'
import { maxAnswerBytes } from './platformAnswer.mjs'

/** How long output may take to arrive after the process ended while something that it started holds its pipes. */
const drainMs = 500

/**
 * Takes over what spawnHandler started. The listener gets `onFrame(frame, body)`, `onLine({stream, text, truncated})` of the
 * plain pipes, and `onEnd({reason, wayOut})` once, when it has ended and what it wrote is read; a `wayOut` has one that was ended
 * for what it used.
 */
export function attachHandler(child, memoryBytes, listener) {
  const channel = child.stdio[3]
  const killsBefore = countMemoryKills()
  let ending
  let isEnded = false
  let isOver = false

  const end = why => {
    if (!isOver) ending ??= why
    isEnded = true
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch (error) {
      if (error.code !== 'ESRCH') throw error
    }
  }
  const push = createFrameReader((header, body) => listener.onFrame(readFrame(header), body), maxAnswerBytes)
  channel.on('data', chunk => {
    if (ending !== undefined || isOver) return
    try {
      push(chunk)
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error
      end({ reason: `it broke the runtime protocol: ${error.message}` })
    }
  })
  // One that is gone: its end says more.
  channel.on('error', () => undefined)
  const flushes = ['out', 'err'].map((stream, i) => {
    const pipe = child.stdio[i + 1].setEncoding('utf8')
    const lines = createLineBuffer((text, truncated) => listener.onLine({ stream, text, truncated }))
    pipe.on('data', text => isOver || lines.push(text))
    return lines.flush
  })
  const finish = how => {
    if (isOver) return
    for (const flush of flushes) flush()
    isOver = true
    for (const stream of child.stdio) stream?.destroy()
    // What it started may live on.
    end()
    listener.onEnd(ending ?? how)
  }
  child.on('error', error => finish({ reason: `it could not be started: ${error.message}` }))
  child.on('exit', (code, signal) => {
    const isForMemory = signal === 'SIGKILL' && !isEnded && countMemoryKills() > killsBefore
    const how = isForMemory
      ? memoryExcess(memoryBytes)
      : { reason: signal === null ? `exit code ${code}` : `signal ${signal}` }
    const timer = setTimeout(finish, drainMs, how)
    child.on('close', () => {
      clearTimeout(timer)
      finish(how)
    })
  })
  return {
    send(header, body) {
      for (const buffer of encodeFrame(header, body)) channel.write(buffer)
    },
    /** Ends it with all that it started; `why` is then how it has ended. */
    end,
  }
}
