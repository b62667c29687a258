import assert from 'node:assert/strict'
import { newCronJobIds } from '../../../../../src/gateway/providers/kubernetes/cronJobs/cronJobId.ts'
import { kubeCronJob } from '../objects.ts'

const labels = { 'hexabase.io/app-id': 'app' }

describe('the id of a CronJob that was never seen', () => {
  const idsOf = (...metadata: Parameters<typeof kubeCronJob>[2][]) => [
    ...newCronJobIds(
      metadata.map(each => kubeCronJob({}, {}, each)),
      'project',
      new Set(['taken']),
    ),
  ]

  it('is that of its label, else its UID', () => {
    assert.deepEqual(idsOf({ uid: '1', labels }, { uid: '2' }), [
      ['1', 'app'],
      ['2', '2'],
    ])
  })

  it('is the UID where its label has the id of an object that was seen, perhaps without the label or gone by now', () => {
    assert.deepEqual(idsOf({ uid: '1', labels: { 'hexabase.io/app-id': 'taken' } }), [['1', '1']])
  })

  it('is the UID of a copy in the same namespace: the oldest keeps the label', () => {
    const copy = { uid: '1', labels, creationTimestamp: '2026-03-02T11:00:00Z' }
    assert.deepEqual(
      new Map(idsOf(copy, { uid: '2', labels })),
      new Map([
        ['2', 'app'],
        ['1', '1'],
      ]),
    )
  })

  it('is the UID of a copy that was made in the same second, whichever UID is the smaller one', () => {
    const annotations = { 'hexabase.io/name': 'ours' }
    for (const [ours, copy] of [
      ['1', '2'],
      ['2', '1'],
    ] as const) {
      const both = [
        { uid: ours, name: 'ours', labels, annotations },
        { uid: copy, name: 'copy', labels, annotations },
      ]
      assert.deepEqual(
        new Map(idsOf(...both)),
        new Map([
          [ours, 'app'],
          [copy, copy],
        ]),
      )
    }
  })

  it('is the UID of a copy from another namespace or cluster', () => {
    const of = (project: string) => ({ 'hexabase.io/project-id': project })
    assert.deepEqual(idsOf({ uid: '1', labels, annotations: of('other') }), [['1', '1']])
    assert.deepEqual(idsOf({ uid: '1', labels, annotations: of('project') }), [['1', 'app']])
  })
})
