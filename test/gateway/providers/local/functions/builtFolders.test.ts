import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, existsSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createBuiltFolders } from '../../../../../src/gateway/providers/local/functions/builtFolders.ts'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'

const never = new AbortController().signal
const moduleFile = join(import.meta.dirname, '../../../../../src/gateway/providers/local/functions/builtFolders.ts')
const ordinaryUser = 65534

/** Makes a folder `made` with a file, in a folder. */
const make = async (staged: string): Promise<string> => {
  await mkdir(join(staged, 'made/inner'), { recursive: true })
  await writeFile(join(staged, 'made/inner/file'), 'x')
  return join(staged, 'made')
}

describe('folders that are built once', () => {
  it('are there when they are complete, and nothing is left of what failed', async () => {
    using folder = temporaryFolder()
    const root = join(folder.path, 'builds')
    const builds = createBuiltFolders(root, randomUUID)
    await assert.rejects(
      builds.once('a', never, async staged => {
        await make(staged)
        assert.deepEqual(existsSync(builds.path('a')), false)
        throw new Error('no')
      }),
      /no/,
    )
    assert.deepEqual(await readdir(root), [])
    await builds.once('a', never, make)
    assert.equal(await readFile(join(builds.path('a'), 'inner/file'), 'utf8'), 'x')
    assert.deepEqual(await readdir(root), ['a'])
    assert.deepEqual(
      [(await stat(builds.path('a'))).mode & 0o777, (await stat(join(builds.path('a'), 'inner'))).mode & 0o777],
      [0o555, 0o555],
    )
  })

  it('are made by an ordinary user, too', async () => {
    using folder = temporaryFolder()
    chmodSync(folder.path, 0o777)
    const script = `import { mkdir } from 'node:fs/promises'
const { createBuiltFolders } = await import(${JSON.stringify(moduleFile)})
if (process.getuid() === 0) { process.setgid(${ordinaryUser}); process.setuid(${ordinaryUser}) }
const builds = createBuiltFolders(${JSON.stringify(join(folder.path, 'builds'))}, () => '1')
await builds.once('a', new AbortController().signal, async staged => (await mkdir(staged + '/x/y', { recursive: true }), staged + '/x'))
await builds.keepOnly(() => true)
console.log('made')
await builds.keepOnly(() => false)`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
    assert.equal(stdout, 'made\n')
    assert.deepEqual(await readdir(join(folder.path, 'builds')), [])
  })

  it('are made by the next who waits when the first is cancelled, who waits no longer than that', async () => {
    using folder = temporaryFolder()
    const builds = createBuiltFolders(join(folder.path, 'builds'), randomUUID)
    const [first, third] = [new AbortController(), new AbortController()]
    const begun = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    const one = builds.once('a', first.signal, async () => {
      begun.resolve()
      await release.promise
      throw first.signal.reason
    })
    const two = builds.once('a', never, make)
    const three = builds.once('a', third.signal, make)
    await begun.promise
    third.abort(new Error('third'))
    await assert.rejects(three, /third/)
    first.abort(new Error('first'))
    release.resolve()
    await assert.rejects(one, /first/)
    await two
    assert.ok(existsSync(builds.path('a')))
  })

  it('say when they can not be read, as against being there', async () => {
    using folder = temporaryFolder()
    const root = join(folder.path, 'builds')
    const builds = createBuiltFolders(root, randomUUID)
    await builds.keepOnly(() => false)
    await writeFile(root, 'a file where the folder should be')
    await assert.rejects(
      builds.keepOnly(() => false),
      { code: 'ENOTDIR' },
    )
  })
})
