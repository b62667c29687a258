/** What one side answers and hears: calls by method, events by name. */
export interface Side {
  readonly requests: object
  readonly events: object
}

/** An error as it travels. */
export interface TravellingError {
  readonly code: string
  readonly message: string
  readonly hint?: string
  readonly details?: Readonly<Record<string, unknown>>
}

type ParamsOf<C> = C extends { readonly params: infer P } ? P : never
type ResultOf<C> = C extends { readonly result: infer R } ? R : never

/** One function for each request that a side answers. The signal is aborted when the messenger is disposed. */
export type Handlers<S extends Side> = {
  readonly [M in keyof S['requests']]: (
    params: ParamsOf<S['requests'][M]>,
    signal: AbortSignal,
  ) => ResultOf<S['requests'][M]> | Promise<ResultOf<S['requests'][M]>>
}

/** One function for each event that a side hears. */
export type Listeners<S extends Side> = { readonly [E in keyof S['events']]: (data: S['events'][E]) => void }

/** Every message, in both directions. A request gets exactly one response. */
type Message =
  | { readonly type: 'request'; readonly id: string; readonly method: string; readonly params: unknown }
  | { readonly type: 'response'; readonly id: string; readonly result: unknown }
  | { readonly type: 'response'; readonly id: string; readonly error: TravellingError }
  | { readonly type: 'event'; readonly name: string; readonly data: unknown }

/** How a side sends, answers and translates errors. */
export interface MessengerOptions<Here extends Side> {
  /** Sends one message to the other side. */
  readonly post: (message: Message) => void
  readonly handlers: Handlers<Here>
  readonly listeners: Listeners<Here>
  /** Puts an error that a handler threw into the form that travels. */
  readonly encodeError: (error: unknown) => TravellingError
  /** Makes an error of what came; a request is rejected with it. */
  readonly decodeError: (error: TravellingError) => Error
}

/** One end of a conversation between a page and its host. */
export interface Messenger<There extends Side> {
  /**
   * Asks the other side.
   * @throws what `decodeError` makes of the other side's error; of `CANCELLED` when the messenger is or gets disposed
   */
  request<M extends keyof There['requests'] & string>(
    method: M,
    params: ParamsOf<There['requests'][M]>,
  ): Promise<ResultOf<There['requests'][M]>>
  /** Tells the other side; after disposal nothing is sent. */
  emit<E extends keyof There['events'] & string>(name: E, data: There['events'][E]): void
  /** Takes what the other side posted. What is no message of this protocol is ignored: VS Code posts its own. */
  receive(message: unknown): void
  /** Rejects what is pending and aborts what is being handled. */
  dispose(): void
}

interface Pending {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/**
 * Makes one end of a conversation. Both ends use it, so every request is answered by a result or an error.
 * @param options how `Here` sends and answers
 */
export function createMessenger<Here extends Side, There extends Side>(
  options: MessengerOptions<Here>,
): Messenger<There> {
  const pending = new Map<string, Pending>()
  const closing = new AbortController()
  // A reloaded page must not take an answer that was meant for the page before it.
  const conversation = Math.random().toString(36).slice(2)
  let count = 0

  const closed = () => options.decodeError({ code: 'CANCELLED', message: 'The panel was closed.' })
  const post = (message: Message) => {
    if (!closing.signal.aborted) options.post(message)
  }

  async function answer(id: string, method: string, params: unknown): Promise<void> {
    const handlers = options.handlers as Record<string, (params: unknown, signal: AbortSignal) => unknown>
    if (!Object.hasOwn(handlers, method)) {
      post({ type: 'response', id, error: { code: 'NOT_FOUND', message: `No request is called "${method}".` } })
      return
    }
    try {
      post({ type: 'response', id, result: (await handlers[method]!(params, closing.signal)) ?? null })
    } catch (error) {
      post({ type: 'response', id, error: options.encodeError(error) })
    }
  }

  function settle(id: string, message: Readonly<Record<string, unknown>>): void {
    const waiting = pending.get(id)
    pending.delete(id)
    if (isTravellingError(message.error)) waiting?.reject(options.decodeError(message.error))
    else waiting?.resolve(message.result)
  }

  return {
    request: (method, params) =>
      new Promise((resolve, reject) => {
        if (closing.signal.aborted) {
          reject(closed())
          return
        }
        const id = `${conversation}-${++count}`
        pending.set(id, { resolve: resolve as Pending['resolve'], reject })
        post({ type: 'request', id, method, params })
      }),
    emit: (name, data) => post({ type: 'event', name, data }),
    receive: message => {
      if (closing.signal.aborted || !isRecord(message)) return
      const { type, id, method, name } = message
      if (type === 'request' && typeof id === 'string' && typeof method === 'string') {
        void answer(id, method, message.params)
      } else if (type === 'response' && typeof id === 'string') {
        settle(id, message)
      } else if (type === 'event' && typeof name === 'string' && Object.hasOwn(options.listeners, name)) {
        const listeners = options.listeners as Record<string, (data: unknown) => void>
        listeners[name]!(message.data)
      }
    },
    dispose: () => {
      if (closing.signal.aborted) return
      closing.abort()
      for (const { reject } of pending.values()) reject(closed())
      pending.clear()
    },
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isTravellingError(value: unknown): value is TravellingError {
  return isRecord(value) && typeof value.code === 'string' && typeof value.message === 'string'
}
