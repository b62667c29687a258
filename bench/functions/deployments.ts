import type { Runtime } from '../../src/contract/functions.ts'
import { openBuiltGateway } from '../builtGateway.ts'
import { type BenchRow, elapsed, medianAndP95, quantile } from '../row.ts'
import { deploy, doublers, untilReady } from './deployed.ts'

const deployments = 30
/** Milliseconds from the request to the answer that says that it serves. */
const aim = 60

/** Deploying a function without dependencies until it serves: a new one each time, and changed sources of one. */
export async function measureDeployments(runtimes: readonly Runtime[]): Promise<BenchRow[]> {
  await using gateway = await openBuiltGateway()
  const rows: BenchRow[] = []
  for (const runtime of runtimes) {
    const comment = runtime === 'python' ? '#' : '//'
    const changed = (round: number) => `${doublers[runtime]}${comment} ${round}\n`
    const time = async (nameOf: (round: number) => string) => {
      const times: number[] = []
      for (let round = 0; round < deployments; round++) {
        // Who edits deploys less often than a process takes to start.
        if (runtime !== 'go') await untilReady(gateway.now().client, runtime, 1)
        times.push(await elapsed(() => deploy(gateway, nameOf(round), runtime, changed(round))))
      }
      return times
    }
    const first = await elapsed(() => deploy(gateway, `${runtime}-first`, runtime, doublers[runtime]))
    if (runtime === 'go')
      rows.push({ name: 'go: deploy → serving, empty build cache, once', ours: medianAndP95([first]) })
    rows.push(
      rowOf(`${runtime}: deploy → serving, new function`, await time(round => `${runtime}-new-${round}`), runtime),
    )
    rows.push(rowOf(`${runtime}: deploy → serving, changed source`, await time(() => `${runtime}-first`), runtime))
  }
  return rows
}

/** What Go takes to compile is its own. */
const rowOf = (name: string, times: readonly number[], runtime: Runtime): BenchRow => ({
  name: `${name}, ${times.length} times`,
  ours: medianAndP95(times),
  ...(runtime !== 'go' && { aim: `p50 ≤ ${aim} ms`, ok: quantile(times, 0.5) <= aim }),
})
