import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { gunzipSync } from 'node:zlib'
import type { LayerEntry } from '../../../../../src/gateway/providers/kubernetes/images/image.ts'
import { entriesOfFiles } from '../../../../../src/gateway/providers/kubernetes/images/layerEntries.ts'
import { tarOf } from '../../../../../src/gateway/providers/kubernetes/images/layerTar.ts'
import { diffIdOf, packLayer } from '../../../../../src/gateway/providers/kubernetes/images/packLayer.ts'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'

const never = new AbortController().signal
const file = (path: string, content = path, executable = false): LayerEntry =>
  entriesOfFiles([{ path, executable, data: Buffer.from(content) }], '')[0]!
const tar = (entries: readonly LayerEntry[]) => buffer(tarOf(entries))

describe('the layer of a set of files', () => {
  it('is the same one in whatever order they come', async () => {
    const part = fc.stringMatching(/^[a-zA-Z\d._ -]{1,12}$/).filter(text => !/^\.{1,2}$/.test(text))
    const entry = fc.record({
      path: fc.array(part, { minLength: 1, maxLength: 4 }).map(parts => parts.join('/')),
      content: fc.uint8Array({ maxLength: 2000 }),
      executable: fc.boolean(),
      linkTo: fc.option(part, { nil: undefined }),
    })
    const isApart = (paths: readonly string[]) =>
      !paths.some((one, i) => paths.some((other, j) => i !== j && (one === other || other.startsWith(`${one}/`))))
    const sets = fc
      .array(entry, { maxLength: 12 })
      .filter(all => isApart(all.map(({ path }) => path)))
      .map(all =>
        all.map(({ path, content, executable, linkTo }) =>
          linkTo === undefined ? file(path, Buffer.from(content).toString('latin1'), executable) : { path, linkTo },
        ),
      )
    await fc.assert(
      fc.asyncProperty(
        sets.chain(set => fc.tuple(fc.constant(set), fc.shuffledSubarray(set, { minLength: set.length }))),
        async ([one, other]) => {
          assert.equal(await diffIdOf(one, never), await diffIdOf(other, never))
        },
      ),
      { numRuns: 100 },
    )
  })

  it('is unpacked by tar with folders, modes, links and long names, of nobody and of no time', async () => {
    using folder = temporaryFolder()
    const long = `${'l'.repeat(120)}/${'ä'.repeat(60)}.py`
    const entries = [
      file('function/run.sh', '#!/bin/sh', true),
      file('function/data', ''),
      file(`function/${long}`, 'deep'),
      { path: 'function/.bin/run', linkTo: '../run.sh' },
      { path: 'function/.bin/far', linkTo: `../${long}` },
    ]
    writeFileSync(join(folder.path, 'layer.tar'), await tar(entries))
    const listed = execFileSync('tar', ['--numeric-owner', '--utc', '-tvf', 'layer.tar'], {
      cwd: folder.path,
      encoding: 'utf8',
    })
    for (const line of listed.trim().split('\n'))
      assert.match(line, /^(?:drwxr-xr-x|lrwxrwxrwx|-rw[xr-]r-[x-]r-[x-]) 0\/0 +\d+ 1970-01-01 00:00 /)
    assert.match(listed, /^drwxr-xr-x .* function\/\.bin\/$/m)
    assert.match(listed, /^-rwxr-xr-x .* function\/run\.sh$/m)
    execFileSync('tar', ['-xf', 'layer.tar'], { cwd: folder.path })
    assert.equal(readFileSync(join(folder.path, 'function/.bin/run'), 'utf8'), '#!/bin/sh')
    assert.equal(readFileSync(join(folder.path, 'function/.bin/far'), 'utf8'), 'deep')
  })

  it('has digests that were written down: another one would push all images again', async () => {
    using folder = temporaryFolder()
    const entries = [
      file('function/main.py', 'def handler(event):\n    return event\n'),
      { path: 'function/a/b', linkTo: '../main.py' },
    ]
    const diffId = await diffIdOf(entries, never)
    assert.equal(diffId, 'sha256:2a6b46b0ddc450078982202514fa914ffdbf1e5bc7b399711208597e64203d9d')
    const packed = await packLayer(entries, diffId, join(folder.path, 'layer'), never, () => undefined)
    const bytes = readFileSync(join(folder.path, 'layer'))
    assert.deepEqual([...bytes.subarray(0, 10)], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
    assert.equal(packed.size, bytes.length)
    assert.equal(packed.digest, `sha256:${createHash('sha256').update(bytes).digest('hex')}`)
    assert.equal(`sha256:${createHash('sha256').update(gunzipSync(bytes)).digest('hex')}`, diffId)
  })

  const refused: readonly (readonly [string, readonly LayerEntry[], RegExp])[] = [
    ['a path twice', [file('a'), file('a')], /"a" is there twice/],
    ['a file that is a folder', [file('a'), file('a/b')], /"a" is a file and a folder at once/],
    ['a folder that is a file', [file('a/b'), file('a')], /"a" is a file and a folder at once/],
    ['a path that leaves the image', [file('x'), { path: '../etc/passwd', linkTo: 'x' }], /is no path within an image/],
    ['an absolute path', [{ path: '/etc/passwd', linkTo: 'x' }], /is no path within an image/],
  ]
  for (const [what, entries, words] of refused) {
    it(`has not ${what}`, async () => {
      await assert.rejects(diffIdOf(entries, never), { code: 'INVALID_SOURCE', message: words })
    })
  }

  for (const content of ['short', 'much too long']) {
    it(`is not made of a file that has become ${content}`, async () => {
      const changing = { path: 'a', executable: false, size: 8, open: () => Readable.from([Buffer.from(content)]) }
      await assert.rejects(diffIdOf([changing], never), { code: 'INVALID_SOURCE', message: /"a" changed while/ })
    })
  }

  it('is not made of a file whose content has changed meanwhile', async () => {
    using folder = temporaryFolder()
    let times = 0
    const changing = {
      path: 'a',
      executable: false,
      size: 1,
      open: () => Readable.from([Buffer.from(String(times++))]),
    }
    const diffId = await diffIdOf([changing], never)
    await assert.rejects(
      packLayer([changing], diffId, join(folder.path, 'layer'), never, () => undefined),
      {
        code: 'INVALID_SOURCE',
      },
    )
  })

  it('says that the disk is full', async function () {
    using folder = temporaryFolder()
    if (process.platform !== 'linux') return this.skip()
    mkdirSync(join(folder.path, 'x'))
    const entries = [file('a', 'x'.repeat(1000))]
    // Whatever is written to it finds no space.
    await assert.rejects(
      packLayer(entries, await diffIdOf(entries, never), '/dev/full', never, () => undefined),
      {
        code: 'DEPLOY_FAILED',
        details: { reason: 'noSpace' },
      },
    )
  })
})
