import assert from 'node:assert/strict'
import { changesAnnotations, keptChanges } from '../../../../../src/gateway/providers/kubernetes/runs/keptChanges.ts'
import { kubeJob } from '../objects.ts'

const manual = { 'cronjob.kubernetes.io/instantiate': 'manual' }
const keptIn = (annotations: Readonly<Record<string, string>>) => keptChanges(kubeJob({}, { annotations }))

describe('the changes of a run, kept by its Job', () => {
  it('are read back as they were written', () => {
    const changes = { args: ['a b', ''], environment: { WHO: 'münchen' }, image: 'job:2' }
    assert.deepEqual(keptIn({ ...manual, ...changesAnnotations(changes) }), changes)
    assert.deepEqual(changesAnnotations({}), {})
    assert.equal(keptIn(manual), undefined)
  })

  it('are none where somebody else wrote the annotation, or a template was copied from a Job', () => {
    for (const text of ['', 'null', '[]', '{"args":"x","environment":["a"],"image":3}', '{"environment":{"A":1}}']) {
      assert.equal(keptIn({ ...manual, 'hexabase.io/run-changes': text }), undefined, text)
    }
    assert.deepEqual(keptIn({ ...manual, 'hexabase.io/run-changes': '{"args":[1],"image":"job:2"}' }), {
      image: 'job:2',
    })
    assert.equal(keptIn(changesAnnotations({ args: ['a'] })), undefined)
  })

  it('are refused when they are more than annotations hold', () => {
    assert.throws(() => changesAnnotations({ args: ['x'.repeat(200 * 1024)] }), {
      code: 'INVALID_REQUEST',
      message: /have 201 KiB, and a Job keeps at most 200 KiB/,
    })
  })
})
