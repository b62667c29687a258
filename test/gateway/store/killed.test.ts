import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createLogStore } from '../../../src/gateway/store/logs/logStore.ts'
import { openStore } from '../../../src/gateway/store/openStore.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const rounds = 5
const kinds = ['run', 'call', 'line']

/** Lets a writer work until it has acknowledged `count` writes of each kind, then kills it. Answers what it acknowledged. */
async function writeAndKill(folder: string, count: number): Promise<Map<string, string[]>> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'writer.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  const acknowledged = new Map<string, string[]>(kinds.map(kind => [kind, []]))
  for await (const text of createInterface({ input: child.stdout })) {
    const [kind, value] = text.split(' ')
    // The last line may have been cut off by the kill: a line without its end was never acknowledged.
    if (value?.endsWith(';')) acknowledged.get(kind!)!.push(value.slice(0, -1))
    if (kinds.every(one => acknowledged.get(one)!.length >= count)) child.kill('SIGKILL')
  }
  await closed
  assert.equal(child.signalCode, 'SIGKILL', 'the writer ended by itself')
  return acknowledged
}

describe('a gateway that is killed while it writes', () => {
  it('has lost nothing that was acknowledged', async () => {
    using folder = temporaryFolder()
    const runs = new Set<string>()
    const calls = new Set<string>()
    for (let round = 1; round <= rounds; round++) {
      const acknowledged = await writeAndKill(folder.path, 5 + round * 7)
      acknowledged.get('run')!.forEach(id => runs.add(id))
      acknowledged.get('call')!.forEach(id => calls.add(id))

      const store = await openStore(join(folder.path, 'gateway.db'))
      const keptRuns = new Set((await store.executions.list({ applicationId: 'a', limit: 100_000 })).map(run => run.id))
      assert.deepEqual(
        [...runs].filter(id => !keptRuns.has(id)),
        [],
      )
      const listed = (await store.invocations.list('f', { limit: 100_000 })).map(call => call.id)
      const keptCalls = new Set(listed)
      assert.equal(listed.length, keptCalls.size, 'a call is listed twice')
      assert.deepEqual(
        [...calls].filter(id => !keptCalls.has(id)),
        [],
      )
      await store.close()

      const logs = createLogStore(join(folder.path, 'logs'))
      const last = (await logs.read('a', { tail: 1 })).lines[0]?.seq ?? 0
      assert.ok(last >= Number(acknowledged.get('line')!.at(-1) ?? 0))
      let seq = 0
      for (let more = true; more; ) {
        const page = await logs.read('a', { after: seq })
        for (const line of page.lines) assert.equal(line.seq, ++seq)
        more = page.more
      }
      assert.equal(seq, last)
      logs.close()
    }
    assert.ok(runs.size > 0 && calls.size > 0)
  }).timeout(120_000)
})
