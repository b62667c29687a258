import type { Readable } from 'node:stream'

/** A read of this many bytes or more had the pipe full: the next one would follow before anything else gets a turn. */
const fullRead = 32 * 1024

/**
 * Takes chunks as they arrive, but between two large ones everything else has its turn: a process that writes as fast
 * as it can would hold the event loop otherwise. What is not taken yet waits in the pipe, and in the end its writer.
 */
export function readInTurns(stream: Readable, onChunk: (chunk: Buffer) => void): void {
  stream.on('data', (chunk: Buffer) => {
    onChunk(chunk)
    if (chunk.length < fullRead) return
    stream.pause()
    setImmediate(() => stream.resume())
  })
}
