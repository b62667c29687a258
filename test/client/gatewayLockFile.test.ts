import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isAlive, readLockFile } from '../../src/client/gatewayLockFile.ts'
import type { LockFile } from '../../src/contract/gateway.ts'
import { ownIdentity } from '../../src/gateway/platform/processIdentity.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const own = (): LockFile => ({ ...ownIdentity(), host: hostname(), port: 1, token: 't', version: '0.1.0' })

describe('the lock file', () => {
  it('is read as it was written', async () => {
    using folder = temporaryFolder()
    assert.equal(await readLockFile(folder.path), undefined)
    writeFileSync(join(folder.path, 'gateway.json'), JSON.stringify(own()))
    assert.deepEqual(await readLockFile(folder.path), own())
  })

  it('counts as absent when no gateway can have written it', async () => {
    using folder = temporaryFolder()
    for (const text of ['', '{"pid": 1', '{}', JSON.stringify({ ...own(), port: '80' })]) {
      writeFileSync(join(folder.path, 'gateway.json'), text)
      assert.equal(await readLockFile(folder.path), undefined, text)
    }
  })

  it('says why it cannot be read', async () => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, 'gateway.json'))
    await assert.rejects(readLockFile(folder.path), {
      code: 'GATEWAY_UNREACHABLE',
      message: /gateway\.json cannot be read/,
    })
  })

  it('names a living process only by pid, start time, boot and host together', async () => {
    assert.equal(await isAlive(own()), true)
    assert.equal(await isAlive({ ...own(), processStartTime: '1' }), false, 'the pid was used again')
    assert.equal(await isAlive({ ...own(), bootId: 'earlier' }), false, 'the machine was started again')
    assert.equal(await isAlive({ ...own(), host: 'elsewhere' }), false, 'the home is shared')
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    assert.equal(await isAlive({ ...own(), pid: child.pid! }), false, 'the process has ended')
  })
})
