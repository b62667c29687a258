import { spawn, spawnSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import type { LogLine, LogQuery } from '../../src/contract/logs.ts'
import { temporaryFolder } from '../../test/support/temporaryFolder.ts'
import { type BuiltGateway, farAway, openBuiltGateway, untilEnded } from '../builtGateway.ts'
import { type BenchRow, elapsed, medianAndP95, ms, quantile } from '../row.ts'
import { useDuring, useText } from './gatewayUse.ts'

const lines = 1_000_000
const rateAim = 150_000
const delayAimMs = 50
const width = 80
/** The same number of lines that together are more than a gigabyte. */
const wideWidth = 1000
const searched = '99999'

/** `seq` writes as fast as its reader takes: numbers, filled up to a width. */
const command = (characters: number) => ['seq', '-f', `%07.0f ${'x'.repeat(characters - 8)}`, '1', String(lines)]
const rate = (milliseconds: number) =>
  `${ms(milliseconds)}, ${Math.round(lines / (milliseconds / 1000)).toLocaleString('en')} lines/s`

/** One process that writes a million lines at once; then they are read back, searched and looked at from the end. */
export async function millionLines(): Promise<BenchRow[]> {
  await using gateway = await openBuiltGateway()
  let id = ''
  let stored = 0
  const writing = await useDuring(gateway.now(), async () => {
    stored = await elapsed(async () => {
      id = await runToEnd(gateway, 'million', command(width))
    })
  })
  let count = 0
  let readBack = 0
  const reading = await useDuring(gateway.now(), async () => {
    readBack = await elapsed(async () => {
      for await (const page of pagesOf(gateway, id, {})) {
        for (const { stream, text } of page)
          if (stream === 'stdout' && Number.parseInt(text, 10) === count + 1) count += 1
      }
    })
  })
  if (count !== lines) throw new Error(`${count} of ${lines} lines are stored in order`)
  const found: LogLine[] = []
  let grepped = 0
  const searching = await useDuring(gateway.now(), async () => {
    grepped = await elapsed(async () => {
      for await (const page of pagesOf(gateway, id, { grep: searched })) found.push(...page)
    })
  })
  const peers = await measurePeers(found.length)
  const wide = await runToEnd(gateway, 'gigabyte', command(wideWidth))
  return [
    {
      name: `${lines} log lines stored, as fast as a process writes`,
      ours: `${rate(stored)}, ${useText(writing, lines)}`,
      peer: `the same pipe read by node:readline: ${rate(peers.piped)}`,
      aim: `≥ ${rateAim.toLocaleString('en')} lines/s, event loop p99 < ${delayAimMs} ms, none lost`,
      ok: lines / (stored / 1000) >= rateAim && writing.delayMs < delayAimMs,
    },
    { name: `${lines} log lines read back in pages of 10000`, ours: `${rate(readBack)}, ${useText(reading, lines)}` },
    {
      name: `grep over ${lines} stored log lines, ${found.length} found`,
      ours: `${rate(grepped)}, ${useText(searching, lines)}`,
      peer: `GNU grep -F over the bare text: ${rate(peers.grepped)}`,
    },
    await tailRow(gateway, wide),
  ]
}

async function tailRow(gateway: BuiltGateway, id: string): Promise<BenchRow> {
  const plain: number[] = []
  const searching: number[] = []
  for (let round = 0; round < 20; round++) {
    plain.push(await elapsed(() => tail(gateway, id, {})))
    searching.push(await elapsed(() => tail(gateway, id, { grep: searched })))
  }
  return {
    name: `the last line of a log of ${((lines * wideWidth) / 1e9).toFixed(0)} GB at the HTTP client, 20 times`,
    ours: `${medianAndP95(plain)}; the last with "${searched}": ${medianAndP95(searching)}`,
    aim: 'p50 < 10 ms',
    ok: quantile(plain, 0.5) < 10,
  }
}

const tail = (gateway: BuiltGateway, id: string, query: LogQuery) =>
  gateway.now().client.call('getCronJobLogs', { params: { id }, query: { tail: 1, ...query } })

async function runToEnd(gateway: BuiltGateway, name: string, argv: string[]): Promise<string> {
  const { client } = gateway.now()
  const body = { projectId: gateway.projectId, name, schedule: farAway(1), command: argv }
  const { id } = await client.call('createCronJob', { body })
  const { id: execId } = await client.call('triggerCronJob', { params: { id } })
  await untilEnded({ client }, id, execId)
  return id
}

async function* pagesOf(gateway: BuiltGateway, id: string, query: LogQuery): AsyncGenerator<readonly LogLine[]> {
  let position: LogQuery = {}
  for (let more = true; more; ) {
    const asked = { limit: 10_000, ...query, ...position }
    const page = await gateway.now().client.call('getCronJobLogs', { params: { id }, query: asked })
    yield page.items
    position = page.next
    more = page.more
  }
}

/** The pipe read by Node's own splitter, and GNU grep over a file of the same lines. */
async function measurePeers(found: number): Promise<{ readonly piped: number; readonly grepped: number }> {
  using folder = temporaryFolder()
  const file = join(folder.path, 'lines')
  const [program, ...args] = command(width) as [string, ...string[]]
  const start = () => spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await pipeline(start().stdout, createWriteStream(file))
  const piped = await elapsed(async () => {
    let count = 0
    for await (const text of createInterface({ input: start().stdout })) if (text !== '') count += 1
    if (count !== lines) throw new Error(`node:readline gave ${count} lines`)
  })
  const grepped = await elapsed(async () => {
    const { stdout } = spawnSync('grep', ['-F', searched, file], { encoding: 'utf8' })
    if (stdout.trim().split('\n').length !== found) throw new Error(`grep found other lines than the gateway: ${found}`)
  })
  return { piped, grepped }
}
