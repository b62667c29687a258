import { once } from 'node:events'
import type { WebSocket } from 'ws'
import { watchPath } from '../../../contract/routes.ts'
import { pathPattern } from '../routeMatcher.ts'
import type { WatchHub } from '../watch/watchHub.ts'
import type { SocketRoute } from './socketRoute.ts'

/** Bytes that a slow client may leave unread before it is cut off; it resumes with its cursor. */
const maxBuffered = 16 * 1024 * 1024

/** `WS /watch`: a snapshot, then every change. `report` receives why a subscription was lost. */
export const watchSocket = (hub: WatchHub, report: (error: unknown) => void): SocketRoute => ({
  pattern: pathPattern(watchPath),
  longestMessage: 64 * 1024,
  serve: async ({ socket, caller, query, gone }) => {
    const closed = once(gone, 'abort')
    using _subscription = await hub.subscribe({
      cursor: query['cursor'],
      projects: caller.projects,
      send: message => send(socket, JSON.stringify(message)),
      lost: error => {
        report(error)
        socket.close(1011)
      },
    })
    await closed
  },
})

function send(socket: WebSocket, text: string): void {
  if (socket.readyState !== socket.OPEN) return
  if (socket.bufferedAmount > maxBuffered) return socket.terminate()
  socket.send(text)
}
