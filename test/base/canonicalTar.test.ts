import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import tar from 'tar-stream'
import { type SourceFile, TarError, writeCanonicalTar } from '../../src/base/canonicalTar.ts'
import { readTar } from '../../src/base/readTar.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const limits = { maxEntries: 1000, maxBytes: 1024 * 1024 }
const bytes = (text: string) => new TextEncoder().encode(text)
const file = (path: string, text = path): SourceFile => ({ path, executable: false, data: bytes(text) })
const plain = (files: readonly SourceFile[]) =>
  files.map(({ path, executable, data }) => ({ path, executable, data: Buffer.from(data).toString('hex') }))

/** Paths that never collide: each file has a folder and a name of its own. */
const part = fc
  .string({ unit: fc.constantFrom(...'abcxyz019-_. äß→日'), minLength: 1, maxLength: 60 })
  .map(text => `f${text}`)
const files = fc
  .array(
    fc.record({
      parts: fc.array(part, { minLength: 1, maxLength: 5 }),
      executable: fc.boolean(),
      data: fc.uint8Array({ maxLength: 1500 }),
    }),
    { maxLength: 12 },
  )
  .map(list =>
    list.map(
      ({ parts, executable, data }, i): SourceFile => ({ path: [`${i}`, ...parts].join('/'), executable, data }),
    ),
  )

describe('canonical tar', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(files, list => {
        const sorted = [...list].sort((a, b) => (a.path < b.path ? -1 : 1))
        assert.deepEqual(plain(readTar(writeCanonicalTar(list), limits)), plain(sorted))
      }),
    )
  })

  it('is the same whatever the order of the files, and when it is made of itself', () => {
    fc.assert(
      fc.property(files, fc.array(fc.nat(), { minLength: 12, maxLength: 12 }), (list, keys) => {
        const written = writeCanonicalTar(list)
        const shuffled = list
          .map((entry, i) => ({ entry, key: keys[i]! }))
          .sort((a, b) => a.key - b.key)
          .map(({ entry }) => entry)
        assert.deepEqual(writeCanonicalTar(shuffled), written)
        assert.deepEqual(writeCanonicalTar(readTar(written, limits)), written)
      }),
    )
  })

  it('is read by the system tar, long and foreign names too', () => {
    using folder = temporaryFolder()
    const long = `${'deep/'.repeat(50)}${'n'.repeat(120)}.txt`
    const list = [file('a.txt'), { ...file('bin/run.sh'), executable: true }, file(long), file('ünïcode/日本.txt')]
    const archive = join(folder.path, 'a.tar')
    writeFileSync(archive, writeCanonicalTar(list))
    execFileSync('tar', ['-xf', archive, '-C', folder.path])
    for (const { path, data } of list) assert.deepEqual(readFileSync(join(folder.path, path)), Buffer.from(data))
    const listing = execFileSync('tar', ['-tvf', archive, '--numeric-owner', '--full-time', '--utc']).toString()
    assert.match(listing, /^-rw-r--r-- 0\/0 +5 1970-01-01 00:00:00 a\.txt$/m)
    assert.match(listing, /^-rwxr-xr-x 0\/0 .* bin\/run\.sh$/m)
  })

  for (const format of ['v7', 'ustar', 'gnu', 'pax']) {
    it(`is the same for a folder that the system tar packed as ${format}`, () => {
      using folder = temporaryFolder()
      const paths =
        format === 'v7' ? ['main.py', 'lib/b.py'] : ['main.py', `lib/${'x'.repeat(90)}/${'y'.repeat(90)}/b.py`]
      for (const path of paths) {
        mkdirSync(dirname(join(folder.path, path)), { recursive: true })
        writeFileSync(join(folder.path, path), path, { mode: 0o600 })
      }
      const packed = execFileSync('tar', ['-C', folder.path, `--format=${format}`, '-cf', '-', '.'])
      assert.deepEqual(writeCanonicalTar(readTar(packed, limits)), writeCanonicalTar(paths.map(path => file(path))))
    })
  }

  it('keeps the executable bit and nothing else of the mode', async () => {
    const packed = await pack(entry => {
      entry({ name: 'run', mode: 0o700, uid: 7, gname: 'wheel', mtime: new Date() }, 'x')
      entry({ name: 'read', mode: 0o666 }, 'y')
    })
    assert.deepEqual(
      readTar(packed, limits).map(({ path, executable }) => ({ path, executable })),
      [
        { path: 'run', executable: true },
        { path: 'read', executable: false },
      ],
    )
  })
})

type EntryHeader = Parameters<tar.Pack['entry']>[0]
type AddEntry = (header: EntryHeader, text?: string) => void

async function pack(fill: (entry: AddEntry) => void): Promise<Uint8Array> {
  const stream = tar.pack()
  fill((header, text) => stream.entry(header, text ?? ''))
  stream.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

describe('an archive that is refused', () => {
  const refused: readonly (readonly [string, EntryHeader[], RegExp, string | undefined])[] = [
    ['a path with ..', [{ name: '../evil' }], /leaves its folder/, '../evil'],
    ['a path with .. in the middle', [{ name: 'a/../../evil' }], /leaves its folder/, 'a/../../evil'],
    ['a folder with ..', [{ name: '../x/', type: 'directory' }], /leaves its folder/, '../x'],
    ['an absolute path', [{ name: '/etc/passwd' }], /absolute/, '/etc/passwd'],
    ['a drive', [{ name: 'C:evil' }], /absolute/, 'C:evil'],
    ['a backslash', [{ name: 'a\\b' }], /backslash/, 'a\\b'],
    ['a control character', [{ name: 'a\nb' }], /control character/, 'a\nb'],
    ['a symbolic link', [{ name: 'l', type: 'symlink', linkname: '/etc/passwd' }], /symbolic link/, 'l'],
    ['a hard link', [{ name: 'l', type: 'link', linkname: 'a' }], /hard link/, 'l'],
    ['a device', [{ name: 'd', type: 'character-device' }], /device/, 'd'],
    ['a pipe', [{ name: 'p', type: 'fifo' }], /pipe/, 'p'],
    ['a file twice', [{ name: 'a' }, { name: './a' }], /twice/, 'a'],
    ['names that differ in case', [{ name: 'Lib/a' }, { name: 'lib/b' }], /same name on some file systems/, 'lib/b'],
    ['names that differ in composition', [{ name: 'é' }, { name: 'e\u0301' }], /same name/, 'e\u0301'],
    ['a file that is a folder too', [{ name: 'a' }, { name: 'a/b' }], /a file and a folder/, 'a/b'],
    ['a part that is too long', [{ name: 'x'.repeat(256) }], /longer than 255/, 'x'.repeat(256)],
  ]
  for (const [what, headers, problem, entry] of refused) {
    it(`has ${what}`, async () => {
      const packed = await pack(add => headers.forEach(header => add(header)))
      assert.throws(
        () => readTar(packed, limits),
        (error: unknown) => error instanceof TarError && problem.test(error.message) && error.entry === entry,
      )
    })
  }

  it('has more entries or bytes than allowed', async () => {
    const packed = await pack(add => ['a', 'b', 'c'].forEach(name => add({ name }, '12345')))
    assert.throws(() => readTar(packed, { maxEntries: 2, maxBytes: 100 }), /more than 2 entries/)
    assert.throws(() => readTar(packed, { maxEntries: 9, maxBytes: 14 }), /larger than 14 bytes/)
    assert.equal(readTar(packed, { maxEntries: 3, maxBytes: 15 }).length, 3)
  })

  it('is cut off, damaged or no archive', () => {
    const whole = writeCanonicalTar([file('a', 'x'.repeat(2000))])
    assert.throws(() => readTar(whole.subarray(0, 1024), limits), /cut off/)
    const damaged = Uint8Array.from(whole)
    damaged[0]! ^= 1
    assert.throws(() => readTar(damaged, limits), /checksum/)
    assert.throws(() => readTar(bytes('import os\n'.repeat(100)), limits), /no tar archive/)
    assert.throws(() => readTar(bytes('short'), limits), /no tar archive/)
  })

  it('never throws anything but a TarError, whatever the bytes', () => {
    const base = writeCanonicalTar([file('a/b', 'text'), file('c'.repeat(150))])
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { maxLength: 8 }), changes => {
        const changed = Uint8Array.from(base)
        for (const [at, value] of changes) changed[at] = value
        try {
          readTar(changed, limits)
        } catch (error) {
          assert.ok(error instanceof TarError, String(error))
        }
      }),
    )
  })
})
