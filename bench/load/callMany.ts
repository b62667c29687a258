import { quantile, ms, elapsed } from '../row.ts'
import { type Connection, openConnection } from './connection.ts'

/** A server that multiplies by two: it takes `{"number": n}` and answers `{"answer": 2 n}`. */
export interface Doubler {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
}

/** How long calls took, milliseconds each, and how many were answered in a second. */
export interface Load {
  readonly times: readonly number[]
  readonly perSecond: number
}

/** Calls before those that count: engines compile what runs often. */
const warmUp = 500

/** Calls `calls` times over kept connections, one for each caller, and checks every answer. */
export async function callMany({ url, headers }: Doubler, calls: number, callers: number): Promise<Load> {
  using owned = new DisposableStack()
  const connections = await Promise.all(Array.from({ length: callers }, () => openConnection(url, headers)))
  for (const connection of connections) owned.use(connection)
  await callOver(connections, warmUp)
  const begun = performance.now()
  const times = await callOver(connections, calls)
  return { times, perSecond: calls / ((performance.now() - begun) / 1000) }
}

async function callOver(connections: readonly Connection[], calls: number): Promise<readonly number[]> {
  const times: number[] = []
  let next = 0
  const one = async (connection: Connection) => {
    while (next < calls) {
      const number = next++
      times.push(await elapsed(() => double(connection, number)))
    }
  }
  await Promise.all(connections.map(one))
  return times
}

/** One call. @throws Error when the answer is not the double */
export async function double(connection: Connection, number: number): Promise<void> {
  const { status, body } = await connection.post(Buffer.from(`{"number":${number}}`))
  const { answer } = JSON.parse(body.toString()) as { answer?: unknown }
  if (status !== 200 || answer !== number * 2) throw new Error(`call ${number} was answered with ${status}: ${body}`)
}

/** Requests per second and the latencies, for a cell of the table. */
export const loadText = ({ times, perSecond }: Load): string =>
  `${Math.round(perSecond)}/s, ${ms(quantile(times, 0.5))} (p95 ${ms(quantile(times, 0.95))}, p99 ${ms(quantile(times, 0.99))})`
