import { setTimeout as delay } from 'node:timers/promises'
import { createGatewayClient, type GatewayClient } from '../src/client/gatewayClient.ts'
import type { Runtime } from '../src/contract/functions.ts'
import { openBuiltGateway } from './builtGateway.ts'
import { startPeer } from './peers/peer.ts'
import { type BenchRow, elapsed, medianAndP95 } from './row.ts'

const sources: Readonly<Record<Runtime, string>> = {
  node: 'export const handler = event => ({ answer: event.number * 2 })',
  python: 'def handler(event, context):\n    return {"answer": event["number"] * 2}\n',
  go: `package function

import "hexabase.io/hks"

func Handle(ctx *hks.Context, event any) (any, error) {
	return map[string]any{"answer": event.(map[string]any)["number"].(float64) * 2}, nil
}
`,
}
const deployments = 5
/** Seconds that a deployment may take: the first build in Go compiles the standard library. */
const longestDeploy = 300
const coldCalls = 5
const warmCalls = 320
const manyCallers = 32
/** The shortest time after which a function's process ends, so that a first call can be had again. */
const idleSeconds = 1

/** Deploying and calling functions; beside the warm calls those of a bare node:http server by the same client. */
export async function run(): Promise<BenchRow[]> {
  await using gateway = await openBuiltGateway({ HKS_FUNCTION_IDLE_SECONDS: String(idleSeconds) })
  const { client } = gateway.now()
  await using server = startPeer('httpServer')
  const bare = bareServer((await server.next()) as string)
  const rows: BenchRow[] = []
  const { runtimes } = await client.call('getGateway')
  for (const runtime of Object.keys(sources) as Runtime[]) {
    const problem = runtimes.find(each => each.name === runtime)?.problem
    if (problem !== undefined) rows.push({ name: `functions, ${runtime}`, ours: `not measured: ${problem}` })
    else rows.push(...(await measure(client, gateway.projectId, runtime, bare)))
  }
  return rows
}

type Call = (number: number) => Promise<void>

async function measure(client: GatewayClient, projectId: string, runtime: Runtime, bare: Call): Promise<BenchRow[]> {
  let id = ''
  const deploy = async (name: string, text: string) => {
    const body = { name, runtime, source: Buffer.from(text).toString('base64'), waitSeconds: longestDeploy }
    return elapsed(async () => {
      const created = await client.call('deployFunction', { params: { id: projectId }, body })
      if (created.status !== 'ready') throw new Error(`${created.name} is ${created.status}: ${created.reason}`)
      id = created.id
    })
  }
  const row = (name: string, ours: readonly number[]): BenchRow => ({
    name: `function, ${runtime}: ${name}`,
    ours: medianAndP95(ours),
  })
  const deploys: BenchRow[] = []
  if (runtime === 'go') {
    deploys.push(row('deploy → serving, empty build cache, once', [await deploy('go-first', sources.go)]))
    const changed: number[] = []
    for (let round = 0; round < deployments; round++) {
      changed.push(await deploy('go-changed', `${sources.go}// ${round}\n`))
    }
    deploys.push(row(`deploy → serving, changed source, ${deployments} times`, changed))
  }
  const deployed: number[] = []
  for (let round = 0; round < deployments; round++) deployed.push(await deploy(`${runtime}-${round}`, sources[runtime]))
  deploys.push(row(`deploy → serving, ${runtime === 'go' ? 'same source, ' : ''}${deployments} times`, deployed))
  const call = caller(client, id)
  const cold: number[] = []
  for (let round = 0; round < coldCalls; round++) {
    await untilStopped(client, id)
    cold.push(await elapsed(() => call(round)))
  }
  const warm = async (callers: number): Promise<BenchRow> => ({
    ...row(`warm call, ${callers} at a time`, await times(call, callers)),
    peer: `bare node:http: ${medianAndP95(await times(bare, callers))}`,
  })
  return [
    ...deploys,
    row(`first call of a stopped one, ${coldCalls} times`, cold),
    await warm(1),
    await warm(manyCallers),
  ]
}

/** `warmCalls` calls, so many at a time; the milliseconds of each. */
async function times(call: Call, callers: number): Promise<readonly number[]> {
  for (let warmUp = 0; warmUp < 10; warmUp++) await call(warmUp)
  const all: number[] = []
  const one = async () => {
    for (let round = 0; round < warmCalls / callers; round++) all.push(await elapsed(() => call(round)))
  }
  await Promise.all(Array.from({ length: callers }, one))
  return all
}

function caller(client: GatewayClient, id: string): Call {
  return async number => {
    const body = Buffer.from(JSON.stringify({ number }))
    const answer = await client.invoke(id, body, { contentType: 'application/json' })
    check(number, answer.status, Buffer.from(answer.body).toString())
  }
}

/** The same client against a server that sends back what it gets. */
function bareServer(url: string): Call {
  const client = createGatewayClient({ url, token: 'none' })
  return async number => {
    const body = Buffer.from(JSON.stringify({ answer: number * 2 }))
    const answer = await client.invoke('any', body, { contentType: 'application/json' })
    check(number, answer.status, Buffer.from(answer.body).toString())
  }
}

function check(number: number, status: number, text: string): void {
  const { answer } = JSON.parse(text) as { answer?: unknown }
  if (status !== 200 || answer !== number * 2) throw new Error(`call ${number} was answered with ${status}: ${text}`)
}

async function untilStopped(client: GatewayClient, id: string): Promise<void> {
  while ((await client.call('getFunction', { params: { id } })).replicas > 0) await delay(100)
}
