import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeCanonicalTar } from '../../../../../src/base/canonicalTar.ts'
import { HksError } from '../../../../../src/contract/errors.ts'
import type { FunctionSpec } from '../../../../../src/gateway/domain/function.ts'
import { sourceConfigMap } from '../../../../../src/gateway/providers/kubernetes/functions/functionConfigMaps.ts'
import { refuseDependencies, refuseSpec } from '../../../../../src/gateway/providers/kubernetes/functions/refuseSpec.ts'
import { runtimeImage } from '../../../../../src/gateway/providers/kubernetes/functions/runtimeImage.ts'
import { functionSpec } from '../../../../support/localFunctionsRig.ts'

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
      of({ resources: { memoryBytes: 2 ** 30, cpuSeconds: 1 } }),
      refused('INVALID_REQUEST', /resources\.cpuSeconds/),
    )
    assert.throws(of({ runtime: 'go' }), refused('UNSUPPORTED_PLATFORM', /Go/))
    assert.doesNotThrow(of({ environment: { HKS_OWN: '1' } }))
  })

  it('is refused with packages that would have to be installed, and not with those that are there', () => {
    const of = (runtime: 'node' | 'python', files: Record<string, string>) => () =>
      refuseDependencies({ runtime }, sourceOf(files))
    const declared = { 'package.json': '{"dependencies":{"ms":"2"}}' }
    assert.throws(of('node', declared), refused('UNSUPPORTED_PLATFORM', /package\.json/))
    assert.doesNotThrow(of('node', { ...declared, 'node_modules/ms/index.js': '' }))
    assert.doesNotThrow(of('node', { 'package.json': '{"devDependencies":{"ms":"2"}}' }))
    assert.throws(
      of('python', { 'requirements.txt': '# x\nrequests==2\n' }),
      refused('UNSUPPORTED_PLATFORM', /requirements/),
    )
    assert.doesNotThrow(of('python', { 'requirements.txt': '\n# none\n' }))
  })

  it('is refused above what a ConfigMap holds, naming the size and the way out', () => {
    const source = sourceOf({ 'data.bin': randomBytes(2 ** 20 + 1) })
    assert.throws(
      () => sourceConfigMap('f', 'fn-00001', source),
      (error: unknown) => {
        assert.ok(refused('INVALID_SOURCE', /1,04\d,\d{3} bytes.*at most 1,048,576/)(error))
        assert.match((error as HksError).hint ?? '', /\.hksignore/)
        return true
      },
    )
    assert.doesNotThrow(() => sourceConfigMap('f', 'fn-00001', sourceOf({ 'zeros.bin': new Uint8Array(2 ** 22) })))
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
