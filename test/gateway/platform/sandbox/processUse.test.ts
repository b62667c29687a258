import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const meterFile = join(import.meta.dirname, '../../../../src/gateway/platform/sandbox/processUse.ts')

/** Works, opens a meter of itself, then files until the system gives no more, then looks, and again when they are closed. */
const program = `
import { closeSync, openSync } from 'node:fs'
import { openUseMeter } from ${JSON.stringify(meterFile)}
while (process.cpuUsage().user < 300_000);
const meter = openUseMeter(process.pid, 'counts')
const before = meter.use()
const used = process.cpuUsage()
const held = []
let refused
while (refused === undefined) try { held.push(openSync('/dev/null')) } catch (error) { refused = error.code }
meter.residentBytes()
const { processes } = meter.use()
held.forEach(closeSync)
const { cpuSeconds } = meter.use()
const { user, system } = process.cpuUsage(used)
// The kernel counts in hundredths.
const isCountedOnce = cpuSeconds <= (user + system) / 1e6 + 0.05
console.log(JSON.stringify({ refused, counted: before.bytes > 0, processes, isCountedOnce }))
`

describe('the use of processes', () => {
  before(function () {
    if (process.platform !== 'linux') this.skip()
  })

  it('is looked at without harm while the gateway has no file descriptor left', async () => {
    const command = 'ulimit -n 64; exec "$0" --input-type=module --eval "$1"'
    const { stdout } = await promisify(execFile)('sh', ['-c', command, process.execPath, program])
    assert.deepEqual(JSON.parse(stdout), { refused: 'EMFILE', counted: true, processes: 1, isCountedOnce: true })
  })
})
