import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { takeOwnership } from '../../../src/gateway/platform/ownership.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

async function startOwner(folder: string) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'owner.ts'), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  const [text] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  return { child, closed, says: text.trim() }
}

describe('the ownership of a data folder', () => {
  it('is published to its user alone, and taken away on release', () => {
    using folder = temporaryFolder()
    const ownership = takeOwnership(join(folder.path, 'home'))
    ownership.publish({ port: 1 })
    ownership.publish({ port: 2 })
    const file = join(folder.path, 'home', 'gateway.json')
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), { port: 2 })
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal(statSync(join(folder.path, 'home')).mode & 0o777, 0o700)
    ownership.release()
    ownership.release()
    assert.ok(!existsSync(file))
    takeOwnership(join(folder.path, 'home')).release()
  })

  it('is refused to a second owner, in this process and in another', async () => {
    using folder = temporaryFolder()
    const ownership = takeOwnership(folder.path)
    assert.throws(() => takeOwnership(folder.path), { code: 'OWNED' })
    const other = await startOwner(folder.path)
    assert.equal(other.says, 'OWNED')
    await other.closed
    ownership.release()
  })

  it('ends with a process that is killed, and its file is no obstacle', async () => {
    using folder = temporaryFolder()
    const first = await startOwner(folder.path)
    assert.equal(first.says, 'owner')
    assert.throws(() => takeOwnership(folder.path), { code: 'OWNED' })
    first.child.kill('SIGKILL')
    await first.closed
    assert.ok(existsSync(join(folder.path, 'gateway.json')))
    takeOwnership(folder.path).release()
  })

  it('goes to exactly one of many that start at once', async () => {
    using folder = temporaryFolder()
    const all = await Promise.all(Array.from({ length: 6 }, () => startOwner(folder.path)))
    const owners = all.filter(one => one.says === 'owner')
    assert.equal(owners.length, 1)
    const published = JSON.parse(readFileSync(join(folder.path, 'gateway.json'), 'utf8')) as { pid: number }
    assert.equal(published.pid, owners[0]!.child.pid)
    owners[0]!.child.stdin.end()
    await Promise.all(all.map(one => one.closed))
    assert.deepEqual(readdirSync(folder.path), ['gateway.lock.db'])
  }).timeout(30_000)
})
