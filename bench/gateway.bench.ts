import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { ensureBuilt } from '../test/support/ensureBuilt.ts'
import { temporaryFolder } from '../test/support/temporaryFolder.ts'
import { startBuilt } from './builtGateway.ts'
import { type BenchRow, elapsed, medianAndP95, quantile } from './row.ts'

const starts = 10
const aimMs = 500

/** From the spawn of a gateway to the line that says that it is ready; beside it a Node.js that does nothing. */
export async function run(): Promise<BenchRow[]> {
  await ensureBuilt()
  const first: number[] = []
  const again: number[] = []
  const bare: number[] = []
  for (let start = 0; start < starts; start++) {
    using home = temporaryFolder()
    first.push(await timeToReady(home.path))
    again.push(await timeToReady(home.path))
    bare.push(await elapsed(() => once(spawn(process.execPath, ['-e', '0']), 'exit')))
  }
  const peer = `node -e 0: ${medianAndP95(bare)}`
  const row = (name: string, times: readonly number[]): BenchRow => ({
    name: `gateway start → ready, ${name}, ${starts} times`,
    ours: medianAndP95(times),
    peer,
    aim: `median < ${aimMs} ms`,
    ok: quantile(times, 0.5) < aimMs,
  })
  return [row('new data folder', first), row('data folder in use before', again)]
}

async function timeToReady(home: string): Promise<number> {
  const start = performance.now()
  const gateway = await startBuilt(home)
  const time = performance.now() - start
  await gateway.stop()
  return time
}
