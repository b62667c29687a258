import { type DebugAdapter, type DebugConfiguration, type DebugProtocolMessage, EventEmitter } from 'vscode'

/** What a debug session does that leaves the debugging itself to another one. */
export interface DebugWork {
  /** Starts it; it is over at any time after that. What it throws is told, and nothing goes on then. */
  start(configuration: DebugConfiguration): Promise<void>
  /** Ends it. Idempotent; also while it starts. */
  stop(): void
}

/** What the work tells the user of. */
export interface DebugTeller {
  /** A line of the debug console. */
  say(text: string): void
  /** It is over. */
  over(): void
}

interface Request extends DebugProtocolMessage {
  readonly type: 'request'
  readonly seq: number
  readonly command: string
  readonly arguments?: Readonly<Record<string, unknown>>
}

/** The Debug Adapter Protocol of such a session: it has no threads and knows no breakpoint. */
export function createDebugAdapter(workFor: (teller: DebugTeller) => DebugWork): DebugAdapter {
  const sent = new EventEmitter<DebugProtocolMessage>()
  let seq = 0
  let isOver = false
  const send = (message: object): void => sent.fire({ seq: (seq += 1), ...message })
  const event = (name: string, body?: object): void => send({ type: 'event', event: name, body })
  const answer = (request: Request, outcome: object): void =>
    send({ type: 'response', request_seq: request.seq, command: request.command, ...outcome })
  const end = (): void => {
    if (isOver) return
    isOver = true
    work.stop()
    event('terminated')
  }
  const work = workFor({ say: text => event('output', { category: 'console', output: `${text}\n` }), over: end })

  const launch = async (request: Request): Promise<void> => {
    try {
      await work.start(request.arguments as unknown as DebugConfiguration)
      answer(request, { success: true })
    } catch (error) {
      // It has been shown, with what can be done about it.
      const message = error instanceof Error ? error.message : String(error)
      answer(request, { success: false, message, body: { error: { id: 1, format: message, showUser: false } } })
      end()
    }
  }
  const handle = (request: Request): void => {
    switch (request.command) {
      case 'initialize':
        answer(request, {
          success: true,
          body: { supportsTerminateRequest: true, supportsConfigurationDoneRequest: true },
        })
        return event('initialized')
      case 'launch':
        return void launch(request)
      case 'setBreakpoints': {
        const asked = (request.arguments?.['breakpoints'] ?? []) as readonly unknown[]
        return answer(request, { success: true, body: { breakpoints: asked.map(() => ({ verified: false })) } })
      }
      case 'threads':
        return answer(request, { success: true, body: { threads: [] } })
      case 'terminate':
      case 'disconnect':
        answer(request, { success: true })
        return end()
      default:
        return answer(request, { success: true, body: {} })
    }
  }
  return {
    onDidSendMessage: sent.event,
    handleMessage: message => {
      if ((message as Request).type === 'request') handle(message as Request)
    },
    dispose: () => {
      end()
      sent.dispose()
    },
  }
}
