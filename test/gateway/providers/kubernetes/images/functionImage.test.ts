import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import type { HksError } from '../../../../../src/contract/errors.ts'
import { createFunctionImages } from '../../../../../src/gateway/providers/kubernetes/images/functionImage.ts'
import { openImageRig } from '../../../../support/imageRig.ts'
import { sourceOfFiles } from '../../../../support/functionInputs.ts'

describe('the image of a function in Go', () => {
  it('is not compiled for a base image that can not be reached, and says where another one is named', async () => {
    using images = openImageRig()
    let compiled = 0
    const functions = createFunctionImages({
      images,
      targets: {
        build: (_source, _signal, _tell, use) => {
          compiled++
          return use(undefined)
        },
      },
      runtimesFolder: resolve(import.meta.dirname, '../../../../../runtimes'),
    })
    const request = {
      spec: { runtime: 'go' as const, handler: 'Handle' },
      source: await sourceOfFiles({ 'function.go': 'package function' }, 'go', 'Handle'),
      base: 'registry.invalid/static:1',
      platform: 'linux/amd64' as const,
      repository: 'registry.invalid/f',
      access: {},
      connectionName: 'prod',
    }
    const nothing = () => undefined
    const teller = { progress: nothing, line: nothing, image: nothing }
    await assert.rejects(functions.build(request, new AbortController().signal, teller), (error: HksError) => {
      assert.equal(error.code, 'REGISTRY_FAILED')
      assert.match(error.message, /^The registry registry\.invalid can not be reached: /)
      assert.equal(error.details?.['base'], 'registry.invalid/static:1')
      assert.match(error.hint ?? '', / hks-func connection set prod --go-image IMAGE$/)
      return true
    })
    assert.equal(compiled, 0)
  })
})
