import assert from 'node:assert/strict'
import type { SavedPayload } from '../../../src/contract/functionInvoke.ts'
import { untranslated as t } from '../../../src/extension/model/localize.ts'
import { bodyOf, nameProblem, renamed, withoutSaved, withSaved } from '../../../src/extension/model/payloads.ts'

const saved = (name: string, text = '{}'): SavedPayload => ({ name, payload: { kind: 'json', text } })
const names = (all: readonly SavedPayload[]) => all.map(one => one.name)

describe('a payload on the wire', () => {
  it('has the type of its kind, and none when it is empty', () => {
    assert.deepEqual(bodyOf({ kind: 'json', text: '[1]' }).contentType, 'application/json')
    assert.deepEqual(bodyOf({ kind: 'text', text: 'é', contentType: 'text/csv' }), {
      body: Uint8Array.from([0xc3, 0xa9]),
      contentType: 'text/csv',
    })
    assert.deepEqual(bodyOf({ kind: 'empty' }), { body: new Uint8Array() })
  })
})

describe('saved payloads', () => {
  const all = [saved('b', '1'), saved('c', '2')]

  it('stand in the order of their names, each name once', () => {
    assert.deepEqual(names(withSaved(all, saved('a'))), ['a', 'b', 'c'])
    assert.deepEqual(withSaved(all, saved('b', '9')), [saved('b', '9'), saved('c', '2')])
    assert.deepEqual(names(withoutSaved(all, 'b')), ['c'])
  })

  it('keep what they hold under another name, also one that was taken', () => {
    assert.deepEqual(renamed(all, 'b', 'd'), [saved('c', '2'), saved('d', '1')])
    assert.deepEqual(renamed(all, 'b', 'c'), [saved('c', '1')])
    assert.deepEqual(renamed(all, 'gone', 'x'), all)
  })

  it('need a name that fits into a list', () => {
    assert.equal(nameProblem(' ', t), 'A name is missing.')
    assert.equal(nameProblem('x'.repeat(61), t), 'A name has at most 60 characters.')
    assert.equal(nameProblem('large order', t), undefined)
  })
})
