import { once } from 'node:events'
import WebSocket from 'ws'

/** Where a debugger was made to stop. */
export interface Stop {
  /** `file:` URL. */
  readonly file: string
  /** Counted from one. */
  readonly line: number
  /** The value of an expression there, as JSON knows it. */
  evaluate(expression: string): Promise<unknown>
}

/** A debugger for Node.js that does no more than tests need. */
export interface InspectorClient extends Disposable {
  /** Stops at a line, counted from one, of a file that may not be loaded yet. */
  breakAt(fileUrl: string, line: number): Promise<void>
  /** Lets a process go on that waits for its debugger. */
  run(): Promise<void>
  /** The next stop; one that nobody asked for yet counts. */
  stop(): Promise<Stop>
  resume(): Promise<void>
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
  readonly result?: { readonly result?: { readonly value?: unknown } }
  readonly error?: { readonly message: string }
}
interface PausedParams {
  readonly callFrames: readonly {
    readonly callFrameId: string
    readonly location: { readonly scriptId: string; readonly lineNumber: number }
  }[]
}

/** Attaches to the inspector at a `ws:` URL. */
export async function attachInspector(url: string): Promise<InspectorClient> {
  const socket = new WebSocket(url)
  const answers = new Map<number, PromiseWithResolvers<Message>>()
  const files = new Map<string, string>()
  const stops: PausedParams[] = []
  const wanted: ((stop: PausedParams) => void)[] = []
  let lastId = 0
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Message
    if (message.id !== undefined) answers.get(message.id)?.resolve(message)
    else if (message.method === 'Debugger.scriptParsed') {
      const { scriptId, url: file } = message.params as { readonly scriptId: string; readonly url: string }
      files.set(scriptId, file)
    } else if (message.method === 'Debugger.paused') {
      const next = wanted.shift() ?? (stop => stops.push(stop))
      next(message.params as PausedParams)
    }
  })
  socket.on('error', () => undefined)
  const send = async (method: string, params: object = {}) => {
    const id = (lastId += 1)
    const answer = Promise.withResolvers<Message>()
    answers.set(id, answer)
    socket.send(JSON.stringify({ id, method, params }))
    const { error, result } = await answer.promise
    if (error) throw new Error(`${method}: ${error.message}`)
    return result
  }
  await once(socket, 'open')
  await send('Runtime.enable')
  await send('Debugger.enable')
  return {
    breakAt: async (fileUrl, line) =>
      void (await send('Debugger.setBreakpointByUrl', { url: fileUrl, lineNumber: line - 1 })),
    run: async () => void (await send('Runtime.runIfWaitingForDebugger')),
    stop: async () => {
      const { callFrames } = stops.shift() ?? (await new Promise<PausedParams>(resolve => wanted.push(resolve)))
      const { callFrameId, location } = callFrames[0]!
      return {
        file: files.get(location.scriptId) ?? '',
        line: location.lineNumber + 1,
        evaluate: async expression =>
          (await send('Debugger.evaluateOnCallFrame', { callFrameId, expression, returnByValue: true }))?.result?.value,
      }
    },
    resume: async () => void (await send('Debugger.resume')),
    [Symbol.dispose]: () => socket.terminate(),
  }
}
