import assert from 'node:assert/strict'
import { type Break, createChangeLog, type NumberedChange } from '../../../../src/gateway/http/watch/changeLog.ts'

describe('a change log', () => {
  const gone = (id: string) => ({ message: { type: 'delete', kind: 'cronJob', id }, projectId: 'p' }) as const
  const idsOf = (changes: readonly NumberedChange[] | undefined) =>
    changes?.map(({ message }) => (message.type === 'delete' ? message.id : message.kind))

  it('numbers changes and hands them on with their cursors', () => {
    const log = createChangeLog('boot')
    const heard: (NumberedChange | Break)[] = []
    log.subscribe(entry => heard.push(entry))
    log.append(gone('a'))
    log.append(gone('b'))
    assert.deepEqual(heard, [
      { seq: 1, projectId: 'p', message: { type: 'delete', kind: 'cronJob', id: 'a', cursor: 'boot:1' } },
      { seq: 2, projectId: 'p', message: { type: 'delete', kind: 'cronJob', id: 'b', cursor: 'boot:2' } },
    ])
    assert.deepEqual(log.position(), { seq: 2, cursor: 'boot:2' })
  })

  it('keeps of changes that replace each other the latest, and resumes all the same', () => {
    const log = createChangeLog('boot')
    for (const id of ['a', 'b']) {
      log.append(gone(id))
      log.append({ ...gone(`calls after ${id}`), replaces: 'calls' })
    }
    assert.deepEqual(idsOf(log.resume('boot:1')?.missed), ['b', 'calls after b'])
    assert.deepEqual(idsOf(log.resume('boot:0')?.missed), ['a', 'b', 'calls after b'])
  })

  it('resumes behind every cursor that it still knows', () => {
    const log = createChangeLog('boot', 2)
    for (const id of ['a', 'b', 'c']) log.append(gone(id))
    assert.deepEqual(idsOf(log.resume('boot:1')?.missed), ['b', 'c'])
    assert.deepEqual(idsOf(log.resume('boot:2')?.missed), ['c'])
    assert.deepEqual(log.resume('boot:3'), { seq: 3, missed: [] })
    assert.equal(log.resume('boot:0'), undefined)
  })

  it('resumes at its beginning, where nothing was missed', () => {
    assert.deepEqual(createChangeLog('boot').resume('boot:0'), { seq: 0, missed: [] })
  })

  for (const cursor of ['', 'boot', 'boot:', 'boot:-1', 'boot:1.5', 'boot:x', 'boot:2', 'other:1']) {
    it(`does not know the cursor "${cursor}"`, () => {
      const log = createChangeLog('boot')
      log.append(gone('a'))
      assert.equal(log.resume(cursor), undefined)
    })
  }

  it('knows no cursor from before a break, and tells of the break', () => {
    const log = createChangeLog('boot')
    const heard: (NumberedChange | Break)[] = []
    log.append(gone('a'))
    log.subscribe(entry => heard.push(entry))
    log.cut()
    assert.deepEqual(heard, [{ seq: 2 }])
    assert.equal(log.resume('boot:1'), undefined)
    log.append(gone('b'))
    assert.deepEqual(idsOf(log.resume('boot:2')?.missed), ['b'])
  })

  it('is quiet for one that stopped listening, and for all once it is disposed', () => {
    const log = createChangeLog('boot')
    const heard: string[] = []
    const first = log.subscribe(() => heard.push('first'))
    log.subscribe(() => heard.push('second'))
    first[Symbol.dispose]()
    log.append(gone('a'))
    log[Symbol.dispose]()
    log.append(gone('b'))
    assert.deepEqual(heard, ['second'])
  })
})
