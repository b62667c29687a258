import assert from 'node:assert/strict'
import { marked, markOperations } from '../../../../../src/gateway/providers/kubernetes/cronJobs/lostMark.ts'
import { kubeCronJob } from '../objects.ts'

describe('the mark of a CronJob with an id of ours', () => {
  const own = { id: 'app', projectId: 'project' }
  const labels = { 'hexabase.io/app-id': 'app', 'hexabase.io/app-type': 'cronjob' }
  const annotations = { 'hexabase.io/project-id': 'project', 'hexabase.io/name': 'report' }

  it('comes back beside what others wrote', () => {
    const object = kubeCronJob({}, {}, { labels: { team: 'shop', 'hexabase.io/app-id': 'other' } })
    const withMark = marked(object, own)
    assert.deepEqual(markOperations(object, withMark), [
      { op: 'add', path: '/metadata/labels', value: { team: 'shop', ...labels } },
      { op: 'add', path: '/metadata/annotations', value: annotations },
    ])
    assert.deepEqual({ ...withMark, metadata: object.metadata }, object)
  })

  it('is left alone where the label is there, and is given to nobody who never had it', () => {
    const labelled = kubeCronJob({}, {}, { labels })
    const theirs = kubeCronJob({}, {}, { uid: '1' })
    for (const [object, id] of [
      [labelled, 'app'],
      [theirs, '1'],
    ] as const) {
      assert.equal(marked(object, { ...own, id }), object)
      assert.deepEqual(markOperations(object, object), [])
    }
  })
})
