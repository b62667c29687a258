import { setTimeout as delay } from 'node:timers/promises'
import type { CronJobExecution } from '../../src/contract/executions.ts'
import type { GatewayClient } from '../../src/client/gatewayClient.ts'
import { openBuiltGateway } from '../builtGateway.ts'
import { startPeer } from '../peers/peer.ts'
import { type BenchRow, ms, quantile } from '../row.ts'

/** Tells the time of its own start in nanoseconds (GNU date). */
const command = ['date', '+%s%N']
const seconds = 60
/** One job for each second, so that hardly two runs are due at once; the first is due when all are created. */
const firstInterval = 8
const aimMs = 30

/**
 * How late runs start. A CronJob starts at most once a minute, so a minute of samples takes many jobs: `@every 8s`,
 * `@every 9s` … `@every 60s`, each of which starts once or twice. Then croner starts the same command every second for
 * as long. Both are asked when they started a run, and its process when it began.
 */
export async function tickPrecision(): Promise<BenchRow[]> {
  const ours = await measureOurs()
  await using peer = startPeer('cronerTicks', String(seconds), ...command)
  const croner = (await peer.next()) as Lateness
  const count = `${ours.started.length} runs`
  return [
    row(`tick: run started − nominal, ${count}; croner's callback − nominal`, ours.started, croner.started),
    row(`tick: process began − nominal, ${count}; the same command started by croner`, ours.ran, croner.ran),
  ]
}

/** Milliseconds after the nominal time. */
interface Lateness {
  readonly started: readonly number[]
  readonly ran: readonly number[]
}

async function measureOurs(): Promise<Lateness> {
  await using gateway = await openBuiltGateway()
  const { client } = gateway.now()
  const create = (interval: number) =>
    client.call('createCronJob', {
      body: { projectId: gateway.projectId, name: `every-${interval}`, schedule: `@every ${interval}s`, command },
    })
  const jobs = []
  for (let interval = firstInterval; interval <= seconds; interval++) jobs.push(await create(interval))
  await delay((seconds + 1) * 1000)
  for (const { id } of jobs) await client.call('suspendCronJob', { params: { id } })
  const runs = (await Promise.all(jobs.map(({ id }) => endedRuns(client, id)))).flat()
  if (runs.length < jobs.length) throw new Error(`${runs.length} runs of ${jobs.length} CronJobs`)
  return {
    started: runs.map(run => Date.parse(run.startedAt) - nominal(run)),
    ran: runs.map(run => beganAt(run) - nominal(run)),
  }
}

async function endedRuns(client: GatewayClient, id: string): Promise<CronJobExecution[]> {
  for (;;) {
    const { items } = await client.call('listExecutions', { params: { id }, query: { logs: 'tail' } })
    if (items.every(run => run.status !== 'running')) return items
    await delay(100)
  }
}

const nominal = (run: CronJobExecution): number => Date.parse(run.scheduledAt!)

function beganAt(run: CronJobExecution): number {
  const nanoseconds = /^\d{19}$/m.exec(run.logs)?.[0]
  if (nanoseconds === undefined) throw new Error(`${run.jobName} ${run.status} and said "${run.logs.trim()}"`)
  return Number(BigInt(nanoseconds) / 1000n) / 1000
}

function row(name: string, ours: readonly number[], peer: readonly number[]): BenchRow {
  const p99 = quantile(ours, 0.99)
  return { name, ours: text(ours), peer: `croner: ${text(peer)}`, aim: `p99 < ${aimMs} ms`, ok: p99 < aimMs }
}

const text = (values: readonly number[]): string =>
  `p50 ${ms(quantile(values, 0.5))}, p95 ${ms(quantile(values, 0.95))}, p99 ${ms(quantile(values, 0.99))}`
