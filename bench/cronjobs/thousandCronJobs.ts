import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { GatewayClient } from '../../src/client/gatewayClient.ts'
import type { Execution } from '../../src/gateway/domain/cronJob.ts'
import { openStore } from '../../src/gateway/store/openStore.ts'
import { temporaryFolder } from '../../test/support/temporaryFolder.ts'
import { farAway, openBuiltGateway } from '../builtGateway.ts'
import { startPeer } from '../peers/peer.ts'
import { type BenchRow, elapsed, medianAndP95, ms, quantile } from '../row.ts'

const count = 1000
const runsEach = 5
const timeZone = 'Europe/Berlin'
const idleSeconds = 20
const lists = 100
const listAimMs = 20

/** What a thousand enabled CronJobs cost while none is due, and how long a list of them takes. */
export async function thousandCronJobs(): Promise<BenchRow[]> {
  await using gateway = await openBuiltGateway()
  const empty = await usage(gateway.now().client)
  const ids = await create(gateway.now().client, gateway.projectId)
  const startMs = await gateway.restart(home => writeRuns(home, ids))
  const { client } = gateway.now()
  const list = await listTimes(client)
  await using croner = startPeer('cronerIdle', String(idleSeconds), ...schedules)
  // croner waits as long before it begins to measure.
  await delay(3000)
  const before = await usage(client)
  await delay(idleSeconds * 1000)
  const after = await usage(client)
  const peer = (await croner.next()) as Usage
  const cpuMs = after.cpuMs - before.cpuMs
  return [
    {
      name: `${count} enabled CronJobs, none due: processor time of ${idleSeconds} s`,
      ours: share(cpuMs),
      peer: `croner with as many: ${share(peer.cpuMs)}`,
    },
    {
      name: `${count} enabled CronJobs with ${runsEach} runs each: memory (RSS)`,
      ours: `${mebibytes(after.rssBytes)}; without any ${mebibytes(empty.rssBytes)}`,
      peer: `croner with as many: ${mebibytes(peer.rssBytes)}`,
    },
    { name: `gateway start → ready with ${count} CronJobs and ${count * runsEach} runs`, ours: ms(startMs) },
    {
      name: `list of ${count} CronJobs with their last ${runsEach} runs at the HTTP client, ${lists} times`,
      ours: `${medianAndP95(list.ours)}, ${(list.bytes / 1e6).toFixed(2)} MB`,
      peer: `the same bytes from a bare node:http: ${medianAndP95(list.peer)}`,
      aim: `p50 < ${listAimMs} ms`,
      ok: quantile(list.ours, 0.5) < listAimMs,
    },
  ]
}

const schedules = Array.from({ length: count }, (_, index) => farAway(index))

async function create(client: GatewayClient, projectId: string): Promise<readonly string[]> {
  const ids: string[] = []
  for (let from = 0; from < count; from += 20) {
    const batch = schedules.slice(from, from + 20).map((schedule, index) => {
      const name = `job-${from + index}`
      return client.call('createCronJob', { body: { projectId, name, schedule, timeZone, command: ['true'] } })
    })
    ids.push(...(await Promise.all(batch)).map(job => job.id))
  }
  return ids
}

/** Runs as the gateway stores them; starting thousands of processes would take minutes. */
async function writeRuns(home: string, ids: readonly string[]): Promise<void> {
  const store = await openStore(join(home, 'gateway.db'))
  for (const [index, applicationId] of ids.entries()) {
    const runs = Array.from({ length: runsEach }, (_, run): Execution => {
      const startedAt = Date.now() - (run + 1) * 86_400_000
      const completedAt = startedAt + 1234
      return {
        id: randomUUID(),
        applicationId,
        jobName: `job-${index}-${run}`,
        scheduledAt: startedAt - 4,
        startedAt,
        completedAt,
        status: 'succeeded',
        phase: 'succeeded',
        exitCode: 0,
        trigger: 'schedule',
        attempts: [{ number: 1, startedAt, completedAt, exitCode: 0 }],
      }
    })
    await Promise.all(runs.map(run => store.executions.save(run)))
  }
  await store.close()
}

async function listTimes(client: GatewayClient) {
  const list = () => client.call('listCronJobs', { query: { limit: count } })
  const { items } = await list()
  const complete = items.filter(job => job.recentExecutions.length === runsEach && job.nextExecutionAt !== undefined)
  if (complete.length !== count) throw new Error(`${complete.length} of ${count} CronJobs have all that a list shows`)
  const body = JSON.stringify({ items })
  using folder = temporaryFolder()
  const file = join(folder.path, 'list.json')
  await writeFile(file, body)
  await using peer = startPeer('httpServer', file)
  const url = (await peer.next()) as string
  const ours: number[] = []
  const bare: number[] = []
  for (let round = -5; round < lists; round++) {
    const a = await elapsed(list)
    const b = await elapsed(async () => (await fetch(url)).json())
    // The first ones warm up.
    if (round < 0) continue
    ours.push(a)
    bare.push(b)
  }
  return { ours, peer: bare, bytes: Buffer.byteLength(body) }
}

interface Usage {
  readonly cpuMs: number
  readonly rssBytes: number
}

/** What the gateway says of its own process. */
async function usage({ address }: GatewayClient): Promise<Usage> {
  const response = await fetch(`${address.url}/metrics`, { headers: { Authorization: `Bearer ${address.token}` } })
  const text = await response.text()
  const value = (name: string) => {
    const found = new RegExp(`^hks_gateway_${name} (\\S+)$`, 'm').exec(text)?.[1]
    if (found === undefined) throw new Error(`no ${name} in ${text.slice(0, 200)}`)
    return Number(found)
  }
  return {
    cpuMs: value('process_cpu_seconds_total') * 1000,
    rssBytes: value('process_resident_memory_bytes'),
  }
}

const share = (cpuMs: number): string => `${ms(cpuMs)} (${((cpuMs / idleSeconds) * 0.1).toFixed(2)} % of a processor)`
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`
