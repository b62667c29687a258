import type { ClientRequest } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Calls `late` unless a request has its connection, with TLS where it is for that, within so many milliseconds: the system
 * alone would wait for minutes. `connected` is told of the socket otherwise. Whoever ends the request clears the timer.
 */
export function limitConnecting(
  request: ClientRequest,
  milliseconds: number,
  late: () => void,
  connected: (socket: Socket) => void = () => undefined,
): NodeJS.Timeout {
  const timer = setTimeout(late, milliseconds)
  request.once('socket', socket => {
    const there = () => {
      clearTimeout(timer)
      connected(socket)
    }
    if (!socket.connecting && (!('encrypted' in socket) || request.reusedSocket)) there()
    else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', there)
  })
  return timer
}
