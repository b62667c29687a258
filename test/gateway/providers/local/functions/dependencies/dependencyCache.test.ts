import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { chmod, link, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createDependencyCache } from '../../../../../../src/gateway/providers/local/functions/dependencies/dependencyCache.ts'
import { removeFolder } from '../../../../../../src/gateway/providers/local/functions/codeStore.ts'
import { temporaryFolder } from '../../../../../support/temporaryFolder.ts'

const never = new AbortController().signal
const day = 24 * 60 * 60 * 1000

describe('the cache of installed packages', () => {
  /** A cache whose clock is set, and an installation that writes one file. */
  function rig() {
    const folder = temporaryFolder()
    const clock = { now: Date.now() }
    const root = join(folder.path, 'cache')
    const cache = createDependencyCache(root, randomUUID, () => clock.now)
    const install = async (staged: string) => {
      await mkdir(join(staged, 'made/bin'), { recursive: true })
      await writeFile(join(staged, 'made/bin/tool'), 'x', { mode: 0o4777 })
      await chmod(join(staged, 'made/bin/tool'), 0o4777)
      await writeFile(join(staged, 'made/text'), 'y')
      await symlink('bin/tool', join(staged, 'made/link'))
      return join(staged, 'made')
    }
    const use = (key: string) => cache.with(key, never, install, folder => Promise.resolve(folder))
    const names = async () => (await readdir(root)).sort()
    return { cache, clock, root, install, use, names, [Symbol.asyncDispose]: () => removeFolder(folder.path) }
  }

  it('takes from every file the right to be written, and more than that', async () => {
    await using at = rig()
    const folder = await at.use('a')
    const modes = await Promise.all(
      ['', 'bin', 'bin/tool', 'text'].map(async name => (await stat(join(folder, name))).mode & 0o7777),
    )
    assert.deepEqual(modes, [0o555, 0o555, 0o555, 0o444])
    // By another name it is the same file.
    await link(join(folder, 'text'), join(at.root, '../other'))
    assert.equal((await stat(join(at.root, '../other'))).mode & 0o777, 0o444)
  })

  it('drops what no revision has: all but eight, and those of more than a week', async () => {
    await using at = rig()
    for (let number = 0; number < 12; number++) {
      at.clock.now += 1000
      await at.use(`key-${String(number).padStart(2, '0')}`)
    }
    at.clock.now += 1000
    await at.use('key-01')
    await at.cache.prune(key => key === 'key-00')
    assert.deepEqual(await at.names(), [
      'key-00',
      'key-01',
      'key-05',
      'key-06',
      'key-07',
      'key-08',
      'key-09',
      'key-10',
      'key-11',
    ])
    at.clock.now += 8 * day
    await at.use('key-11')
    await at.cache.prune(key => key === 'key-00')
    assert.deepEqual(await at.names(), ['key-00', 'key-11'])
  })

  it('drops nothing that is being used', async () => {
    await using at = rig()
    await at.use('a')
    at.clock.now += 8 * day
    await at.cache.with('a', never, at.install, async folder => {
      at.clock.now += 8 * day
      await at.cache.prune(() => false)
      assert.equal(await readFile(join(folder, 'text'), 'utf8'), 'y')
    })
    await at.cache.prune(() => false)
    assert.deepEqual(await at.names(), ['a'].slice(1))
  })

  it('lets the next one install when the first gives up', async () => {
    await using at = rig()
    const cancel = new AbortController()
    const begun = Promise.withResolvers<void>()
    const first = at.cache.with(
      'a',
      cancel.signal,
      () => {
        begun.resolve()
        return new Promise((_resolve, reject) =>
          cancel.signal.addEventListener('abort', () => reject(new Error('ended'))),
        )
      },
      folder => Promise.resolve(folder),
    )
    first.catch(() => undefined)
    await begun.promise
    const second = at.use('a')
    cancel.abort(new Error('cancelled'))
    await assert.rejects(first, /ended|cancelled/)
    assert.equal(await readFile(join(await second, 'text'), 'utf8'), 'y')
    assert.deepEqual(await at.names(), ['a'])
  })
})
