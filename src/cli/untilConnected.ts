import { watchGateway } from '../client/watchGateway.ts'
import type { Connection } from '../contract/connections.ts'
import type { WatchMessage } from '../contract/watch.ts'
import type { Context } from './context.ts'

/** Nobody waits longer, milliseconds: the cluster may be away for long. */
const mostMs = 10_000

/** Waits until it is known whether a connection can be used, ten seconds at most. */
export async function untilConnected({ client, signal }: Context, connection: Connection): Promise<Connection> {
  const { address } = await client()
  let now = connection
  const known = new AbortController()
  const look = (found: Connection | undefined): void => {
    now = found ?? now
    if (now.state !== 'connecting') known.abort()
  }
  const onMessage = (message: WatchMessage): void => {
    if (message.type === 'snapshot') look(message.connections.find(({ id }) => id === connection.id))
    else if (message.type === 'put' && message.kind === 'connection' && message.object.id === connection.id)
      look(message.object)
  }
  look(connection)
  await watchGateway({
    connect: () => Promise.resolve(address),
    onMessage,
    onState: () => undefined,
    signal: AbortSignal.any([signal, known.signal, AbortSignal.timeout(mostMs)]),
  })
  signal.throwIfAborted()
  return now
}
