import { readFileSync } from 'node:fs'
import type { GatewayClient } from '../src/client/gatewayClient.ts'
import type { FunctionDeploy } from '../src/contract/functions.ts'
import { openBuiltGateway } from './builtGateway.ts'
import { type BenchRow, elapsed, medianAndP95, ms } from './row.ts'

const trivial = 'export const handler = () => null'
/** Computes for about 20 milliseconds of processor time. */
const computing = `import time
def handler(event):
    end = time.thread_time() + 0.02
    while time.thread_time() < end:
        pass
`
const trivialCalls = 4000
const computingCalls = 200
const computingCallers = 8

/** Many callers of one function: what the gateway adds, and what another process gains. */
export async function run(): Promise<BenchRow[]> {
  await using gateway = await openBuiltGateway()
  const { client, ready } = gateway.now()
  const deploy = async (body: Omit<FunctionDeploy, 'source'>, text: string) => {
    const source = Buffer.from(text).toString('base64')
    return (await client.call('deployFunction', { params: { id: gateway.projectId }, body: { ...body, source } })).id
  }
  const measured = async (name: string, id: string, calls: number, callers: number): Promise<BenchRow> => {
    await callMany(client, id, callers * 5, callers)
    const before = processorMs(ready.pid)
    const begun = performance.now()
    const times = await callMany(client, id, calls, callers)
    const seconds = (performance.now() - begun) / 1000
    const processor =
      before === undefined
        ? ''
        : `, gateway ${ms((processorMs(ready.pid)! - before) / times.length)} of processor a call`
    return { name, ours: `${medianAndP95(times)}, ${Math.round(times.length / seconds)}/s${processor}` }
  }

  const rows: BenchRow[] = []
  const quick = await deploy({ name: 'trivial', runtime: 'node' }, trivial)
  for (const callers of [1, 32, 200]) {
    rows.push(await measured(`trivial function in node, ${callers} at a time`, quick, trivialCalls, callers))
  }
  for (const maxScale of [1, 2]) {
    const scaling = { containerConcurrency: 1, maxScale }
    const id = await deploy({ name: `computing-${maxScale}`, runtime: 'python', scaling }, computing)
    const name = `20 ms of computing in python, ${computingCallers} at a time, maxScale ${maxScale}`
    rows.push(await measured(name, id, computingCalls, computingCallers))
  }
  return rows
}

/** The milliseconds of each call. */
async function callMany(client: GatewayClient, id: string, calls: number, callers: number): Promise<readonly number[]> {
  const times: number[] = []
  let left = calls
  const one = async () => {
    while (left-- > 0) times.push(await elapsed(() => callOnce(client, id)))
  }
  await Promise.all(Array.from({ length: callers }, one))
  return times
}

async function callOnce(client: GatewayClient, id: string): Promise<void> {
  const { status } = await client.invoke(id, Buffer.from('1'), { contentType: 'application/json' })
  if (status !== 200) throw new Error(`a call was answered with ${status}`)
}

/** Processor time of a process so far; the kernel counts in hundredths of a second. Only on Linux. */
function processorMs(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
