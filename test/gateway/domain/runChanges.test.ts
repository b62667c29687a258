import assert from 'node:assert/strict'
import { runChangesOf } from '../../../src/gateway/domain/runChanges.ts'
import { cronJobSpec } from '../store/records.ts'

const command = cronJobSpec()
const calling = cronJobSpec({ target: { kind: 'function', functionId: 'f', payload: null } })
const before = { args: ['--full'], environment: { LEVEL: 'debug' }, image: 'job:2' }

describe('the changes of a run by hand', () => {
  it('are what is asked, or those of the run that is wanted again', () => {
    assert.deepEqual(runChangesOf(command, { args: [] }, undefined), { args: [] })
    assert.deepEqual(runChangesOf(command, {}, before), before)
    assert.deepEqual(runChangesOf(command, { args: ['x'] }, before), { args: ['x'] })
  })

  it('are none where no variables are asked, which leaves those of the other run out', () => {
    assert.deepEqual(runChangesOf(command, { environment: {} }, undefined), {})
    assert.deepEqual(runChangesOf(command, { environment: {} }, before), {})
  })

  it('are refused where the CronJob calls a function, also by now', () => {
    assert.throws(() => runChangesOf(calling, { args: [] }, undefined), { message: /^args: / })
    assert.throws(() => runChangesOf(calling, { environment: {} }, undefined), { message: /^environment: / })
    assert.throws(() => runChangesOf(calling, { retryOf: 'a' }, before), {
      code: 'INVALID_REQUEST',
      message: /^retryOf: that run had args of its own/,
      hint: 'Start a run without retryOf.',
    })
    assert.deepEqual(runChangesOf(calling, { retryOf: 'a' }, {}), {})
  })
})
