import { openBuiltGateway } from '../builtGateway.ts'
import { callMany } from '../load/callMany.ts'
import { openConnection } from '../load/connection.ts'
import { residentMiB } from '../processMemory.ts'
import { type BenchRow, elapsed, medianAndP95, ms, quantile } from '../row.ts'
import { deploy, doublerOf, doublers, untilStopped } from './deployed.ts'

const counts = [1, 10, 100, 1000]
const warmCalls = 1000
const listings = 20
const sizes = [1e3, 1e4, 1e5, 1e6, 1e7]
const echo = 'export const handler = (event, { request, response }) => response(200, {}, request.body)\n'

/** How the cost grows with the functions that are deployed, and with what is sent to one and comes back. */
export async function measureGrowth(): Promise<BenchRow[]> {
  return [...(await withFunctions()), ...(await withPayloads())]
}

async function withFunctions(): Promise<BenchRow[]> {
  await using gateway = await openBuiltGateway({ HKS_FUNCTION_IDLE_SECONDS: '1' })
  const { client, ready } = gateway.now()
  const rows: BenchRow[] = []
  const ids: string[] = []
  for (const count of counts) {
    let last = Number.NaN
    while (ids.length < count) {
      last = await elapsed(async () => {
        ids.push(await deploy(gateway, `function-${ids.length}`, 'node', doublers.node))
      })
    }
    await untilStopped(client, ids)
    const listing: number[] = []
    for (let round = 0; round < listings; round++) {
      listing.push(
        await elapsed(() => client.call('listFunctions', { params: { id: gateway.projectId }, query: { limit: 100 } })),
      )
    }
    const warm = await callMany(doublerOf(gateway, ids[0]!), warmCalls, 1)
    rows.push({
      name: `${count} deployed function${count === 1 ? '' : 's'} in node`,
      ours: [
        `the last deployed in ${ms(last)}`,
        `listed in ${ms(quantile(listing, 0.5))}`,
        `warm call ${medianAndP95(warm.times)}`,
        `gateway ${residentMiB(ready.pid)}`,
      ].join(', '),
    })
  }
  return rows
}

async function withPayloads(): Promise<BenchRow[]> {
  await using gateway = await openBuiltGateway()
  const { url, headers } = doublerOf(gateway, await deploy(gateway, 'echo', 'node', echo))
  using connection = await openConnection(url, { ...headers, 'Content-Type': 'text/plain' })
  const rows: BenchRow[] = []
  for (const size of sizes) {
    const body = Buffer.alloc(size, 'x')
    const times: number[] = []
    for (let round = 0; round < (size > 1e6 ? 10 : 50); round++) {
      times.push(
        await elapsed(async () => {
          const answer = await connection.post(body)
          if (!answer.body.equals(body)) throw new Error(`${size} bytes came back as ${answer.body.length}`)
        }),
      )
    }
    const perSecond = (size * 2) / 1e6 / (quantile(times, 0.5) / 1000)
    rows.push({
      name: `node: ${size / 1e3} kB there and back`,
      ours: `${medianAndP95(times)}, ${perSecond.toFixed(0)} MB/s`,
    })
  }
  return rows
}
