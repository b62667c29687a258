import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { findSupervisor } from '../../../../src/gateway/platform/findSupervisor.ts'
import { startGuard } from '../../../../src/gateway/platform/sandbox/startGuard.ts'
import { sandboxFolder } from './sandboxLevels.ts'

describe('a guard', () => {
  it('kills what has its mark when it is disposed of, and nothing else', async function () {
    const supervisor = await findSupervisor(sandboxFolder)
    if (supervisor === undefined) return this.skip()
    const [mine, other] = [await startGuard(supervisor, sandboxFolder), await startGuard(supervisor, sandboxFolder)]
    const guarded = spawn('/bin/sleep', ['600'], { env: mine.marks })
    const foreign = spawn('/bin/sleep', ['600'], { env: other.marks })
    await Promise.all([once(guarded, 'spawn'), once(foreign, 'spawn')])
    const end = once(guarded, 'exit')
    await mine[Symbol.asyncDispose]()
    assert.deepEqual(await end, [null, 'SIGKILL'])
    assert.equal(foreign.exitCode, null)
    assert.equal(foreign.signalCode, null)
    await other[Symbol.asyncDispose]()
  })
})
