import { setTimeout as delay } from 'node:timers/promises'
import type { Runtime } from '../../src/contract/functions.ts'
import { openBuiltGateway } from '../builtGateway.ts'
import { descendantPss, residentBytes } from '../processMemory.ts'
import type { BenchRow } from '../row.ts'
import { deploy, doublers, untilReady, untilStopped } from './deployed.ts'

const aimMB = 120
/** Milliseconds in which what a deployment left is collected. */
const calm = 3000

/** A gateway with functions that nobody calls, and the processes that it keeps ready. */
export async function measureIdleMemory(runtimes: readonly Runtime[]): Promise<BenchRow[]> {
  if (process.platform !== 'linux') return []
  await using gateway = await openBuiltGateway({ HKS_FUNCTION_IDLE_SECONDS: '1' })
  const { client, ready } = gateway.now()
  const ids: string[] = []
  for (const runtime of runtimes) ids.push(await deploy(gateway, `${runtime}-idle`, runtime, doublers[runtime]))
  await untilStopped(client, ids)
  for (const runtime of runtimes) if (runtime !== 'go') await untilReady(client, runtime, 1)
  await delay(calm)
  const resident = residentBytes(ready.pid) / 1e6
  const pools = descendantPss(ready.pid)
  return [
    {
      name: `idle gateway with a function in each of ${runtimes.join(', ')}`,
      ours: `gateway ${resident.toFixed(0)} MB RSS; its ${pools.count} other processes ${(pools.bytes / 1e6).toFixed(1)} MB PSS`,
      aim: `gateway ≤ ${aimMB} MB RSS`,
      ok: resident <= aimMB,
    },
  ]
}
