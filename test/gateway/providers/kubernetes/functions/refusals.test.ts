import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeCanonicalTar } from '../../../../../src/base/canonicalTar.ts'
import { HksError } from '../../../../../src/contract/errors.ts'
import type { Runtime } from '../../../../../src/contract/functions.ts'
import type { FunctionSpec } from '../../../../../src/gateway/domain/function.ts'
import { whyImageIsNeeded } from '../../../../../src/gateway/providers/kubernetes/functions/content/neededImage.ts'
import { repositoryOf } from '../../../../../src/gateway/providers/kubernetes/functions/content/registryOf.ts'
import { refuseSpec } from '../../../../../src/gateway/providers/kubernetes/functions/revisions/refuseSpec.ts'
import { runtimeImage } from '../../../../../src/gateway/providers/kubernetes/functions/content/runtimeImage.ts'
import { functionSpec } from '../../../../support/functionInputs.ts'

const refused = (code: string, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof HksError, String(error))
  assert.equal(error.code, code)
  assert.match(error.message, message)
  return true
}
const sourceOf = (files: Readonly<Record<string, string | Uint8Array>>) => ({
  tar: writeCanonicalTar(
    Object.entries(files).map(([path, data]) => ({ path, executable: false, data: Buffer.from(data) })),
  ),
  digest: 'd',
})

describe('a deployment to a cluster', () => {
  it('is refused where its word could not be kept', () => {
    const of = (spec: Partial<FunctionSpec>) => () => refuseSpec(functionSpec(spec))
    assert.throws(of({ environment: { PORT: '1' } }), refused('INVALID_REQUEST', /environment\.PORT.*reserved/))
    assert.throws(
      of({ secrets: [{ name: 'HKS_HANDLER', from: 'a/b' }] }),
      refused('INVALID_REQUEST', /secrets\.0\.name.*reserved/),
    )
    assert.throws(of({ network: 'none' }), refused('INVALID_REQUEST', /network: "none"/))
    assert.throws(
      of({ resources: { memoryBytes: 2 ** 30, cpuSeconds: 1 }, image: 'r.test/own:1' }),
      refused('INVALID_REQUEST', /resources\.cpuSeconds/),
    )
    assert.doesNotThrow(of({ environment: { HKS_OWN: '1' }, resources: { memoryBytes: 2 ** 30, cpuSeconds: 1 } }))
  })

  it('needs a registry where the connection has none, and says how to name it', () => {
    assert.throws(
      () => repositoryOf('fn', 'A function in Go', { images: {}, connectionName: 'dev' }),
      (error: unknown) => {
        assert.ok(refused('UNSUPPORTED_PLATFORM', /^registry: A function in Go needs an image/)(error))
        assert.match((error as HksError).hint ?? '', /hks-func connection set dev --registry/)
        return true
      },
    )
    assert.equal(repositoryOf('fn', '', { images: {}, registry: 'r.test:5000/team/' }), 'r.test:5000/team/fn')
    assert.throws(
      () => repositoryOf('fn', '', { images: {}, registry: 'https://r.test' }),
      refused('INVALID_REQUEST', /registry/),
    )
  })
})

describe('a function', () => {
  const why = (runtime: Runtime, files: Readonly<Record<string, string | Uint8Array>>) =>
    whyImageIsNeeded({ runtime }, sourceOf(files)) ?? ''

  it('needs an image for packages that would have to be installed, and not for those that are there', () => {
    const declared = { 'package.json': '{"dependencies":{"ms":"2"}}' }
    assert.match(why('node', declared), /package\.json/)
    assert.equal(why('node', { ...declared, 'node_modules/ms/index.js': '' }), '')
    assert.equal(why('node', { 'package.json': '{"devDependencies":{"ms":"2"}}' }), '')
    assert.match(why('python', { 'requirements.txt': '# x\nrequests==2\n' }), /requirements/)
    assert.equal(why('python', { 'requirements.txt': '\n# none\n' }), '')
    assert.match(why('go', { 'function.go': '' }), /Go/)
  })

  it('needs an image above what a ConfigMap holds when it is packed', () => {
    assert.match(why('node', { 'data.bin': randomBytes(2 ** 20 + 1) }), /1,04\d,\d{3} bytes.*at most 1,048,576/)
    assert.equal(why('node', { 'zeros.bin': new Uint8Array(2 ** 22) }), '')
  })
})

describe('the image of a language', () => {
  const images = { node: 'registry.test:5000/node:24-slim', python: 'python:3-slim' }

  it('is the connection’s, in the version that the function asks for', () => {
    assert.equal(runtimeImage(functionSpec(), images), images.node)
    assert.equal(runtimeImage(functionSpec({ runtimeVersion: '22.3' }), images), 'registry.test:5000/node:22.3-slim')
    assert.equal(
      runtimeImage(functionSpec({ runtime: 'python', runtimeVersion: '3.12' }), images),
      'docker.io/library/python:3.12-slim',
    )
  })

  it('is refused where there is none, or none with versions', () => {
    assert.throws(() => runtimeImage(functionSpec({ runtime: 'go' }), images), refused('RUNTIME_MISSING', /go/))
    assert.throws(
      () => runtimeImage(functionSpec({ runtimeVersion: '22' }), { node: 'mine:stable' }),
      refused('INVALID_REQUEST', /runtimeVersion/),
    )
  })
})
