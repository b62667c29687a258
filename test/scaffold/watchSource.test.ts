import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { HksError } from '../../src/contract/errors.ts'
import type { SourcePlace } from '../../src/scaffold/sourcePlace.ts'
import { watchSource } from '../../src/scaffold/watchSource.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

/** Longer than a burst may last: what has not been told by then is not told. */
const surelyQuietMs = 400

interface Watched extends Disposable {
  /** Resolves at the next change; rejects when the watch ends. */
  told(): Promise<void>
  readonly ended: Promise<HksError>
  readonly count: () => number
}

async function watching(place: SourcePlace): Promise<Watched> {
  const ended = Promise.withResolvers<HksError>()
  let next = Promise.withResolvers<void>()
  let count = 0
  const watch = await watchSource(place, {
    onChange: () => {
      count += 1
      next.resolve()
      next = Promise.withResolvers()
    },
    onEnd: ended.resolve,
  })
  return {
    told: () =>
      Promise.race([
        next.promise,
        ended.promise.then(error => {
          throw error
        }),
      ]),
    ended: ended.promise,
    count: () => count,
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  }
}

describe('watching a source', function () {
  this.timeout(20_000)
  let folder: string
  let close: () => void
  const put = async (path: string, text = path): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  beforeEach(async () => {
    const temporary = temporaryFolder()
    close = () => temporary[Symbol.dispose]()
    folder = join(temporary.path, 'greet')
    await put('index.mjs')
    await put('lib/deep/words.mjs')
  })
  afterEach(() => close())
  const after = async (watched: Watched, act: () => Promise<unknown>): Promise<void> => {
    const told = watched.told()
    await act()
    await told
  }

  it('tells of a file that is written, replaced by a rename, made, or removed, also deep inside', async () => {
    using watched = await watching({ kind: 'folder', path: folder })
    await after(watched, () => put('index.mjs', 'written'))
    await put('../aside', 'replaced')
    await after(watched, () => rename(join(folder, '../aside'), join(folder, 'index.mjs')))
    await after(watched, () => put('index.mjs', 'written after it was replaced'))
    await after(watched, () => put('new.mjs'))
    await after(watched, () => put('lib/deep/words.mjs', 'written'))
    await after(watched, () => rm(join(folder, 'lib/deep/words.mjs')))
  })

  it('tells of what is made in folders that are new, or come back', async () => {
    using watched = await watching({ kind: 'folder', path: folder })
    await after(watched, () => put('more/and/more/a.mjs'))
    await after(watched, () => put('more/and/more/a.mjs', 'written'))
    await after(watched, () => rm(join(folder, 'more'), { recursive: true }))
    await after(watched, () => put('more/and/more/a.mjs', 'again'))
    await after(watched, () => put('more/and/more/a.mjs', 'and again'))
  })

  it('tells once of a burst', async () => {
    using watched = await watching({ kind: 'folder', path: folder })
    await after(watched, async () => {
      for (const text of ['', 'half', 'whole']) writeFileSync(join(folder, 'index.mjs'), text)
    })
    await delay(surelyQuietMs)
    assert.equal(watched.count(), 1)
  })

  it('tells of nothing that is ignored, nor of packages, nor of what editors leave beside a file', async () => {
    await put('.gitignore', 'out/\n*.log\n')
    for (const path of ['out/a.js', 'node_modules/a/index.js', '.git/index']) await put(path)
    using watched = await watching({ kind: 'folder', path: folder })
    const others = ['debug.log', '.index.mjs.swp', '4913', 'index.mjs~', '.#index.mjs', '#index.mjs#']
    for (const path of ['out/a.js', 'node_modules/a/index.js', '.git/index', '__pycache__/a.pyc', ...others]) {
      await put(path, 'changed')
    }
    await delay(surelyQuietMs)
    assert.equal(watched.count(), 0)
  })

  it('obeys an ignore file from the moment it is saved', async () => {
    using watched = await watching({ kind: 'folder', path: folder })
    await after(watched, () => put('.hksignore', 'notes.md\n'))
    await delay(surelyQuietMs)
    const count = watched.count()
    await put('notes.md')
    await delay(surelyQuietMs)
    assert.equal(watched.count(), count)
    await after(watched, () => put('.hksignore', ''))
    await after(watched, () => put('notes.md', 'changed'))
  })

  it('goes on when the folder is replaced by another, as when a branch is checked out', async () => {
    using watched = await watching({ kind: 'folder', path: folder })
    await after(watched, async () => {
      await rm(folder, { recursive: true })
      await put('index.mjs', 'of the other branch')
    })
    // The change of the folder itself and that of its file may be told one after the other.
    await delay(surelyQuietMs)
    await after(watched, () => put('index.mjs', 'saved'))
  })

  it('ends when the folder stays away, and is refused one that is not there', async () => {
    using watched = await watching({ kind: 'folder', path: folder })
    await rm(folder, { recursive: true })
    assert.equal((await watched.ended).code, 'NOT_FOUND')
    await assert.rejects(watching({ kind: 'folder', path: folder }), { code: 'NOT_FOUND' })
  })

  it('of one file tells of that file alone, however it is saved', async () => {
    using watched = await watching({ kind: 'file', path: join(folder, 'index.mjs') })
    await put('other.mjs')
    await delay(surelyQuietMs)
    assert.equal(watched.count(), 0)
    await after(watched, () => put('index.mjs', 'written'))
    await put('new')
    await after(watched, () => rename(join(folder, 'new'), join(folder, 'index.mjs')))
    await after(watched, () => put('index.mjs', 'written again'))
  })
})
