import { once } from 'node:events'
import { createConnection } from 'node:net'
import type { DebuggerClient } from './debuggerClients.ts'

interface Message {
  readonly type: 'response' | 'event'
  readonly event?: string
  readonly request_seq?: number
  readonly success?: boolean
  readonly message?: string
  readonly body?: unknown
}
interface Frame {
  readonly id: number
  readonly line: number
  readonly source: { readonly path: string }
}

/** Speaks the Debug Adapter Protocol with a debugpy that listens. */
export async function attachDebugpy(host: string, port: number): Promise<DebuggerClient> {
  const socket = createConnection(port, host)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  const answers = new Map<number, PromiseWithResolvers<Message>>()
  const initialized = Promise.withResolvers<void>()
  const stops: number[] = []
  const wanted: ((thread: number) => void)[] = []
  const breakpoints = new Map<string, number[]>()
  let held = Buffer.alloc(0)
  let seq = 0
  let thread = 0

  const take = (message: Message) => {
    if (message.type === 'response') answers.get(message.request_seq!)?.resolve(message)
    else if (message.event === 'initialized') initialized.resolve()
    else if (message.event === 'stopped') {
      const next = wanted.shift() ?? (stopped => stops.push(stopped))
      next((message.body as { threadId: number }).threadId)
    }
  }
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk])
    for (;;) {
      const end = held.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = Number(/Content-Length: (\d+)/.exec(held.toString('latin1', 0, end))?.[1])
      if (held.length < end + 4 + length) return
      take(JSON.parse(held.toString('utf8', end + 4, end + 4 + length)) as Message)
      held = held.subarray(end + 4 + length)
    }
  })
  const send = async (command: string, given: object = {}): Promise<unknown> => {
    const text = Buffer.from(JSON.stringify({ seq: (seq += 1), type: 'request', command, arguments: given }))
    const answer = Promise.withResolvers<Message>()
    answers.set(seq, answer)
    socket.write(Buffer.concat([Buffer.from(`Content-Length: ${text.length}\r\n\r\n`), text]))
    const { success, message, body } = await answer.promise
    if (success === false) throw new Error(`${command}: ${message}`)
    return body
  }
  await send('initialize', { adapterID: 'debugpy', linesStartAt1: true, columnsStartAt1: true, pathFormat: 'path' })
  // It is answered when the configuration is done.
  const attached = send('attach', { justMyCode: true })
  await initialized.promise
  return {
    breakAt: async (path, line) => {
      const lines = [...(breakpoints.get(path) ?? []), line]
      breakpoints.set(path, lines)
      await send('setBreakpoints', { source: { path }, breakpoints: lines.map(one => ({ line: one })) })
    },
    run: async () => {
      await send('configurationDone')
      await attached
    },
    stop: async () => {
      thread = stops.shift() ?? (await new Promise<number>(resolve => wanted.push(resolve)))
      const { stackFrames } = (await send('stackTrace', { threadId: thread })) as { stackFrames: readonly Frame[] }
      const { id, line, source } = stackFrames[0]!
      return {
        path: source.path,
        line,
        evaluate: async expression => {
          const { result } = (await send('evaluate', { expression, frameId: id })) as { result: string }
          return result.replace(/^'(.*)'$/, '$1')
        },
      }
    },
    resume: async () => void (await send('continue', { threadId: thread })),
    [Symbol.dispose]: () => socket.destroy(),
  }
}
