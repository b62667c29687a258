import assert from 'node:assert/strict'
import { HksError } from '../../../src/contract/errors.ts'
import { contentOf, languageOf, requireSource } from '../../../src/gateway/domain/functionContent.ts'

const refused = (code: string, field: string) => (error: unknown) => {
  assert.ok(error instanceof HksError, String(error))
  assert.deepEqual([error.code, error.details?.['field']], [code, field])
  assert.ok(error.message.startsWith(`${field}: `), error.message)
  assert.ok(error.hint)
  return true
}

describe('what a deployment runs', () => {
  it('is a source in a language, with the handler of the language', () => {
    assert.deepEqual(contentOf({ runtime: 'python', runtimeVersion: '3.12', source: 'eA==' }), {
      runtime: 'python',
      runtimeVersion: '3.12',
      handler: 'main.handler',
    })
  })

  it('is an image alone', () => {
    assert.deepEqual(contentOf({ image: 'shop:1' }), { runtime: 'image', image: 'shop:1', handler: '' })
    for (const both of [{ runtime: 'go' }, { source: 'eA==' }, { handler: 'a.b' }, { runtimeVersion: '3' }] as const) {
      assert.throws(() => contentOf({ image: 'shop:1', ...both }), refused('INVALID_REQUEST', Object.keys(both)[0]!))
    }
  })

  it('has to be one of them', () => {
    assert.throws(() => contentOf({}), refused('INVALID_REQUEST', 'runtime'))
    assert.throws(() => contentOf({ runtime: 'node' }), refused('INVALID_REQUEST', 'source'))
    assert.throws(
      () => contentOf({ runtime: 'go', runtimeVersion: '1.26', source: 'eA==' }),
      refused('INVALID_REQUEST', 'runtimeVersion'),
    )
  })

  it('is no image on this machine', () => {
    assert.throws(() => requireSource(undefined), refused('UNSUPPORTED_PLATFORM', 'image'))
    assert.throws(() => languageOf({ runtime: 'image' }), refused('UNSUPPORTED_PLATFORM', 'image'))
    assert.equal(languageOf({ runtime: 'go' }), 'go')
  })
})
