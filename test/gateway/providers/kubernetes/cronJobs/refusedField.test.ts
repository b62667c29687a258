import assert from 'node:assert/strict'
import { HksError } from '../../../../../src/contract/errors.ts'
import { fieldOf, inOurWords } from '../../../../../src/gateway/providers/kubernetes/cronJobs/refusedField.ts'

const container = 'spec.jobTemplate.spec.template.spec.containers[0]'

describe('what the API server refuses', () => {
  it('is said with the name that a request has for the field', () => {
    assert.equal(fieldOf('metadata.name'), 'name')
    assert.equal(fieldOf('spec.timeZone'), 'timeZone')
    assert.equal(fieldOf('spec.jobTemplate.spec.backoffLimit'), 'backoffLimit')
    assert.equal(fieldOf(`${container}.image`), 'image')
    assert.equal(fieldOf(`${container}.env[3].name`), 'environment')
    assert.equal(fieldOf(`${container}.env[3].valueFrom.secretKeyRef.key`), 'secrets')
    assert.equal(
      fieldOf('spec.jobTemplate.spec.template.spec.volumes[0].name'),
      'spec.jobTemplate.spec.template.spec.volumes[0].name',
    )
  })

  it('keeps the words of the server and the path', () => {
    const refusal = new HksError('INVALID_REQUEST', 'spec.timeZone: Invalid value: "Mars/X": unknown time zone', {
      details: { field: 'spec.timeZone', status: 422 },
    })
    const said = inOurWords(refusal) as HksError
    assert.deepEqual(
      [said.code, said.message],
      ['INVALID_SCHEDULE', 'timeZone: Invalid value: "Mars/X": unknown time zone'],
    )
    assert.deepEqual(said.details, { field: 'timeZone', path: 'spec.timeZone', status: 422 })
    assert.equal(said.cause, refusal)
  })

  it('leaves other errors alone', () => {
    const conflict = new HksError('CONFLICT', 'exists')
    assert.equal(inOurWords(conflict), conflict)
    const unnamed = new HksError('INVALID_REQUEST', 'no')
    assert.equal(inOurWords(unnamed), unnamed)
  })
})
