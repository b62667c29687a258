// The way out of a sandbox without a network: a port of its own loopback leads to the gateway's proxy, behind a socket.
import { connect, createServer } from 'node:net'

/** Where HTTP_PROXY points to in such a sandbox. */
const port = 3128

/** Takes the proxy's socket out of the environment, where the platform put it, and forwards to it. */
export function openEgress() {
  const socket = process.env.HKS_EGRESS_SOCKET
  delete process.env.HKS_EGRESS_SOCKET
  if (socket !== undefined) forwardEgress(socket)
}

/** Forwards every connection to the proxy's socket; keeps no process alive. */
export function forwardEgress(socket) {
  createServer({ allowHalfOpen: true }, client => {
    const proxy = connect({ path: socket, allowHalfOpen: true })
    client.pipe(proxy).pipe(client)
    client.on('error', () => proxy.destroy())
    proxy.on('error', () => client.destroy())
  })
    .listen(port, '127.0.0.1')
    .unref()
}
