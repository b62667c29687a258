import { once } from 'node:events'
import type { RawData, WebSocket } from 'ws'
import { HksError } from '../../../contract/errors.ts'
import type { InvocationAnswerHead } from '../../../contract/invocations.ts'
import { routes } from '../../../contract/routes.ts'
import { AnswerBroken } from '../../domain/functionAnswer.ts'
import type { Call, Handlers } from '../handler.ts'
import { pathPattern } from '../routeMatcher.ts'
import type { Validators } from '../validation.ts'
import { type SocketRoute, written } from './socketRoute.ts'

/**
 * `WS /functions/:id/invoke`: one call a connection. The client's first message is the body; the answer is its head as
 * JSON, then each piece of the body as a binary message. A connection that the client closes cancels the call.
 */
export function invokeSocket(handlers: Handlers, validators: Validators): SocketRoute {
  const { path, params, bodyLimit } = routes.invokeFunction
  const checkParams = validators.query(params)
  return {
    pattern: pathPattern(path),
    longestMessage: bodyLimit,
    serve: async open => {
      const { socket, caller, gone, stop } = open
      const body = await firstMessage(socket, gone)
      if (!body) return
      using _one = refuseMore(socket)
      const answer = await handlers.invokeFunction({
        caller,
        params: checkParams({ ...open.params }) as Call<'invokeFunction'>['params'],
        query: undefined,
        body: undefined,
        headers: { 'content-type': body.type, ...open.headers },
        raw: body.bytes,
        signal: gone,
        stop,
      })
      if (!('bytes' in answer)) throw new HksError('INTERNAL', 'A call gave no answer.')
      const { status, headers, bytes, chunks } = answer
      await written(socket, JSON.stringify(headOf(status, headers)))
      if (!chunks) return bytes.length > 0 ? written(socket, bytes) : undefined
      try {
        for await (const chunk of chunks) await written(socket, chunk)
      } catch (error) {
        if (!(error instanceof AnswerBroken)) throw error
        const { code, message, exception } = error
        throw new HksError(code, message, { ...(exception ? { details: { exception } } : {}), cause: error })
      }
    },
  }
}

/** Names in lower case, as the function's own are. */
const headOf = (
  status: number,
  headers: Readonly<Record<string, string | readonly string[]>>,
): InvocationAnswerHead => ({
  type: 'answer',
  status,
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      typeof value === 'string' ? value : [...value],
    ]),
  ),
})

/** Undefined when the connection has gone before it came. */
async function firstMessage(socket: WebSocket, gone: AbortSignal) {
  try {
    const [data, isBinary] = (await once(socket, 'message', { signal: gone })) as [RawData, boolean]
    const bytes = Buffer.isBuffer(data) ? data : Buffer.concat([data].flat().map(part => Buffer.from(part as Buffer)))
    return { bytes, type: isBinary ? 'application/octet-stream' : 'application/json' }
  } catch (error) {
    if (gone.aborted) return undefined
    throw error
  }
}

/** A second message has no meaning yet; taking it in silence would hide a fault of the client. */
function refuseMore(socket: WebSocket): Disposable {
  const refuse = () => socket.close(1008, 'one call a connection')
  socket.once('message', refuse)
  return { [Symbol.dispose]: () => socket.off('message', refuse) }
}
