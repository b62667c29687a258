import type { Readable } from 'node:stream'
import type { NewLogLine } from '../../../domain/log.ts'
import { readInTurns } from '../../../platform/readInTurns.ts'
import type { SandboxLevel } from '../../../platform/sandbox/sandbox.ts'
import { createLineSplitter, type SplitLine } from '../../../platform/splitLines.ts'
import { MalformedFrame } from './frames.ts'
import { createFrameSocket, type FrameSocket } from './frameSocket.ts'
import type { LaunchedRuntime, Placement } from './launchedRuntime.ts'
import type { RuntimeEnd } from './runtimeEnd.ts'
import { createOutputTail, type OutputTail } from './outputTail.ts'
import {
  type ChunkFrame,
  type EndFrame,
  type ErrorFrame,
  parseRuntimeFrame,
  type ReadyFrame,
  type ResultFrame,
} from './runtimeFrames.ts'

/** What a runtime process tells the one who listens, in order; what is left out is not heard. Must not throw. */
export interface RuntimeListener {
  readonly onReady?: (frame: ReadyFrame) => void
  /** `body` is absent when it was longer than is kept. */
  readonly onResult?: (frame: ResultFrame, body: Uint8Array | undefined, bytes: number) => void
  /** Bytes of an answer that comes bit by bit. May throw MalformedFrame. */
  readonly onChunk?: (frame: ChunkFrame, chunk: Uint8Array) => void
  readonly onStreamEnd?: (frame: EndFrame) => void
  readonly onError?: (frame: ErrorFrame) => void
  /** Lines of the function; those it printed before an answer come before that answer. */
  readonly onLines: (lines: readonly NewLogLine[]) => void
  /** The invocation that a line without one belongs to, if that is certain. */
  readonly onlyInvocation?: () => string | undefined
  /** It ended or was ended because it broke the protocol. Once. */
  readonly onEnd?: (end: RuntimeEnd) => void
}

/** A language's runtime as a process. */
export interface RuntimeProcess {
  readonly frames: Pick<FrameSocket, 'send'>
  readonly tail: OutputTail
  /** How it is kept from the rest of the machine. */
  readonly level: SandboxLevel
  /**
   * Makes it a function's, and answers where it finds its folder. Once. What its network refuses is among its lines.
   * @throws the system's error
   */
  place(placement: Placement): Promise<string>
  /** A call begins while it has so many others: it may use processor time. */
  beginCall(others: number): void
  /** Tells another from now on, one at a time: who starts it, who loads code, who calls. One that has ended says so. */
  listen(listener: RuntimeListener): void
  /** Ends it with all that it started. Resolves when nothing is left. Idempotent. */
  end(): Promise<void>
}

/** The largest answer of a function; above the 10 MiB of a request, which JSON escapes make longer. */
export const maxAnswerBytes = 32 * 1024 * 1024
/** How long output may take to arrive after the process ended while something that it started holds its pipes. */
const drainMs = 500

/** Microseconds, against Date.now() which may be a millisecond off. */
const preciseNow = () => Math.round((performance.timeOrigin + performance.now()) * 1000) / 1000

/**
 * Speaks with a process that has just been started; `startRuntime` also waits for it. `report` receives a failure to end
 * what is left of it.
 */
export function attachRuntime(
  launched: LaunchedRuntime,
  first: RuntimeListener,
  report: (error: unknown) => void,
): RuntimeProcess {
  let listener = first
  let ended: RuntimeEnd | undefined
  const tail = createOutputTail()
  let broken: RuntimeEnd | undefined
  let batch: NewLogLine[] = []

  const flush = () => {
    const lines = batch
    batch = []
    if (lines.length > 0) listener.onLines(lines)
  }
  const frames = createFrameSocket(launched.channel, maxAnswerBytes, {
    onFrame: (header, body, bytes) => {
      const frame = parseRuntimeFrame(header)
      if (frame.t === 'log') {
        const { t: _t, ...line } = frame
        tail.add(line)
        batch.push(line)
        return
      }
      flush()
      if (frame.t === 'ready') listener.onReady?.(frame)
      else if (frame.t === 'result') listener.onResult?.(frame, body, bytes)
      else if (frame.t === 'chunk') listener.onChunk?.(frame, requireChunk(body))
      else if (frame.t === 'end') listener.onStreamEnd?.(frame)
      else listener.onError?.(frame)
    },
    onChunk: flush,
    onError: error => {
      broken = { reason: `it broke the runtime protocol: ${error.message}` }
      void end()
    },
  })
  const takeLines = (stream: 'stdout' | 'stderr', lines: readonly SplitLine[]) => {
    if (lines.length === 0) return
    const time = preciseNow()
    const tie = tieTo(listener.onlyInvocation?.())
    const logged = lines.map(line => ({ time, stream, ...line, ...tie }))
    logged.forEach(tail.add)
    listener.onLines(logged)
  }
  const place = (placement: Placement) =>
    launched.place(placement, ({ reason }) => {
      const line = { time: preciseNow(), stream: 'system', text: reason } as const
      listener.onLines([{ ...line, ...tieTo(listener.onlyInvocation?.()) }])
    })
  const pipes = [
    readLines(launched.stdout, lines => takeLines('stdout', lines)),
    readLines(launched.stderr, lines => takeLines('stderr', lines)),
  ]
  const drained = Promise.all([closeOf(launched.channel), ...pipes.map(pipe => pipe.closed)])
  const endAll = () => launched.end().catch(report)
  const swept = launched.gone.then(async how => {
    // What it wrote before it ended may still be on its way.
    await Promise.race([drained, wait(drainMs)])
    for (const pipe of pipes) pipe.finish()
    ended = broken ?? how
    listener.onEnd?.(ended)
    await endAll()
    frames.close()
  })
  const end = async (): Promise<void> => {
    frames.close()
    await endAll()
    await swept
  }
  const listen = (next: RuntimeListener) => {
    listener = next
    if (ended !== undefined) listener.onEnd?.(ended)
  }
  return { frames, tail, level: launched.level, place, beginCall: launched.beginCall, listen, end }
}

const tieTo = (invocationId: string | undefined) => (invocationId === undefined ? {} : { invocationId })

function readLines(stream: Readable, onLines: (lines: readonly SplitLine[]) => void) {
  const splitter = createLineSplitter()
  let finished = false
  readInTurns(stream, chunk => {
    if (!finished) onLines(splitter.push(chunk))
  })
  return {
    closed: closeOf(stream),
    finish: () => {
      if (finished) return
      onLines(splitter.flush())
      finished = true
      stream.destroy()
    },
  }
}

/** @throws MalformedFrame when it was longer than is kept */
function requireChunk(body: Uint8Array | undefined): Uint8Array {
  if (body) return body
  throw new MalformedFrame('a chunk frame longer than any answer')
}

const closeOf = (stream: Readable): Promise<void> =>
  new Promise(resolve => {
    stream.once('close', resolve)
    // A broken pipe ends the stream: 'close' follows.
    stream.on('error', () => undefined)
  })

const wait = (milliseconds: number) =>
  new Promise<void>(resolve => {
    setTimeout(resolve, milliseconds).unref()
  })
