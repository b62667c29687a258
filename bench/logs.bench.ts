import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { followLogs } from '../src/client/followLogs.ts'
import type { GatewayClient } from '../src/client/gatewayClient.ts'
import { farAway, openBuiltGateway, untilEnded } from './builtGateway.ts'
import { functionLines } from './logs/functionLines.ts'
import { millionLines } from './logs/millionLines.ts'
import { type BenchRow, elapsed, medianAndP95, quantile } from './row.ts'

const lines = 100_000
const rounds = 5
/** Lines of 80 characters, each with its number. */
const command = ['seq', '-f', `%06.0f ${'x'.repeat(73)}`, '1', String(lines)]
const expected = (number: number) => `${String(number).padStart(6, '0')} ${'x'.repeat(73)}`

/**
 * 100,000 lines from the process of a CronJob through the gateway to a client that follows its log, and the same
 * command whose pipe is read by node:readline. Every line is compared: a lost, doubled or moved one ends the bench.
 */
export async function run(): Promise<BenchRow[]> {
  await using gateway = await openBuiltGateway()
  const { client } = gateway.now()
  const body = { projectId: gateway.projectId, name: 'lines', schedule: farAway(0), command }
  const { id } = await client.call('createCronJob', { body })
  const followed: number[] = []
  const reread: number[] = []
  const piped: number[] = []
  for (let round = 0; round < rounds; round++) {
    let execId = ''
    const after = await lastSeq(client, id)
    followed.push(
      await elapsed(async () => {
        ;({ id: execId } = await client.call('triggerCronJob', { params: { id } }))
        await follow(client, id, after)
      }),
    )
    await untilEnded({ client }, id, execId)
    reread.push(await elapsed(() => readBack(client, id, execId)))
    piped.push(await elapsed(pipe))
  }
  return [
    {
      name: `${lines} log lines: run → gateway → client that follows, ${rounds} times`,
      ours: `${rate(followed)}, none lost, none moved`,
      peer: `the same pipe read by node:readline: ${rate(piped)}`,
      aim: 'none lost, none reordered',
      ok: true,
    },
    { name: `${lines} log lines read back from the store in pages of ${pageSize}`, ours: rate(reread) },
    ...(await millionLines()),
    ...(await functionLines()),
  ]
}

const rate = (times: readonly number[]): string =>
  `${medianAndP95(times)}, ${Math.round(lines / (quantile(times, 0.5) / 1000)).toLocaleString('en')} lines/s`

/** Checks lines as they come; `seq` grows by one from line to line, those of the platform among them. */
function createCheck(lastSeen: number | undefined) {
  let seq = lastSeen
  let number = 0
  return {
    take: (line: { readonly seq: number; readonly stream: string; readonly text: string }): void => {
      if (seq !== undefined && line.seq !== seq + 1) throw new Error(`line ${line.seq} came after line ${seq}`)
      seq = line.seq
      if (line.stream !== 'stdout') return
      number += 1
      if (line.text !== expected(number)) throw new Error(`"${line.text}" came instead of line ${number}`)
    },
    count: () => number,
  }
}

async function lastSeq(client: GatewayClient, id: string): Promise<number> {
  const page = await client.call('getCronJobLogs', { params: { id }, query: { tail: 1 } })
  return page.items.at(-1)?.seq ?? 0
}

async function follow(client: GatewayClient, id: string, after: number): Promise<void> {
  const abort = new AbortController()
  const check = createCheck(after)
  const target = { kind: 'cronJob', id } as const
  for await (const batch of followLogs(async () => client, target, { query: { after }, signal: abort.signal })) {
    if (!('lines' in batch)) throw new Error(JSON.stringify(batch))
    batch.lines.forEach(check.take)
    if (check.count() === lines) break
  }
  abort.abort()
}

const pageSize = 10_000

async function readBack(client: GatewayClient, id: string, execId: string): Promise<void> {
  const check = createCheck(undefined)
  let after: number | undefined
  for (;;) {
    const query = { limit: pageSize, after: after ?? 0 }
    const page = await client.call('getExecutionLogs', { params: { id, execId }, query })
    page.items.forEach(check.take)
    after = page.items.at(-1)?.seq
    if (!page.more) break
  }
  if (check.count() !== lines) throw new Error(`${check.count()} of ${lines} lines are stored`)
}

async function pipe(): Promise<void> {
  const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] })
  let number = 0
  for await (const text of createInterface({ input: child.stdout })) {
    number += 1
    if (text !== expected(number)) throw new Error(`"${text}" came instead of line ${number}`)
  }
}
