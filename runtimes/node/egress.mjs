// The way out of a sandbox without a network: a port of its own loopback leads to the gateway's proxy, behind a socket.
import { connect, createServer } from 'node:net'

/** Where HTTP_PROXY points to in such a sandbox. */
const port = 3128

/** Forwards every connection to the proxy's socket; keeps no process alive. */
export function forwardEgress(socket) {
  createServer(client => {
    const proxy = connect(socket)
    client.pipe(proxy).pipe(client)
    client.on('error', () => proxy.destroy())
    proxy.on('error', () => client.destroy())
  })
    .listen(port, '127.0.0.1')
    .unref()
}
