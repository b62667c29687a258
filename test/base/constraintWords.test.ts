import assert from 'node:assert/strict'
import { Ajv } from 'ajv'
import { Errors } from 'typebox/value'
import { constraintWords } from '../../src/base/constraintWords.ts'

const cases: readonly [string, object, unknown, string][] = [
  ['a number too small', { type: 'integer', minimum: 0 }, -1, 'must be at least 0'],
  ['a number too large', { type: 'number', maximum: 9 }, 10, 'must be at most 9'],
  ['part of a number', { type: 'integer' }, 0.5, 'must be a whole number'],
  ['a number for text', { type: 'string' }, 5, 'must be text'],
  ['text for a list', { type: 'array' }, 'a', 'must be a list'],
  ['text for a switch', { type: 'boolean' }, 'yes', 'must be true or false'],
  ['nothing', { type: 'string', minLength: 1 }, '', 'must not be empty'],
  ['too little text', { type: 'string', minLength: 3 }, 'ab', 'must have at least 3 characters'],
  ['too much text', { type: 'string', maxLength: 3 }, 'abcd', 'must have at most 3 characters'],
  ['an empty list', { type: 'array', minItems: 1 }, [], 'must not be empty'],
  ['too long a list', { type: 'array', maxItems: 1 }, [1, 2], 'must have at most 1 entry'],
]

describe('the words for what a value must be', () => {
  for (const [name, schema, value, words] of cases) {
    it(`are the same for both validators with ${name}`, () => {
      const check = new Ajv().compile(schema)
      assert.equal(check(value), false)
      const [ours] = [...Errors(schema, value)]
      for (const error of [check.errors![0]!, ours!]) assert.equal(constraintWords(error.keyword, error.params), words)
    })
  }

  it('are none for keywords that name their values themselves', () => {
    assert.equal(constraintWords('enum', { allowedValues: ['a'] }), undefined)
  })
})
