import assert from 'node:assert/strict'
import { triggerBody, variablesProblem, wordsProblem } from '../../../src/extension/model/runChanges.ts'
import { cronJob } from './samples.ts'

const t = (text: string, ...values: readonly unknown[]): string =>
  text.replace(/\{(\d)\}/g, (_, at: string) => String(values[Number(at)]))

describe('a run with changes', () => {
  const job = { ...cronJob(), args: ['--all', 'a b'] }

  it('sends only what differs from the CronJob', () => {
    assert.deepEqual(triggerBody(job, { args: "--all 'a b'", environment: '', image: ' ' }), {})
    assert.deepEqual(triggerBody(job, { args: '', environment: '', image: '' }), { args: [] })
    assert.deepEqual(triggerBody(job, { args: '--one', environment: "A=1 B='x=y z' C=", image: 'busybox' }), {
      args: ['--one'],
      environment: { A: '1', B: 'x=y z', C: '' },
      image: 'busybox',
    })
  })

  it('says what is wrong with what was typed', () => {
    assert.equal(wordsProblem('a "b', t), 'A quote is not closed.')
    assert.equal(variablesProblem('A=1 B', t), 'Write NAME=VALUE, not B.')
    assert.equal(variablesProblem('1A=1', t), 'Write NAME=VALUE, not 1A=1.')
    assert.equal(variablesProblem("A='1", t), 'A quote is not closed.')
    assert.equal(variablesProblem("A='1 2' B=", t), undefined)
  })
})
