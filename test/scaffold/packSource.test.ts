import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { extract } from 'tar-stream'
import type { HksError } from '../../src/contract/errors.ts'
import { packFile, packFolder, sourceLimit } from '../../src/scaffold/packSource.ts'

describe('packing a source', () => {
  let folder: string
  const put = async (path: string, text: string | Buffer = path): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hks-pack-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('packs every file of a folder with its content', async () => {
    await put('main.py', 'def handler(event): return 1\n')
    await put('lib/deep/data.json', '{}')
    assert.deepEqual(await unpack((await packFolder(folder)).source), {
      'lib/deep/data.json': '{}',
      'main.py': 'def handler(event): return 1\n',
    })
  })

  it('leaves out what .gitignore and .hksignore name, and takes back what .hksignore takes back', async () => {
    await put('.gitignore', 'node_modules/\n*.log\n')
    await put('.hksignore', '!keep.log\nnotes.md\n')
    for (const path of ['index.mjs', 'node_modules/a/index.js', 'debug.log', 'keep.log', 'notes.md']) await put(path)
    assert.deepEqual((await packFolder(folder)).files, ['index.mjs', 'keep.log'])
  })

  it('honours the .gitignore of inner folders and of the repository around it', async () => {
    await mkdir(join(folder, '.git'))
    await put('.gitignore', 'dist/\n/functions/greet/secret.txt\n')
    await put('functions/greet/lib/.gitignore', '*.tmp\n!kept.tmp\n')
    const files = ['main.py', 'secret.txt', 'dist/x.js', 'lib/a.tmp', 'lib/kept.tmp', 'other.tmp']
    for (const path of files) await put(`functions/greet/${path}`)
    const packed = await packFolder(join(folder, 'functions/greet'))
    assert.deepEqual(packed.files, ['lib/kept.tmp', 'main.py', 'other.tmp'])
  })

  it('never packs the repository, caches of Python or the ignore files', async () => {
    for (const path of ['.git/config', '__pycache__/main.pyc', 'a.pyc', '.hksignore', '.gitignore', 'main.py'])
      await put(path, '')
    assert.deepEqual((await packFolder(folder)).files, ['main.py'])
  })

  it('packs nothing that an editor leaves beside a file, unless an ignore file takes it back', async () => {
    for (const path of ['main.py', '.main.py.swp', 'main.py~', '4913', '#main.py#', 'main.py___jb_tmp___'])
      await put(path)
    assert.deepEqual((await packFolder(folder)).files, ['main.py'])
    await put('.hksignore', '!*~\n')
    assert.deepEqual((await packFolder(folder)).files, ['main.py', 'main.py~'])
  })

  it('leaves packages to the deploy that installs them', async () => {
    for (const path of ['index.mjs', 'node_modules/a/index.js', '.venv/bin/activate']) await put(path)
    await symlink('/usr/bin/python3', join(folder, '.venv/bin/python'))
    assert.deepEqual((await packFolder(folder)).files, ['index.mjs', 'node_modules/a/index.js'])
    await symlink('../a/index.js', join(folder, 'node_modules/a/link.js'))
    await put('package-lock.json', '{}')
    assert.deepEqual((await packFolder(folder)).files, ['index.mjs', 'package-lock.json'])
  })

  it('refuses a name that is not UTF-8, shows its bytes, and takes one that is ignored', async function () {
    // File systems of macOS and Windows have no such names.
    if (process.platform !== 'linux') return this.skip()
    const named = (...parts: (string | number)[]) =>
      Buffer.concat([folder, '/', ...parts].map(part => Buffer.from(typeof part === 'number' ? [part] : part)))
    await put('main.py')
    // One that holds the character for what is unreadable has a name as good as any other.
    await put('gr\u00fc\ufffd\u00dfe.txt')
    await mkdir(join(folder, 'odd'))
    const hint = 'Rename it, or name it in .hksignore.'
    await writeFile(named('odd/gr\u00fc', 0xe2, 0x82, '\u00df', 0xff, 'name.txt'), '')
    const message = '"odd/gr\u00fc\\xe2\\x82\u00df\\xffname.txt": its name is not UTF-8.'
    await assert.rejects(packFolder(folder), { code: 'INVALID_SOURCE', message, hint })
    await put('.hksignore', 'odd/*name.txt\n')
    await mkdir(named('dir', 0xff))
    const ofFolder = { code: 'INVALID_SOURCE', message: '"dir\\xff": its name is not UTF-8.', hint }
    await assert.rejects(packFolder(folder), ofFolder)
    await put('.hksignore', 'odd/*name.txt\ndir*/\n')
    assert.deepEqual((await packFolder(folder)).files, ['gr\u00fc\ufffd\u00dfe.txt', 'main.py'])
  })

  it('refuses a single file that is empty, or not UTF-8, before it is sent', async () => {
    await put('latin.py', Buffer.from('def handler(event):\n    return "gr\u00fcn"\n', 'latin1'))
    const file = join(folder, 'latin.py')
    await assert.rejects(packFile(file), {
      code: 'INVALID_SOURCE',
      message: 'latin.py, line 2: is not UTF-8.',
      details: { file, line: 2, message: 'is not UTF-8.' },
      hint: 'Save it as UTF-8.',
    })
    const wide = join(folder, 'wide.go')
    await writeFile(wide, '\ufeffpackage main', 'utf16le')
    await assert.rejects(packFile(wide), { message: 'wide.go, line 1: is not UTF-8.' })
    const examples = {
      'empty.py': 'def handler(event, context):',
      'empty.mjs': 'export function handler(event, context) {',
      'empty.go': 'func Handle(',
    }
    for (const [name, beginning] of Object.entries(examples)) {
      await put(name, '')
      await assert.rejects(packFile(join(folder, name)), (error: HksError) => {
        assert.equal(error.code, 'INVALID_SOURCE')
        assert.ok(error.message.startsWith(`${name} is empty; it needs a function such as ${beginning}`), error.message)
        return true
      })
    }
    await put('grows.py', '# gr\u00fcn\n')
    assert.deepEqual((await packFile(join(folder, 'grows.py'))).files, ['grows.py'])
  })

  it('refuses a symbolic link and says how to go on', async () => {
    await put('main.py')
    await symlink('main.py', join(folder, 'link.py'))
    await assert.rejects(packFolder(folder), (error: HksError) => {
      assert.equal(error.code, 'INVALID_SOURCE')
      assert.equal(error.details?.['file'], 'link.py')
      assert.match(error.hint ?? '', /\.hksignore/)
      return true
    })
  })

  it('refuses an empty folder', () => assert.rejects(packFolder(folder), { code: 'INVALID_SOURCE' }))

  it('names the largest files of a source that is too large', async () => {
    const file = join(folder, 'noise.bin')
    await writeFile(file, Buffer.alloc((sourceLimit / 4) * 3 + 3, 7))
    await assert.rejects(packFile(file), (error: HksError) => {
      assert.equal(error.code, 'PAYLOAD_TOO_LARGE')
      assert.match(error.hint ?? '', /noise\.bin/)
      return true
    })
  })

  it('stops when the work is cancelled', async () => {
    await put('main.py')
    await assert.rejects(packFolder(folder, AbortSignal.abort()), { name: 'AbortError' })
  })

  it('packs a single file as it is', async () => {
    await put('greet.py', 'x = 1\n')
    const { source, files } = await packFile(join(folder, 'greet.py'))
    assert.equal(Buffer.from(source, 'base64').toString(), 'x = 1\n')
    assert.deepEqual(files, ['greet.py'])
  })
})

async function unpack(source: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for await (const entry of Readable.from([gunzipSync(Buffer.from(source, 'base64'))]).pipe(extract())) {
    const chunks: Buffer[] = []
    for await (const chunk of entry) chunks.push(chunk as Buffer)
    files[entry.header.name] = Buffer.concat(chunks).toString()
  }
  return files
}
