import type { Runtime } from '../../src/contract/functions.ts'
import { openBuiltGateway } from '../builtGateway.ts'
import { callMany, type Load, loadText } from '../load/callMany.ts'
import { frameworks, startFramework } from '../peers/frameworks.ts'
import { type BenchRow, quantile } from '../row.ts'
import { deploy, doublerOf, doublers } from './deployed.ts'

const calls = { 1: 4000, 32: 16_000 } as const
/** Ours and the peer's in turn, so that what else the machine does falls on both. */
const rounds = 3

/** Calls of functions that run already, beside the framework of the language by the same client. */
export async function measureWarmCalls(runtimes: readonly Runtime[]): Promise<BenchRow[]> {
  await using gateway = await openBuiltGateway()
  const rows: BenchRow[] = []
  for (const runtime of runtimes) {
    await using owned = new AsyncDisposableStack()
    const language = runtime === 'go' ? undefined : runtime
    const peer = language && owned.use(await startFramework(language))
    const ours = doublerOf(gateway, await deploy(gateway, `${runtime}-warm`, runtime, doublers[runtime]))
    for (const callers of [1, 32] as const) {
      const mine: Load[] = []
      const theirs: Load[] = []
      for (let round = 0; round < rounds; round++) {
        mine.push(await callMany(ours, calls[callers], callers))
        if (peer) theirs.push(await callMany(peer, calls[callers], callers))
      }
      rows.push(rowOf(runtime, callers, together(mine), language && named(language, together(theirs))))
    }
  }
  return rows
}

interface NamedLoad extends Load {
  readonly name: string
}

const named = (runtime: Exclude<Runtime, 'go'>, load: Load): NamedLoad => ({
  ...load,
  name: frameworks[runtime].replace(/[@=]+(?=\d)/, ' '),
})

/** The latencies of all rounds and the middle one of their rates. */
const together = (loads: readonly Load[]): Load => ({
  times: loads.flatMap(load => load.times),
  perSecond: quantile(
    loads.map(load => load.perSecond),
    0.5,
  ),
})

function rowOf(runtime: Runtime, callers: 1 | 32, ours: Load, peer: NamedLoad | undefined): BenchRow {
  const factor = peer && ours.perSecond / peer.perSecond
  const isMet = callers === 1 ? quantile(ours.times, 0.5) <= 0.8 : factor === undefined || factor >= 1.5
  return {
    name: `${runtime}: warm, ${callers} caller${callers === 1 ? '' : 's'}`,
    ours: `${loadText(ours)}${factor === undefined ? '' : `, ${factor.toFixed(2)} × the peer`}`,
    ...(peer && { peer: `${peer.name}: ${loadText(peer)}` }),
    ...((callers === 1 || peer) && { aim: callers === 1 ? 'p50 ≤ 0.8 ms' : '≥ 1.5 × the peer', ok: isMet }),
  }
}
