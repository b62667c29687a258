import assert from 'node:assert/strict'
import { HksError, invalidField } from '../../src/contract/errors.ts'
import { parseFunctionYaml } from '../../src/scaffold/functionYaml.ts'
import { refusedField } from '../../src/scaffold/refusedField.ts'

const text = `name: greet
runtime: python
environment:
  my.var: a
timeout: "30"
secrets:
  - name: KEY
    from: api/key
  - A
scaling:
  minScale: 3
  maxScale: 2
`
const written = parseFunctionYaml(text, '/home/ada/greet/function.yaml')

describe('a field of function.yaml that is refused', () => {
  const placeOf = (error: unknown, sent?: Readonly<Record<string, unknown>>) => {
    const placed = refusedField(error, written, sent)
    assert.ok(placed instanceof HksError)
    return [placed.message, placed.details?.['line']]
  }
  const refused = (field: string) => invalidField(field, 'x', 'is wrong.')

  const fields: [field: string, line: number][] = [
    ['timeout', 5],
    ['secrets.1', 9],
    ['secrets.0.from', 8],
    ['secrets.1.name', 9],
    ['scaling.minScale', 11],
    ['environment.my.var', 4],
    ['runtime', 2],
  ]
  for (const [field, line] of fields)
    it(`is told with the line of ${field}`, () => {
      const message = `/home/ada/greet/function.yaml:${line}: ${field}: is wrong.`
      assert.deepEqual(placeOf(refused(field)), [message, line])
    })

  it('keeps its code, its facts and its hint', () => {
    const cause = invalidField('timeout', '30', '"30" must be a whole number.', 'Leave out the quotes.')
    const { code, details, hint, cause: kept } = refusedField(cause, written) as HksError
    const { value, field, file, line, message } = details!
    assert.deepEqual(
      { code, hint, value, field, file, line, message },
      {
        code: 'INVALID_REQUEST',
        hint: 'Leave out the quotes.',
        value: '30',
        field: 'timeout',
        file: '/home/ada/greet/function.yaml',
        line: 5,
        message: 'timeout: "30" must be a whole number.',
      },
    )
    assert.equal(kept, cause)
  })

  it('is left as it is where the file does not say it, or something else was sent', () => {
    for (const field of ['source', 'allowedHosts', 'handler', 'toString'])
      assert.deepEqual(placeOf(refused(field)), [`${field}: is wrong.`, undefined])
    const sent = { ...written.settings, timeout: 9999, environment: { 'my.var': 'a', B: 'b' } }
    assert.deepEqual(placeOf(refused('timeout'), sent), ['timeout: is wrong.', undefined])
    assert.deepEqual(placeOf(refused('environment.B'), sent), ['environment.B: is wrong.', undefined])
    assert.equal(placeOf(refused('environment.my.var'), sent)[1], 4)
  })

  it('is left as it is where it has a place, or is not what the sentence is about', () => {
    const placed = new HksError('INVALID_SOURCE', 'timeout: x', { details: { field: 'timeout', file: 'a.py' } })
    const other = new HksError('RUNTIME_MISSING', 'No Python 98 is here.', { details: { field: 'runtime' } })
    for (const error of [placed, other, new Error('timeout: x')]) assert.equal(refusedField(error, written), error)
  })
})
