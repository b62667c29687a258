import assert from 'node:assert/strict'
import fc from 'fast-check'
import { indentJson } from '../../src/base/indentJson.ts'

describe('indented JSON', () => {
  it('is what JSON.stringify writes, for any value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        assert.equal(indentJson(JSON.stringify(value, null, indent)), JSON.stringify(value, null, 2))
      }),
    )
  })

  it('keeps what a parser would change: long numbers, their form, a name that is there twice', () => {
    assert.equal(
      indentJson('{"id":12345678901234567890,"rate":1.0,"id":1e400,"none":[ ],"nothing":{ }}'),
      '{\n  "id": 12345678901234567890,\n  "rate": 1.0,\n  "id": 1e400,\n  "none": [],\n  "nothing": {}\n}',
    )
  })

  it('leaves marks inside texts alone', () => {
    assert.equal(indentJson('["{a:[1,2]}","\\"," ]'), '[\n  "{a:[1,2]}",\n  "\\","\n]')
  })
})
