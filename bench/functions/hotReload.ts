import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { Runtime } from '../../src/contract/functions.ts'
import { temporaryFolder } from '../../test/support/temporaryFolder.ts'
import { type BuiltGateway, openBuiltGateway } from '../builtGateway.ts'
import { type Connection, openConnection } from '../load/connection.ts'
import { type BenchRow, medianAndP95, quantile } from '../row.ts'
import { doublerOf, untilReady } from './deployed.ts'

const saves = 50
/** Milliseconds from the beginning of the save to the first answer of the new code; what Go takes to compile is its own. */
const aim = 80
/** Between two calls while the answer is still the old one, milliseconds; a loop without a pause would slow what it measures. */
const pause = 1
/** Nobody saves again sooner; by then the gateway has done what follows a deployment. Milliseconds. */
const calm = 150

const program = resolve(import.meta.dirname, '../../dist/cli.mjs')

/** A function that answers a number, which each save changes. */
const answering: Readonly<Record<Runtime, { readonly file: string; readonly text: (number: number) => string }>> = {
  node: { file: 'index.mjs', text: number => `export const handler = () => ${number}\n` },
  python: { file: 'main.py', text: number => `def handler(event, context):\n    return ${number}\n` },
  go: {
    file: 'handler.go',
    text: number => `package function

import "hexabase.io/hks"

func Handle(ctx *hks.Context, event any) (any, error) {
	return ${number}, nil
}
`,
  },
}

/** A file is saved while `hks-func dev` watches it, and the function called until the new code answers. */
export async function measureHotReload(runtimes: readonly Runtime[]): Promise<BenchRow[]> {
  await using gateway = await openBuiltGateway()
  const rows: BenchRow[] = []
  for (const runtime of runtimes) {
    const times = await timesOf(gateway, runtime)
    rows.push({
      name: `${runtime}: save → next answer, with hks-func dev, ${times.length} times`,
      ours: medianAndP95(times),
      ...(runtime !== 'go' && { aim: `p50 ≤ ${aim} ms`, ok: quantile(times, 0.5) <= aim }),
    })
  }
  return rows
}

async function timesOf(gateway: BuiltGateway, runtime: Runtime): Promise<readonly number[]> {
  using folder = temporaryFolder()
  const { file, text } = answering[runtime]
  const source = join(folder.path, file)
  await writeFile(join(folder.path, 'function.yaml'), `name: saved-${runtime}\nruntime: ${runtime}\n`)
  await writeFile(source, text(0))
  await using session = startDev(gateway, folder.path)
  const { url, headers } = doublerOf(gateway, await session.serving())
  using connection = await openConnection(url, headers)
  await untilAnswered(connection, 0)
  const times: number[] = []
  for (let number = 1; number <= saves; number++) {
    if (runtime !== 'go') await untilReady(gateway.now().client, runtime, 1)
    await delay(calm)
    const begun = performance.now()
    await writeFile(source, text(number))
    await untilAnswered(connection, number)
    times.push(performance.now() - begun)
  }
  return times
}

async function untilAnswered(connection: Connection, number: number): Promise<void> {
  for (;;) {
    const { status, body } = await connection.post(Buffer.from('null'))
    if (status !== 200) throw new Error(`the call was answered with ${status}: ${body}`)
    if (Number(body) === number) return
    await delay(pause)
  }
}

/** A session of the built command line; disposing ends it. `serving` answers the function's id once it serves. */
function startDev({ now, projectId }: BuiltGateway, folder: string) {
  const child = spawn(process.execPath, [program, 'dev', '--json', '--project', projectId], {
    cwd: folder,
    env: { ...process.env, HKS_HOME: now().home },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  return {
    serving: () => firstServing(child, lines),
    [Symbol.asyncDispose]: async () => {
      const end = once(child, 'exit')
      if (child.exitCode === null && child.kill('SIGINT')) await end
    },
  }
}

function firstServing(child: ChildProcess, lines: Interface): Promise<string> {
  return new Promise((found, reject) => {
    child.once('exit', code => reject(new Error(`hks-func dev ended with ${code}.`)))
    lines.on('line', line => {
      const { type, url = '' } = JSON.parse(line) as { readonly type: string; readonly url?: string }
      if (type === 'serving') found(url.slice(url.lastIndexOf('/') + 1))
    })
  })
}
