import { setTimeout as delay } from 'node:timers/promises'
import type { GatewayClient } from '../../src/client/gatewayClient.ts'
import type { FunctionDeploy, Runtime } from '../../src/contract/functions.ts'
import { routes } from '../../src/contract/routes.ts'
import type { BuiltGateway } from '../builtGateway.ts'
import type { Doubler } from '../load/callMany.ts'

/** The same trivial function in every language: it takes `{"number": n}` and answers `{"answer": 2 n}`. */
export const doublers: Readonly<Record<Runtime, string>> = {
  node: 'export const handler = event => ({ answer: event.number * 2 })\n',
  python: 'def handler(event, context):\n    return {"answer": event["number"] * 2}\n',
  go: `package function

import "hexabase.io/hks"

func Handle(ctx *hks.Context, event any) (any, error) {
	return map[string]any{"answer": event.(map[string]any)["number"].(float64) * 2}, nil
}
`,
}

/** Seconds that a deployment may take: the first build in Go compiles the standard library. */
const longestDeploy = 300

/** Deploys a source and waits until it serves; answers the id. @throws Error when it does not */
export async function deploy(
  { now, projectId }: Pick<BuiltGateway, 'now' | 'projectId'>,
  name: string,
  runtime: Runtime,
  source: string,
  more: Partial<FunctionDeploy> = {},
): Promise<string> {
  const body = { ...more, name, runtime, source: Buffer.from(source).toString('base64'), waitSeconds: longestDeploy }
  const made = await now().client.call('deployFunction', { params: { id: projectId }, body })
  if (made.status !== 'ready') throw new Error(`${name} is ${made.status}: ${made.reason}`)
  return made.id
}

/** Where a function is called, with the token that lets one. */
export function doublerOf({ now }: Pick<BuiltGateway, 'now'>, id: string): Doubler {
  const { url, token } = now().client.address
  return {
    url: `${url}${routes.invokeFunction.path.replace(':id', id)}`,
    headers: { Authorization: `Bearer ${token}` },
  }
}

/** Resolves when no process of these functions is left. */
export async function untilStopped(client: GatewayClient, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    while ((await client.call('getFunction', { params: { id } })).replicas > 0) await delay(50)
  }
}

/** Resolves when so many processes of a language wait for first calls. */
export async function untilReady({ address }: GatewayClient, runtime: Runtime, count: number): Promise<void> {
  const pattern = new RegExp(`^hks_pool_ready_processes\\{.*runtime="${runtime}".*\\} (\\d+)`, 'm')
  for (;;) {
    const metrics = await fetch(`${address.url}/metrics`, { headers: { Authorization: `Bearer ${address.token}` } })
    if (Number(pattern.exec(await metrics.text())?.[1] ?? 0) >= count) return
    await delay(20)
  }
}
