import assert from 'node:assert/strict'
import { HksError } from '../../../src/contract/errors.ts'
import { endOfRefused } from '../../../src/gateway/domain/callEnd.ts'

describe('the record of a call that could not be made', () => {
  it('has the code and the sentence that the caller was told', () => {
    const reason = new HksError('FUNCTION_UNAVAILABLE', 'The function can not be reached from here.')
    assert.deepEqual(endOfRefused(reason), { outcome: 'failed', code: reason.code, message: reason.message })
  })

  it('has the code INTERNAL where nobody foresaw it', () => {
    assert.equal(endOfRefused(new TypeError('x is undefined')).code, 'INTERNAL')
  })
})
