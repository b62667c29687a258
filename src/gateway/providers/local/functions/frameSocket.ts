import type { Duplex } from 'node:stream'
import { readInTurns } from '../../../platform/readInTurns.ts'
import { createFrameReader, encodeFrame, type FrameHeader, type OnFrame } from './frames.ts'

/** Frames over the gateway's end of descriptor 3. */
export interface FrameSocket {
  /**
   * Queues a frame behind those that wait. What it returns takes the frame back, and answers whether it did: `false`
   * once its first byte is on its way.
   */
  send(header: FrameHeader, body?: Uint8Array): () => boolean
  /** Ends our side; the runtime ends at the end of the stream. */
  close(): void
}

/** What happens on a socket. */
export interface FrameSocketListener {
  readonly onFrame: OnFrame
  /** After all frames of one chunk. */
  readonly onChunk: () => void
  /** The peer broke the protocol or an `onFrame` threw; nothing more will be read. */
  readonly onError: (error: Error) => void
}

/** Frames up to this many bytes together leave as one buffer: what surrounds a buffer costs more than to copy so few. */
const mergedBytes = 16 * 1024

interface Waiting {
  readonly header: FrameHeader
  readonly body: Uint8Array | undefined
}

/**
 * Speaks frames on a stream. While the peer does not read, frames wait here as they were given, without a copy.
 */
export function createFrameSocket(stream: Duplex, maxBodyBytes: number, listener: FrameSocketListener): FrameSocket {
  const queue: Waiting[] = []
  let blocked = false
  let closed = false
  let flushing: NodeJS.Immediate | undefined

  const push = createFrameReader(listener.onFrame, maxBodyBytes)
  readInTurns(stream, chunk => {
    if (closed) return
    try {
      push(chunk)
    } catch (error) {
      closed = true
      listener.onError(error as Error)
    }
    listener.onChunk()
  })
  // A peer that is gone: the end of its process says more, and is awaited by the owner.
  stream.on('error', () => undefined)

  const write = (buffers: readonly Uint8Array[]) => {
    for (const buffer of buffers) blocked = !stream.write(buffer) || blocked
  }
  const flush = () => {
    flushing = undefined
    stream.cork()
    while (!blocked && !closed && queue.length > 0) {
      const buffers: Uint8Array[] = []
      let bytes = 0
      while (bytes < mergedBytes && queue.length > 0) {
        const { header, body } = queue.shift()!
        for (const buffer of encodeFrame(header, body)) {
          buffers.push(buffer)
          bytes += buffer.length
        }
      }
      write(bytes > mergedBytes ? buffers : [Buffer.concat(buffers, bytes)])
    }
    stream.uncork()
  }
  stream.on('drain', () => {
    blocked = false
    flush()
  })

  return {
    send: (header, body) => {
      const waiting = { header, body }
      queue.push(waiting)
      // What came in the same turn of the event loop leaves in one write, which is a good part of what a small call costs.
      flushing ??= setImmediate(flush)
      return () => {
        const at = queue.indexOf(waiting)
        if (at >= 0) queue.splice(at, 1)
        return at >= 0
      }
    },
    close: () => {
      closed = true
      clearImmediate(flushing)
      queue.length = 0
      stream.destroy()
    },
  }
}
