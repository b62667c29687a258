import assert from 'node:assert/strict'
import { createKnownIds } from '../../../../../src/gateway/providers/kubernetes/cronJobs/knownIds.ts'
import { kubeCronJob } from '../objects.ts'

describe('the known ids of CronJobs', () => {
  const object = (uid: string, appId?: string) =>
    kubeCronJob({}, {}, { uid, name: `job-${uid}`, labels: appId === undefined ? {} : { 'hexabase.io/app-id': appId } })
  const idsIn = (stored: Readonly<Record<string, string>> = {}) =>
    createKnownIds({ applicationsByUid: async () => new Map(Object.entries(stored)) }, 'project')

  it('stay what they were at first, whatever the labels of an object become', () => {
    const ids = idsIn()
    assert.equal(ids.idsOf([object('1', 'app')]).get('1'), 'app')
    assert.equal(ids.idsOf([object('1')]).get('1'), 'app')
    assert.equal(ids.idsOf([object('1', 'other')]).get('1'), 'app')
  })

  it('are those of the time before the start', async () => {
    const ids = idsIn({ 1: 'app', 2: '2' })
    await ids.load()
    const now = ids.idsOf([object('1'), object('2', 'label'), object('3', 'label')])
    assert.deepEqual(
      ['1', '2', '3'].map(uid => now.get(uid)),
      ['app', '2', 'label'],
    )
  })

  it('give nobody the id of an object that is gone, until that is forgotten', () => {
    const ids = idsIn()
    ids.idsOf([object('1', 'app')])
    assert.equal(ids.idsOf([object('2', 'app')]).get('2'), '2')
    ids.forget('1')
    assert.equal(ids.idsOf([object('3', 'app')]).get('3'), 'app')
  })

  it('are read once, and again only when that failed', async () => {
    let reads = 0
    const ledger = {
      applicationsByUid: async () => {
        reads++
        if (reads === 1) throw new Error('busy')
        return new Map([['1', 'app']])
      },
    }
    const ids = createKnownIds(ledger, 'project')
    await assert.rejects(ids.load(), /busy/)
    await Promise.all([ids.load(), ids.load()])
    await ids.load()
    assert.equal(reads, 2)
    assert.equal(ids.idsOf([]).get('1'), 'app')
  })
})
