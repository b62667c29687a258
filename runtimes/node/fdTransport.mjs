// The local transport: frames over one inherited duplex descriptor (a socket pair whose other end is the gateway's).
import { writeSync, writevSync } from 'node:fs'
import { Socket } from 'node:net'
import { createFrameReader, encodeFrame, MalformedFrame } from './frames.mjs'

const longestPauseMs = 2

/** Ends the process without running handlers of the user's code, which could keep it alive. */
function leave(code) {
  process.reallyExit(code)
}

/** Waits until the descriptor takes more, at first very briefly. */
function createPause() {
  const cell = new Int32Array(new SharedArrayBuffer(4))
  let ms = 0.05
  return () => {
    Atomics.wait(cell, 0, 0, ms)
    ms = Math.min(ms * 2, longestPauseMs)
  }
}

/**
 * Opens the descriptor. `send(header, body?)` returns when the kernel has taken the whole frame: a gateway that reads
 * slowly slows the function down instead of filling its memory, and what was printed before a crash is not lost.
 */
export function openFdTransport(fd) {
  function writeAll(buffers) {
    let pause
    let left = buffers
    while (left.length > 0) {
      let written
      try {
        written = left.length === 1 ? writeSync(fd, left[0]) : writevSync(fd, left)
      } catch (error) {
        // The gateway is gone, so nobody is left to work for.
        if (error.code !== 'EAGAIN') leave(0)
        pause ??= createPause()
        pause()
        continue
      }
      left = dropBytes(left, written)
    }
  }

  return {
    send(header, body) {
      writeAll(encodeFrame(header, body))
    },
    /** Hands each frame that arrives to `onFrame(header, body)`. Ends the process at the end of the stream. */
    start(onFrame) {
      const push = createFrameReader(onFrame)
      const socket = new Socket({ fd, readable: true, writable: false })
      socket.on('data', chunk => {
        try {
          push(chunk)
        } catch (error) {
          if (!(error instanceof MalformedFrame)) throw error
          writeSync(2, `hks runtime: ${error.message}\n`)
          leave(70)
        }
      })
      socket.on('error', () => leave(0))
      socket.on('close', () => leave(0))
      socket.on('end', () => leave(0))
    },
  }
}

function dropBytes(buffers, count) {
  let left = count
  const rest = []
  for (const buffer of buffers) {
    if (left >= buffer.length) left -= buffer.length
    else {
      rest.push(left === 0 ? buffer : buffer.subarray(left))
      left = 0
    }
  }
  return rest
}
