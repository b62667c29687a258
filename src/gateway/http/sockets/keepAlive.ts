import type { WebSocket } from 'ws'

/** A dead connection is noticed after two of these. */
const pingMilliseconds = 30_000

/** Ends a connection whose other side is gone without a word. Dispose stops looking. */
export function keepAlive(socket: WebSocket): Disposable {
  let answered = true
  socket.on('pong', () => {
    answered = true
  })
  const timer = setInterval(() => {
    if (!answered) return socket.terminate()
    answered = false
    socket.ping()
  }, pingMilliseconds)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
