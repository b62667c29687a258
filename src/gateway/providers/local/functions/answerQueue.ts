import type { AnswerStream } from '../../../domain/function.ts'
import type { AnswerBroken } from '../../../domain/functionAnswer.ts'
import { MalformedFrame } from './frames.ts'

/**
 * What a runtime may send of one answer before its reader takes some: so many bytes, each chunk counting a few more
 * (docs/runtime-protocol.md, "Streams").
 */
export const streamWindow = 256 * 1024
const chunkCost = 128
/** A runtime sends a chunk while it has any credit left. */
const largestChunk = 64 * 1024

/** The answer of one call as its chunks arrive. */
export interface AnswerQueue {
  readonly stream: AnswerStream
  /** @throws MalformedFrame when the runtime sends more than it may */
  push(chunk: Uint8Array): void
  /** What has arrived is read before the end, also before one that is a failure. */
  end(): void
  fail(error: AnswerBroken): void
}

/** What the queue tells. */
export interface AnswerQueueListener {
  /** The runtime may send so many bytes more. */
  readonly onCredit: (bytes: number) => void
  /** The reader wants no more, though the answer has not ended. */
  readonly onAbandoned: () => void
}

/** An empty queue. It holds no more than the window, however slow its reader is. */
export function createAnswerQueue({ onCredit, onAbandoned }: AnswerQueueListener): AnswerQueue {
  const waiting: Uint8Array[] = []
  const broken = new AbortController()
  let held = 0
  let credit = 0
  let state: 'open' | 'ended' | 'read' = 'open'
  let failure: AnswerBroken | undefined
  let wake: (() => void) | undefined

  const tell = () => {
    wake?.()
    wake = undefined
  }
  const take = (): Uint8Array | undefined => {
    const chunk = waiting.shift()
    if (!chunk) return undefined
    const cost = chunk.length + chunkCost
    held -= cost
    credit += cost
    // A frame for each small chunk would cost more than the chunk.
    if (credit >= streamWindow / 4 && state === 'open' && !failure) {
      onCredit(credit)
      credit = 0
    }
    return chunk
  }
  const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    for (;;) {
      const chunk = take()
      if (chunk) return { done: false, value: chunk }
      if (failure) {
        state = 'read'
        throw failure
      }
      if (state !== 'open') return { done: true, value: undefined }
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
  }
  return {
    stream: {
      broken: broken.signal,
      [Symbol.asyncIterator]: () => ({
        next,
        return: async () => {
          waiting.length = 0
          if (state === 'open' && !failure) onAbandoned()
          state = 'read'
          return { done: true, value: undefined }
        },
      }),
    },
    push: chunk => {
      if (state !== 'open' || failure) return
      held += chunk.length + chunkCost
      if (held > streamWindow + largestChunk + chunkCost) throw new MalformedFrame('a chunk frame without credit')
      waiting.push(chunk)
      tell()
    },
    end: () => {
      if (state === 'open') state = 'ended'
      tell()
    },
    fail: error => {
      if (state !== 'open' || failure) return
      failure = error
      broken.abort(error)
      tell()
    },
  }
}
