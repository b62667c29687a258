import { createServer, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import { type Duplex, pipeline } from 'node:stream'
import { HksError } from '../../../../contract/errors.ts'
import type { KubeClient } from './kubeClient.ts'
import { openPodStream } from './podStream.ts'
import { type ForwardTarget, podsOfService } from './podsOfService.ts'

/** A Service of the cluster, reached from this machine through one of its pods. Dispose to end all its connections. */
export interface PortForward extends AsyncDisposable {
  /**
   * A connection of its own to a pod that is ready now. Its failure later is that of the stream.
   * @throws HksError NOT_FOUND (no such Service), FORBIDDEN, CONNECTION_FAILED (no pod is ready)
   */
  connect(signal?: AbortSignal): Promise<Duplex>
  /** A port on 127.0.0.1 whose connections are each led to the Service; the same one each time. */
  listen(): Promise<number>
}

/** What to lead to. */
export interface PortForwardOptions {
  readonly client: KubeClient
  readonly namespace: string
  readonly service: string
  /** Number or name of a port of the Service; by default its only or first one. */
  readonly port?: number | string
  /** Told why a connection to the local port could not be led on. */
  readonly onError?: (error: HksError) => void
}

/** Pods are looked up again after that long, or when one fails. */
const keptMs = 10_000

/** Nothing is asked before the first connection. A pod that is replaced is found anew by the next connection. */
export function createPortForward(options: PortForwardOptions): PortForward {
  const { client, onError } = options
  const closing = new AbortController()
  const streams = new Set<Duplex>()
  let known: { readonly at: number; readonly targets: readonly ForwardTarget[] } | undefined
  let listening: Promise<{ readonly server: Server; readonly port: number }> | undefined
  let turn = 0

  const targets = async (): Promise<readonly ForwardTarget[]> => {
    if (known && performance.now() - known.at < keptMs) return known.targets
    const found = await podsOfService(options, closing.signal)
    known = { at: performance.now(), targets: found }
    return found
  }
  const attempt = async (signal: AbortSignal | undefined): Promise<Duplex> => {
    const found = await targets()
    const target = found[turn++ % found.length]!
    const signals = [closing.signal, ...(signal ? [signal] : [])]
    const stream = await openPodStream(client, options.namespace, target, AbortSignal.any(signals))
    streams.add(stream)
    stream.once('close', () => streams.delete(stream))
    // The pod may have gone while its API server still knows it.
    stream.once('error', () => (known = undefined))
    return stream
  }
  const connect: PortForward['connect'] = async signal => {
    const wasKnown = known !== undefined
    try {
      return await attempt(signal)
    } catch (error) {
      known = undefined
      if (!wasKnown || signal?.aborted || closing.signal.aborted) throw error
      return await attempt(signal)
    }
  }
  const lead = async (socket: Socket): Promise<void> => {
    socket.on('error', () => undefined)
    try {
      const stream = await connect()
      // Either end closes the other; why is told by the stream's own error.
      pipeline(socket, stream, socket, error => {
        if (error instanceof HksError) onError?.(error)
      })
    } catch (error) {
      socket.resetAndDestroy()
      if (error instanceof HksError && error.code !== 'CANCELLED') onError?.(error)
    }
  }
  const listen = async () => {
    const server = createServer(socket => void lead(socket))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return { server, port: (server.address() as { readonly port: number }).port }
  }
  return {
    connect,
    listen: async () => {
      closing.signal.throwIfAborted()
      return (await (listening ??= listen())).port
    },
    [Symbol.asyncDispose]: async () => {
      closing.abort(new HksError('CANCELLED', `The forwarding to the Service "${options.service}" has ended.`))
      for (const stream of streams) stream.destroy()
      const server = (await listening)?.server
      if (server) await new Promise(resolve => server.close(resolve))
    },
  }
}
