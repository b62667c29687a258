import assert from 'node:assert/strict'
import { throwFailure } from '../../src/cli/showAnswer.ts'

const failed = (exception: object) => ({
  status: 500,
  invocationId: 'id',
  headers: {},
  code: 'FUNCTION_CRASHED' as const,
  body: Buffer.from(JSON.stringify({ error: 'It ended.', code: 'FUNCTION_CRASHED', details: { exception } })),
})

describe('a call that failed', () => {
  it('says which exception it was, in one line', () => {
    const answer = failed({ type: 'TypeError', message: 'no\nmore', stack: '' })
    assert.throws(() => throwFailure(answer, 'greet'), { message: 'It ended. TypeError: no' })
  })

  it('says nothing of one without words', () => {
    const answer = failed({ type: 'ProcessEnded', message: '', stack: '' })
    assert.throws(() => throwFailure(answer, 'greet'), { message: 'It ended.' })
  })
})
