import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HksError } from '../../../../src/contract/errors.ts'
import { createLogStore } from '../../../../src/gateway/store/logs/logStore.ts'

/** Program of fullDisk.test.ts: writes logs into a folder on a small disk of its own (argument), fills and frees it. */
const folder = process.argv[2]!
const ballast = join(folder, 'ballast')
writeFileSync(ballast, Buffer.alloc(256 * 1024))

const open = () => createLogStore(join(folder, 'logs'), { segmentBytes: 100_000 })
let store = open()
const chunk = (from: number, executionId: string) =>
  Array.from({ length: 100 }, (_, at) => ({
    time: from + at,
    stream: 'stdout' as const,
    text: `line ${from + at} ${'x'.repeat(80)}`,
    executionId,
  }))

let sent = 0
let failure: unknown
while (failure === undefined) {
  assert.ok(sent < 100_000, 'the disk fills up')
  try {
    store.append('a', chunk(sent, 'run-1'))
  } catch (error) {
    failure = error
  }
  sent += 100
}
assert.ok(failure instanceof HksError)
assert.deepEqual(
  [failure.code, failure.details?.['system'], failure.hint],
  ['STORE_FAILED', 'ENOSPC', 'Free some space, then try again.'],
)
// Work goes on: of two runs, and each line is refused or stored, never half.
for (let round = 0; round < 3; round++) {
  for (const run of ['run-1', 'run-2']) {
    try {
      store.append('a', chunk(sent, run))
    } catch (error) {
      assert.ok(error instanceof HksError && error.code === 'STORE_FAILED')
    }
    sent += 100
  }
}
rmSync(ballast)
const last = store.append('a', chunk(sent, 'run-1'))
sent += 100

const readAll = async () => {
  const lines = []
  for (let position: object = {}; ; ) {
    const page = await store.read('a', position)
    lines.push(...page.lines)
    if (!page.more) return lines
    position = page.next
  }
}
const lines = await readAll()
assert.deepEqual(
  lines.map(line => line.seq),
  Array.from({ length: last }, (_, at) => at + 1),
)
const notices = lines.filter(line => line.stream === 'system')
const counted = notices.map(line => Number(/missing here: (\d+)\.$/.exec(line.text)![1])).reduce((a, b) => a + b, 0)
assert.ok(notices.some(line => line.executionId === 'run-1') && notices.some(line => line.executionId === 'run-2'))
assert.equal(lines.length - notices.length + counted, sent, 'each line is there or counted')
store.close()
store = open()
assert.deepEqual(await readAll(), lines)
store.close()
