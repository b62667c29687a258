import { setTimeout as delay } from 'node:timers/promises'
import type { Runtime } from '../../src/contract/functions.ts'
import { type BuiltGateway, openBuiltGateway } from '../builtGateway.ts'
import { double } from '../load/callMany.ts'
import { openConnection } from '../load/connection.ts'
import { type BenchRow, elapsed, medianAndP95, quantile } from '../row.ts'
import { deploy, doublerOf, doublers, untilReady, untilStopped } from './deployed.ts'

/** Cold calls of a row, at least. */
const wanted = 100
const functions = 10
const burst = 8
/** Milliseconds after a pool is full in which the gateway does what follows a start. */
const calm = 60

/** First calls of functions without a process: with one that waits for code, without, and eight at once. */
export async function measureColdStarts(runtimes: readonly Runtime[]): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  {
    await using gateway = await openBuiltGateway({ HKS_FUNCTION_IDLE_SECONDS: '1' })
    for (const runtime of runtimes.filter(each => each !== 'go')) {
      const ids = await deployMany(gateway, runtime)
      rows.push(rowOf(`${runtime}: cold, pool hit`, await oneByOne(gateway, ids, runtime), 6, 20))
      rows.push(
        rowOf(`${runtime}: ${burst} cold functions at once`, await inBursts(gateway, ids, runtime), undefined, 40),
      )
      await remove(gateway, ids)
    }
  }
  await using gateway = await openBuiltGateway({ HKS_FUNCTION_IDLE_SECONDS: '1', HKS_WARM_PROCESSES: '0' })
  for (const runtime of runtimes) {
    const ids = await deployMany(gateway, runtime)
    const aim = { node: 100, python: 70, go: 30 }[runtime]
    rows.push(rowOf(`${runtime}: cold, pool empty`, await oneByOne(gateway, ids), aim))
    await remove(gateway, ids)
  }
  return rows
}

const deployMany = async (gateway: BuiltGateway, runtime: Runtime): Promise<readonly string[]> => {
  const ids: string[] = []
  for (let index = 0; index < functions; index++) {
    ids.push(await deploy(gateway, `${runtime}-cold-${index}`, runtime, doublers[runtime]))
  }
  return ids
}

const remove = async (gateway: BuiltGateway, ids: readonly string[]): Promise<void> => {
  for (const id of ids) await gateway.now().client.call('deleteFunction', { params: { id } })
}

/** One after the other, each once its pool has refilled. */
async function oneByOne(gateway: BuiltGateway, ids: readonly string[], pooled?: Runtime): Promise<readonly number[]> {
  const { client } = gateway.now()
  const times: number[] = []
  while (times.length < wanted) {
    await untilStopped(client, ids)
    for (const id of ids) {
      if (pooled) await untilReady(client, pooled, 1)
      await delay(calm)
      times.push(await firstCall(gateway, id))
    }
  }
  return times
}

async function inBursts(gateway: BuiltGateway, ids: readonly string[], runtime: Runtime): Promise<readonly number[]> {
  const { client } = gateway.now()
  const some = ids.slice(0, burst)
  const round = () => Promise.all(some.map(id => firstCall(gateway, id)))
  // A pool grows to what was once needed at the same time.
  await untilStopped(client, ids)
  await round()
  const times: number[] = []
  while (times.length < wanted) {
    await untilStopped(client, some)
    await untilReady(client, runtime, burst)
    await delay(calm)
    times.push(...(await round()))
  }
  return times
}

async function firstCall(gateway: BuiltGateway, id: string): Promise<number> {
  const { url, headers } = doublerOf(gateway, id)
  using connection = await openConnection(url, headers)
  return await elapsed(() => double(connection, 21))
}

function rowOf(name: string, times: readonly number[], p50: number | undefined, p95?: number): BenchRow {
  const aims = [p50 && `p50 ≤ ${p50} ms`, p95 && `p95 ≤ ${p95} ms`].filter(Boolean)
  const isWithin = (limit: number | undefined, share: number) => limit === undefined || quantile(times, share) <= limit
  return {
    name: `${name}, ${times.length} times`,
    ours: medianAndP95(times),
    aim: aims.join(', '),
    ok: isWithin(p50, 0.5) && isWithin(p95, 0.95),
  }
}
