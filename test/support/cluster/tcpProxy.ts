import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createFaultyPipe, type Faults, type FaultyPipe } from './faultyPipe.ts'

/** A TCP proxy whose network fails when a test wants it to. It ends with all its connections (`await using`). */
export interface TcpProxy extends AsyncDisposable {
  /** On 127.0.0.1; stays the same while connections are refused. */
  readonly port: number
  /** How many connections were accepted so far. */
  readonly accepted: () => number
  /** How many connections are open now. */
  readonly open: () => number
  /** Refuses new connections; open ones go on. */
  readonly refuse: () => void
  /** Resets all open connections; new ones are served. */
  readonly cut: () => void
  /** Nothing passes any more and nobody is told: connections stay open, new ones are accepted, bytes vanish. */
  readonly swallow: () => void
  /** Open connections are dead from now on, and nobody is told; new ones are served. */
  readonly lose: () => void
  /** Each chunk of bytes waits so long, in both directions. */
  readonly delay: (milliseconds: number) => void
  /** Each open or new connection is reset when `bytes` more have come from the server through it. */
  readonly cutAfter: (bytes: number) => void
  /** Ends the faults. A connection of which bytes have vanished stays dead, as a TLS stream with a hole must. */
  readonly heal: () => Promise<void>
}

/** Starts a proxy before a TCP server, without faults at first. */
export async function tcpProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const pipes = new Set<FaultyPipe>()
  let faults: Faults = {}
  let accepted = 0

  const accept = (client: Socket) => {
    accepted++
    const pipe = createFaultyPipe(client, connect({ ...target, noDelay: true, allowHalfOpen: true }), faults)
    pipes.add(pipe)
    void pipe.closed.then(() => pipes.delete(pipe))
  }
  const set = (next: Faults) => {
    faults = next
    for (const pipe of pipes) pipe.set(next)
  }
  let server: Server | undefined = await listen(accept, 0)
  const { port } = server.address() as AddressInfo
  const refuse = () => {
    // Its end waits for the connections; the port is free at once.
    server?.close()
    server = undefined
  }

  return {
    port,
    refuse,
    accepted: () => accepted,
    open: () => pipes.size,
    cut: () => pipes.forEach(pipe => pipe.reset()),
    swallow: () => set({ swallow: true }),
    lose: () => pipes.forEach(pipe => pipe.lose()),
    delay: delayMs => set({ delayMs }),
    cutAfter: cutAfterBytes => set({ cutAfterBytes }),
    heal: async () => {
      set({})
      server ??= await listen(accept, port)
    },
    [Symbol.asyncDispose]: async () => {
      refuse()
      const left = [...pipes]
      for (const pipe of left) pipe.reset()
      await Promise.all(left.map(pipe => pipe.closed))
    },
  }
}

async function listen(accept: (client: Socket) => void, port: number): Promise<Server> {
  const server = createServer({ noDelay: true, allowHalfOpen: true }, accept)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}
