import type { ServerResponse } from 'node:http'

/**
 * Calls `done` once, when a response is over: sent whole, or its client gone. Node tells a response that waits behind
 * another one on its connection (pipelining) nothing of the connection's end, so that is watched for it.
 */
export function onceClosed(response: ServerResponse, done: () => void): void {
  if (response.socket !== null) {
    response.once('close', done)
    return
  }
  const { socket } = response.req
  const over = () => {
    response.off('close', over)
    socket.off('close', over)
    done()
  }
  response.once('close', over)
  // As many as a client likes to send at once.
  socket.setMaxListeners(0).once('close', over)
}
