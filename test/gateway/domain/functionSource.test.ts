import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { type SourceFile, writeCanonicalTar } from '../../../src/base/canonicalTar.ts'
import { readTar } from '../../../src/base/readTar.ts'
import { HksError } from '../../../src/contract/errors.ts'
import type { Runtime } from '../../../src/contract/functions.ts'
import { checkHandler, readSource } from '../../../src/gateway/domain/functionSource.ts'
import { sourceTools } from '../../../src/gateway/platform/sourceTools.ts'

const base64 = (data: string | Uint8Array) => Buffer.from(data).toString('base64')
const read = (source: string, runtime: Runtime = 'python', handler = 'main.handler') =>
  readSource(source, runtime, handler, sourceTools)
const filesOf = (tar: Uint8Array) =>
  readTar(tar, { maxEntries: 100, maxBytes: 1e6 }).map(({ path, data }) => [path, Buffer.from(data).toString()])
const file = (path: string, text: string): SourceFile => ({ path, executable: false, data: Buffer.from(text) })

const refusal =
  (message: RegExp, details: object = {}) =>
  (error: unknown) => {
    assert.ok(error instanceof HksError)
    assert.equal(error.code, 'INVALID_SOURCE')
    assert.match(error.message, message)
    assert.deepEqual(error.details, { field: 'source', ...details })
    return true
  }

describe('a source', () => {
  it("is one file, stored under the module's name of its handler", async () => {
    const cases: readonly (readonly [Runtime, string, string])[] = [
      ['python', 'main.handler', 'main.py'],
      ['python', 'src.app.run', 'src/app.py'],
      ['python', 'src/app.run', 'src/app.py'],
      ['go', 'Handle', 'function.go'],
      ['go', 'api/v1.Handle', 'api/v1/function.go'],
      ['node', 'index.handler', 'index.mjs'],
      ['node', 'src/app.run', 'src/app.mjs'],
    ]
    for (const [runtime, handler, path] of cases) {
      assert.deepEqual(filesOf((await read(base64('x = 1\n'), runtime, handler)).tar), [[path, 'x = 1\n']])
    }
  })

  it('is dedented when it is one file of Python, and left alone otherwise', async () => {
    const indented = '\n    def handler(event):\n        return 1\n    '
    assert.deepEqual(filesOf((await read(base64(indented))).tar), [
      ['main.py', '\ndef handler(event):\n    return 1\n'],
    ])
    assert.deepEqual(filesOf((await read(base64(indented), 'node', 'index.handler')).tar), [['index.mjs', indented]])
    const packed = gzipSync(writeCanonicalTar([file('main.py', indented)]))
    assert.deepEqual(filesOf((await read(base64(packed))).tar), [['main.py', indented]])
  })

  it('is named by its files, however they were packed', async () => {
    const files = [file('a/b.py', 'b'), file('main.py', 'm')]
    const one = await read(base64(gzipSync(writeCanonicalTar(files), { level: 1 })))
    const other = await read(base64(gzipSync(writeCanonicalTar([...files].reverse()), { level: 9 })))
    assert.equal(one.digest, other.digest)
    assert.equal(one.digest, sourceTools.sha256(writeCanonicalTar(files)))
    assert.notEqual(one.digest, (await read(base64('m'))).digest)
  })

  it('may have its base64 in lines and without padding', async () => {
    const { digest } = await read(base64('x = 12345\n'))
    assert.equal((await read('eCA9IDEy\r\nMzQ1Cg==\n')).digest, digest)
    assert.equal((await read('eCA9IDEyMzQ1Cg')).digest, digest)
  })

  it('that is empty, no base64 or no text is refused', async () => {
    await assert.rejects(read(''), refusal(/empty/))
    await assert.rejects(read('not base64!'), refusal(/not base64/))
    await assert.rejects(read(base64(Buffer.from([0xff, 0xfe, 0x00]))), refusal(/neither UTF-8 text nor a gzipped tar/))
  })

  it('with a bad entry is refused, and the entry named', async () => {
    const tar = writeCanonicalTar([file('xx/evil', 'x')])
    tar.set(Buffer.from('../evil'), 0)
    // The checksum of the changed header.
    tar.fill(0x20, 148, 156)
    const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0)
    tar.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `), 148)
    await assert.rejects(read(base64(gzipSync(tar))), refusal(/leaves its folder/, { entry: '../evil' }))
  })

  it('that is a damaged, an empty or no archive is refused', async () => {
    const packed = gzipSync(writeCanonicalTar([file('main.py', 'x'.repeat(5000))]))
    await assert.rejects(read(base64(packed.subarray(0, 30))), refusal(/damaged/))
    await assert.rejects(read(base64(gzipSync('print(1)'))), refusal(/no tar archive/))
    await assert.rejects(read(base64(gzipSync(writeCanonicalTar([])))), refusal(/holds no file/))
  })

  it('that inflates beyond all bounds is refused without being held', async function () {
    this.timeout(60_000)
    const bomb = gzipSync(new Uint8Array(400 * 1024 * 1024), { level: 1 })
    await assert.rejects(read(base64(bomb)), refusal(/larger than 256 MiB/))
  })
})

describe('a handler', () => {
  it('is module.function', () => {
    for (const handler of ['main.handler', 'a.b.c', 'src/app.run']) checkHandler('python', handler)
    for (const handler of ['Handle', 'api.Handle', 'api/v1.Serve2']) checkHandler('go', handler)
    for (const handler of ['index.handler', 'src/my-app.run', '@x/y.z.$run']) checkHandler('node', handler)
  })

  it('of another form is refused', () => {
    for (const [runtime, handler] of [
      ['python', 'main'],
      ['go', 'handle'],
      ['go', 'function.handle'],
      ['go', '../a.Handle'],
      ['go', '/a.Handle'],
      ['python', 'main.'],
      ['python', '.handler'],
      ['python', 'ma-in.handler'],
      ['node', 'index'],
      ['node', '../index.handler'],
      ['node', '/index.handler'],
      ['node', 'a/../../b.c'],
    ] as const) {
      assert.throws(
        () => checkHandler(runtime, handler),
        (error: unknown) =>
          error instanceof HksError && error.code === 'INVALID_REQUEST' && error.details?.field === 'handler',
        handler,
      )
    }
  })
})
