import assert from 'node:assert/strict'
import {
  choosePlatform,
  parseManifest,
  platformsOf,
} from '../../../../../src/gateway/providers/kubernetes/images/manifest.ts'

const digest = (digit: string) => `sha256:${digit.repeat(64)}`
const entry = (digit: string, platform?: object) => ({
  mediaType: 'm',
  digest: digest(digit),
  size: 1,
  ...(platform && { platform }),
})
const parse = (value: unknown, mediaType = '') => parseManifest(Buffer.from(JSON.stringify(value)), mediaType)
const manifest = { schemaVersion: 2, config: entry('c'), layers: [entry('1')] }

describe('a manifest', () => {
  it('is one of an image, whatever its Content-Type says, when it says so itself', () => {
    const found = parse({ ...manifest, mediaType: 'application/vnd.oci.image.manifest.v1+json' }, 'text/plain')
    assert.ok('layers' in found)
    assert.equal(found.layers[0]?.digest, digest('1'))
  })

  it('is an index of platforms, of which the variant of arm64 does not matter', () => {
    const found = parse({
      schemaVersion: 2,
      manifests: [
        entry('0', { os: 'linux', architecture: 'arm', variant: 'v7' }),
        entry('1', { os: 'linux', architecture: 'arm64', variant: 'v8' }),
        entry('2', { os: 'unknown', architecture: 'unknown' }),
        entry('3'),
      ],
    })
    assert.ok('manifests' in found)
    assert.equal(choosePlatform(found, 'linux/arm64')?.digest, digest('1'))
    assert.equal(choosePlatform(found, 'linux/amd64'), undefined)
    assert.deepEqual(platformsOf(found), ['linux/arm', 'linux/arm64'])
  })

  const refused: readonly (readonly [string, unknown, RegExp])[] = [
    ['another thing', { schemaVersion: 1 }, /of the type unknown can not be read/],
    [
      'a digest that can not be verified',
      { ...manifest, layers: [{ ...entry('1'), digest: 'md5:1' }] },
      /sha256 digest/,
    ],
    ['a negative size', { ...manifest, config: { ...entry('c'), size: -1 } }, /size/],
    ['no layers', { schemaVersion: 2, config: entry('c') }, /no list/],
    [
      'a layer that must not be copied',
      {
        ...manifest,
        layers: [{ ...entry('1'), mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip' }],
      },
      /must not be copied/,
    ],
    ['nothing', null, /can not be read/],
  ]
  for (const [what, value, words] of refused) {
    it(`is not ${what}`, () => assert.throws(() => parse(value), words))
  }

  it('is JSON', () => assert.throws(() => parseManifest(Buffer.from('<html>'), ''), SyntaxError))
})
