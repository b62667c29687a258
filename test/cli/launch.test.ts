import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ensureBuilt } from '../support/ensureBuilt.ts'

const root = resolve(import.meta.dirname, '../..')

describe('hks-func on a Node.js that is too old for it', function () {
  this.timeout(30_000)
  let folder: string
  let launcher: string
  /** Lets the Node.js that runs it pass for version 20. */
  let old: string

  before(async () => {
    await ensureBuilt()
    folder = await mkdtemp(join(tmpdir(), 'hks-launch-'))
    launcher = join(folder, 'hks-func.mjs')
    old = join(folder, 'old.cjs')
    await copyFile(join(root, 'dist/hks-func.mjs'), launcher)
    await writeFile(
      old,
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.11.0' } })",
    )
    const program = `
      if (process.argv[2] === 'wait') { console.log('waiting'); setInterval(() => {}, 1000) }
      else { console.log(JSON.stringify(process.argv.slice(2))); process.exit(5) }`
    await writeFile(join(folder, 'cli.mjs'), program)
  })

  after(() => rm(folder, { recursive: true, force: true }))

  it('says what is missing when no newer one is beside it', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-r', old, launcher, 'list'], { encoding: 'utf8' })
    assert.equal(status, 6)
    assert.equal(stdout, '')
    assert.match(stderr, /needs Node\.js 22\.19 or newer; this is 20\.11\.0/)
    assert.match(stderr, /npm install node@24/)
  })

  describe('with a newer one installed beside it', () => {
    before(async () => {
      await mkdir(join(folder, 'node_modules'))
      await symlink(join(root, 'node_modules/node'), join(folder, 'node_modules/node'))
    })

    it('continues under that one with the same arguments and ends with its code', () => {
      const built = join(root, 'dist/hks-func.mjs')
      for (const schedule of ['0 0 * * *', '61 * * * *']) {
        const args = [built, 'schedule', 'next', schedule, '--from', '2026-01-01T00:00:00Z', '--count', '2', '--json']
        const direct = spawnSync(process.execPath, args, { encoding: 'utf8' })
        const relayed = spawnSync(process.execPath, ['-r', old, ...args], { encoding: 'utf8' })
        assert.equal(relayed.status, direct.status)
        assert.equal(relayed.stdout, direct.stdout)
        assert.equal(relayed.stderr, direct.stderr)
      }
    })

    it('hands on a request to end, and ends as a program ended by that signal does', async () => {
      const child = spawn(process.execPath, ['-r', old, launcher, 'wait'], { stdio: ['ignore', 'pipe', 'inherit'] })
      await once(child.stdout, 'data')
      child.kill('SIGTERM')
      const [code] = (await once(child, 'exit')) as [number]
      assert.equal(code, 128 + 15)
    })
  })
})
