import type { IncomingHttpHeaders } from 'node:http'
import type { WebSocket } from 'ws'
import type { Caller } from '../../domain/caller.ts'

/** A WebSocket that has been opened, with the request that opened it. */
export interface OpenSocket {
  readonly socket: WebSocket
  readonly caller: Caller
  /** What the pattern of its path named. */
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly headers: IncomingHttpHeaders
  /** Aborts when the connection is gone. */
  readonly gone: AbortSignal
  /** That signal's controller: what ends the work early may abort it, too. */
  readonly stop: AbortController
}

/** One path that takes WebSockets. */
export interface SocketRoute {
  readonly pattern: RegExp
  /** Bytes of a message of the client; a longer one ends the connection (1009). */
  readonly longestMessage: number
  /**
   * Says all there is to say; the connection is closed (1000) when it resolves. Must listen before it awaits anything.
   * @throws HksError to be told to the client, which ends the connection
   */
  serve(open: OpenSocket): Promise<void>
}

/** Resolves when the kernel has taken a message: who sends on waits for its reader. */
export const written = (socket: WebSocket, data: string | Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => socket.send(data, error => (error ? reject(error) : resolve())))
