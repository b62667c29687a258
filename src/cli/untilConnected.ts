import { setTimeout as delay } from 'node:timers/promises'
import type { Connection } from '../contract/connections.ts'
import type { Context } from './context.ts'

/** Looks again this often, milliseconds, and gives up waiting after so many times. */
const everyMs = 100
const tries = 100

/** Waits until it is known whether a connection can be used, ten seconds at most. */
export async function untilConnected({ client, signal }: Context, connection: Connection): Promise<Connection> {
  const gateway = await client()
  let now = connection
  for (let tried = 0; now.state === 'connecting' && tried < tries; tried++) {
    await delay(everyMs, undefined, { signal })
    now = await gateway.call('getConnection', { params: { id: connection.id }, signal })
  }
  return now
}
