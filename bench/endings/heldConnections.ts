import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** A connection that a process tree holds. */
export interface HeldConnection {
  /** Resolves at the first bytes after the one that greets, which a handler of a signal may send. */
  readonly told: Promise<void>
  /** Resolves when the last process that holds it has ended. */
  readonly released: Promise<void>
}

/** Listens for process trees: each process inherits the connection that the first of them opened. */
export interface HeldConnections extends AsyncDisposable {
  readonly port: number
  /** The next that was opened. */
  next(): Promise<HeldConnection>
}

/** Listens on loopback. */
export async function listenForHeld(): Promise<HeldConnections> {
  const server = createServer()
  const sockets = new Set<Socket>()
  const opened: HeldConnection[] = []
  let arrived = Promise.withResolvers<void>()
  server.on('connection', socket => {
    sockets.add(socket)
    const told = Promise.withResolvers<void>()
    const released = once(socket, 'close').then(() => void sockets.delete(socket))
    // The end of a process that was killed may be a reset.
    socket.on('error', () => undefined)
    socket.once('data', () => {
      opened.push({ told: told.promise, released })
      arrived.resolve()
      socket.on('data', () => told.resolve())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    next: async () => {
      while (opened.length === 0) {
        await arrived.promise
        arrived = Promise.withResolvers()
      }
      return opened.shift()!
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
