import { type BuiltGateway, farAway } from '../builtGateway.ts'
import { type BenchRow, medianAndP95 } from '../row.ts'
import { type HeldConnection, type HeldConnections, listenForHeld } from './heldConnections.ts'

const rounds = 20
const graceSeconds = 1

/** Opens the connection, which everything that it starts inherits, and greets when its tree stands. */
const held = (port: number, body: string) => ['bash', '-c', `exec 9<>/dev/tcp/127.0.0.1/${port}\n${body}`]
const obedient = (port: number) =>
  held(port, `trap 'echo told >&9; exit 0' TERM\necho here >&9\nwhile :; do sleep 0.002; done`)
/** It and its child ignore SIGTERM, and a daemon leaves the group and the session. */
const stubborn = (port: number) =>
  held(port, `trap '' TERM\n(setsid sleep 600 &)\nsleep 600 &\necho here >&9\nwhile :; do wait; done`)

/** How soon a run's own handler learns that it is to end, and how soon nothing is left of one that does not listen. */
export async function measureJobEndings(gateway: BuiltGateway): Promise<BenchRow[]> {
  await using connections = await listenForHeld()
  const told = await stopMany(gateway, connections, obedient(connections.port), connection => connection.told)
  const gone = await stopMany(gateway, connections, stubborn(connections.port), connection => connection.released)
  return [
    { name: `run: stop → its handler of SIGTERM, ${rounds} times`, ours: medianAndP95(told) },
    {
      name: `run that ignores SIGTERM, with a child and a daemon: end of its ${graceSeconds} s of grace → nothing left, ${rounds} times`,
      ours: medianAndP95(gone.map(milliseconds => milliseconds - graceSeconds * 1000)),
    },
  ]
}

/** Milliseconds from the request to stop a run until `awaited`. */
async function stopMany(
  { now, projectId }: BuiltGateway,
  connections: HeldConnections,
  command: readonly string[],
  awaited: (connection: HeldConnection) => Promise<void>,
): Promise<readonly number[]> {
  const { client } = now()
  const { id } = await client.call('createCronJob', {
    body: {
      ...{ projectId, name: 'endless', schedule: farAway(0), command: [...command] },
      terminationGracePeriodSeconds: graceSeconds,
    },
  })
  const times: number[] = []
  while (times.length < rounds) {
    const { id: execId } = await client.call('triggerCronJob', { params: { id } })
    const connection = await connections.next()
    const begun = performance.now()
    const stopped = client.call('stopExecution', { params: { id, execId } })
    await awaited(connection)
    times.push(performance.now() - begun)
    await stopped
  }
  await client.call('deleteCronJob', { params: { id } })
  return times
}
