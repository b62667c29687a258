import type { Runtime } from '../src/contract/functions.ts'
import { openBuiltGateway } from './builtGateway.ts'
import { measureColdStarts } from './functions/coldStarts.ts'
import { doublers } from './functions/deployed.ts'
import { measureDeployments } from './functions/deployments.ts'
import { measureGrowth } from './functions/growth.ts'
import { measureHotReload } from './functions/hotReload.ts'
import { measureIdleMemory } from './functions/idleMemory.ts'
import { measureWarmCalls } from './functions/warmCalls.ts'
import type { BenchRow } from './row.ts'

/** Functions at the gateway's HTTP edge, beside the frameworks of their languages. */
export async function run(): Promise<BenchRow[]> {
  const { runtimes, missing } = await runtimesHere()
  return [
    ...missing,
    ...(await measureColdStarts(runtimes)),
    ...(await measureWarmCalls(runtimes)),
    ...(await measureDeployments(runtimes)),
    ...(await measureHotReload(runtimes)),
    ...(await measureIdleMemory(runtimes)),
    ...(await measureGrowth()),
  ]
}

/** The languages of this machine; one that lacks is a row that says so. */
async function runtimesHere(): Promise<{
  readonly runtimes: readonly Runtime[]
  readonly missing: readonly BenchRow[]
}> {
  await using gateway = await openBuiltGateway()
  const { runtimes, sandbox } = await gateway.now().client.call('getGateway')
  const problemOf = (name: Runtime) => runtimes.find(each => each.name === name)?.problem
  const all = Object.keys(doublers) as Runtime[]
  return {
    runtimes: all.filter(name => problemOf(name) === undefined),
    missing: [
      { name: 'sandbox of all functions', ours: sandbox.level },
      ...all.flatMap(name => {
        const problem = problemOf(name)
        return problem === undefined ? [] : [{ name, ours: `not measured: ${problem}` }]
      }),
    ],
  }
}
