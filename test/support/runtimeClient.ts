import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'

/** A frame of the runtime protocol (docs/runtime-protocol.md): its JSON line. */
export type Frame = Readonly<Record<string, unknown>> & { readonly t: string }

/** What a `result` or `error` frame said, with the bytes behind it. */
export interface Answer {
  readonly frame: Frame
  readonly body: Buffer
}

/** A `log` frame. */
export interface LogFrame extends Frame {
  readonly stream: 'out' | 'err'
  readonly time: number
  readonly text: string
  readonly invocationId?: string
  readonly truncated?: number
}

/** What a call sends; all else has a default. */
export interface CallOptions {
  readonly method?: string
  readonly path?: string
  readonly query?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: Buffer | string
  readonly invocationId?: string
}

/** What a load sends besides the folder. */
export interface LoadOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly secrets?: Readonly<Record<string, string>>
  /** Whether source files that are not imported are checked too. */
  readonly check?: boolean
}

/** A running runtime process, driven over fd 3 as the gateway does it. */
export interface RuntimeClient {
  readonly ready: Frame
  readonly channel: Duplex
  readonly process: ChildProcess
  /** Every log frame so far, in order. */
  readonly logs: readonly LogFrame[]
  /** What arrived on the plain pipes so far. */
  readonly raw: { readonly out: string; readonly err: string }
  /** Resolves to code and signal when the process has ended and its channel is read to the end. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
  send(frame: Frame, body?: Buffer): void
  /** Sends the frame and resolves to the answer with its id; rejects when the runtime ends before it. */
  request(frame: Frame & { readonly id: string }, body?: Buffer): Promise<Answer>
  load(dir: string, handler: string, options?: LoadOptions): Promise<Answer>
  /** `id` is the call's own when it is to be cancelled. */
  call(options?: CallOptions & { readonly id?: string }): Promise<Answer>
  /** A call whose answer comes bit by bit; its reader gives `credit`, and later more. */
  stream(options: CallOptions & { readonly id: string; readonly credit: number }): RunningStream
  cancel(id: string, reason: 'timeout' | 'client'): void
  /** Resolves to the first log frame, past or future, for which `test` holds. */
  waitForLog(test: (log: LogFrame) => boolean): Promise<LogFrame>
  stop(): Promise<void>
}

/** An answer that comes bit by bit. */
export interface RunningStream {
  /** The `result` frame, or the error in its place. */
  readonly head: Promise<Answer>
  /** What has come so far. */
  readonly chunks: readonly Buffer[]
  /** Lets the runtime send so many bytes more. */
  credit(bytes: number): void
  /** Resolves when something has come for which `test` holds; past chunks count. */
  until(test: (chunks: readonly Buffer[]) => boolean): Promise<void>
  /** The `end` or `error` frame. */
  readonly end: Promise<Frame>
}

/** How to start a runtime: its interpreter, and the arguments up to the entry file. */
export interface RuntimeCommand {
  readonly command: string
  readonly args: readonly string[]
}

const callSeconds = 30

/** Starts a runtime and resolves when its ready frame is there. */
export async function startRuntime({ command, args }: RuntimeCommand): Promise<RuntimeClient> {
  const child = spawn(command, [...args, '--fd', '3'], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  const channel = child.stdio[3] as Duplex
  const raw = { out: '', err: '' }
  child.stdout?.setEncoding('utf8').on('data', text => (raw.out += text))
  child.stderr?.setEncoding('utf8').on('data', text => (raw.err += text))
  const logs: LogFrame[] = []
  const waiting = new Map<string, PromiseWithResolvers<Answer>>()
  const watchers = new Set<() => void>()
  const streams = new Map<string, { readonly chunks: Buffer[]; readonly end: PromiseWithResolvers<Frame> }>()
  const isReady = Promise.withResolvers<Frame>()
  let counter = 0

  readFrames(channel, (frame, body) => {
    if (frame.t === 'ready') isReady.resolve(frame)
    else if (frame.t === 'log') logs.push(frame as LogFrame)
    else if (frame.t === 'chunk') streams.get(String(frame.id))?.chunks.push(Buffer.from(body))
    else {
      if (frame.t !== 'result') streams.get(String(frame.id))?.end.resolve(frame)
      waiting.get(String(frame.id))?.resolve({ frame, body })
      waiting.delete(String(frame.id))
    }
    for (const watch of watchers) watch()
  })
  channel.on('error', () => channel.destroy())
  const closed = Promise.all([once(child, 'close') as Promise<[number | null, string | null]>, once(channel, 'close')])
  const ended = closed.then(([[code, signal]]) => ({ code, signal }))
  child.on('error', isReady.reject)
  void ended.then(({ code, signal }) => {
    const gone = new Error(`the runtime ended (${code ?? signal}): ${raw.err}`)
    isReady.reject(gone)
    for (const { reject } of waiting.values()) reject(gone)
    for (const { end } of streams.values()) end.reject(gone)
  })

  const send = (frame: Frame, body?: Buffer): void => {
    channel.write(`${JSON.stringify(body === undefined ? frame : { ...frame, bytes: body.length })}\n`)
    if (body !== undefined && body.length > 0) channel.write(body)
  }
  const request = (frame: Frame & { readonly id: string }, body?: Buffer): Promise<Answer> => {
    const answer = Promise.withResolvers<Answer>()
    waiting.set(frame.id, answer)
    send(frame, body)
    return answer.promise
  }

  const until = (test: () => boolean): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = (): void => {
      if (!test()) return
      watchers.delete(look)
      resolve()
    }
    watchers.add(look)
    look()
    return promise
  }
  const callFrame = (id: string, options: CallOptions): Frame & { readonly id: string } => ({
    t: 'call',
    id,
    invocationId: options.invocationId ?? `invocation-${counter}`,
    deadline: Date.now() + callSeconds * 1000,
    request: {
      method: options.method ?? 'POST',
      path: options.path ?? '/',
      query: options.query ?? '',
      headers: options.headers ?? {},
    },
  })

  return {
    ready: await isReady.promise,
    channel,
    process: child,
    logs,
    raw,
    ended,
    send,
    request,
    load: (dir, handler, options = {}) =>
      request({
        t: 'load',
        id: 'load',
        dir,
        handler,
        environment: options.environment ?? {},
        secrets: options.secrets ?? {},
        functionName: 'under-test',
        revision: 7,
        timeoutSeconds: callSeconds,
        check: options.check ?? false,
      }),
    call: (options = {}) => {
      counter += 1
      const id = options.id ?? `call-${counter}`
      return request(callFrame(id, options), Buffer.from(options.body ?? ''))
    },
    stream: ({ id, credit, ...options }) => {
      counter += 1
      const chunks: Buffer[] = []
      const end = Promise.withResolvers<Frame>()
      end.promise.catch(() => undefined)
      streams.set(id, { chunks, end })
      return {
        head: request({ ...callFrame(id, options), credit }, Buffer.from(options.body ?? '')),
        chunks,
        end: end.promise,
        credit: bytes => send({ t: 'credit', id, credit: bytes }),
        until: test => until(() => test(chunks)),
      }
    },
    cancel: (id, reason) => send({ t: 'cancel', id, reason }),
    waitForLog: test => {
      const { promise, resolve } = Promise.withResolvers<LogFrame>()
      const look = (): void => {
        const found = logs.find(test)
        if (found === undefined) return
        watchers.delete(look)
        resolve(found)
      }
      watchers.add(look)
      look()
      return promise
    },
    stop: async () => {
      channel.destroy()
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await ended
    },
  }
}

/** Calls `onFrame` for each frame of a stream. */
function readFrames(stream: Duplex, onFrame: (frame: Frame, body: Buffer) => void): void {
  let held: Buffer[] = []
  let size = 0
  let wanted = 0
  stream.on('data', (chunk: Buffer) => {
    held.push(chunk)
    size += chunk.length
    // Joined only when enough is there, so that a large body is not copied once for each of its chunks.
    if (size < wanted) return
    let buffer = Buffer.concat(held)
    for (;;) {
      const end = buffer.indexOf(10)
      if (end < 0) break
      const frame = JSON.parse(buffer.toString('utf8', 0, end)) as Frame
      const last = end + 1 + Number(frame.bytes ?? 0)
      wanted = last
      if (buffer.length < last) break
      wanted = 0
      onFrame(frame, buffer.subarray(end + 1, last))
      buffer = buffer.subarray(last)
    }
    held = [buffer]
    size = buffer.length
  })
}
