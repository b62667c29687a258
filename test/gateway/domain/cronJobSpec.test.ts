import assert from 'node:assert/strict'
import type { CronJobCreate, CronJobUpdate } from '../../../src/contract/cronJobs.ts'
import { HksError } from '../../../src/contract/errors.ts'
import { changedCronJobSpec, newCronJobSpec } from '../../../src/gateway/domain/cronJobSpec.ts'

const create = (fields: Partial<CronJobCreate> = {}) =>
  newCronJobSpec({ projectId: 'p', name: 'backup', schedule: '0 2 * * *', command: ['true'], ...fields })

function fault(work: () => unknown): HksError {
  try {
    work()
  } catch (error) {
    assert.ok(error instanceof HksError, String(error))
    return error
  }
  return assert.fail('it was taken')
}

describe('newCronJobSpec', () => {
  it("fills in Kubernetes' defaults", () => {
    assert.deepEqual(create(), {
      name: 'backup',
      schedule: '0 2 * * *',
      target: { kind: 'command', command: ['true'], args: [] },
      environment: {},
      secrets: [],
      concurrencyPolicy: 'Allow',
      suspend: false,
      backoffLimit: 6,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      terminationGracePeriodSeconds: 30,
    })
  })

  it('keeps what is given', () => {
    const spec = create({
      timeZone: 'Europe/Berlin',
      concurrencyPolicy: 'Forbid',
      backoffLimit: 0,
      startingDeadlineSeconds: 60,
    })
    assert.equal(spec.timeZone, 'Europe/Berlin')
    assert.equal(spec.concurrencyPolicy, 'Forbid')
    assert.equal(spec.backoffLimit, 0)
    assert.equal(spec.startingDeadlineSeconds, 60)
  })

  it('refuses a schedule that the API server refuses, with the place of the fault', () => {
    const error = fault(() => create({ schedule: '0 25 * * *' }))
    assert.equal(error.code, 'INVALID_SCHEDULE')
    assert.equal(error.details!['field'], 'schedule')
    assert.equal(error.details!['position'], 2)
    assert.equal(fault(() => create({ timeZone: 'Mars/Olympus' })).details!['field'], 'timeZone')
    assert.equal(fault(() => create({ timeZone: '' })).details!['field'], 'timeZone')
  })

  it('wants either a command or a function', () => {
    const both = fault(() => create({ functionId: 'f' }))
    assert.equal(both.code, 'INVALID_REQUEST')
    assert.deepEqual(both.details!['fields'], ['command', 'functionId'])
    assert.match(both.message, /command.*functionId/)
    const none = fault(() => newCronJobSpec({ projectId: 'p', name: 'backup', schedule: '0 2 * * *' }))
    assert.deepEqual(none.details!['fields'], ['command', 'functionId'])
    assert.equal(fault(() => create({ command: [], args: ['x'] })).details!['field'], 'command')
    assert.equal(fault(() => create({ payload: { a: 1 } })).details!['field'], 'payload')
  })

  it('takes a function with its payload', () => {
    const call = { projectId: 'p', name: 'call', schedule: '@daily', functionId: 'f' }
    assert.deepEqual(newCronJobSpec({ ...call, payload: { a: 1 } }).target, {
      kind: 'function',
      functionId: 'f',
      payload: { a: 1 },
    })
    assert.deepEqual(newCronJobSpec(call).target, { kind: 'function', functionId: 'f', payload: null })
  })

  it('says of which application it was made', () => {
    assert.equal(create({ templateAppId: 't' }).templateAppId, 't')
  })

  it('refuses texts that no process can be given', () => {
    assert.equal(fault(() => create({ command: ['true', 'a\0b'] })).details!['field'], 'command.1')
    assert.equal(fault(() => create({ environment: { A: 'x\0' } })).details!['field'], 'environment.A')
    assert.equal(fault(() => create({ command: [''] })).details!['field'], 'command.0')
  })
})

describe('changedCronJobSpec', () => {
  const change = (input: CronJobUpdate, fields: Partial<CronJobCreate> = {}) =>
    changedCronJobSpec(create(fields), input)

  it('keeps absent fields and clears those that are null', () => {
    const fields = { timeZone: 'Europe/Berlin', startingDeadlineSeconds: 60, environment: { A: '1' } }
    assert.deepEqual(change({}, fields), create(fields))
    const cleared = change({ timeZone: null, startingDeadlineSeconds: null }, fields)
    assert.equal('timeZone' in cleared, false)
    assert.equal('startingDeadlineSeconds' in cleared, false)
    assert.deepEqual(cleared.environment, { A: '1' })
  })

  it('changes the arguments alone', () => {
    assert.deepEqual(change({ args: ['-v'] }).target, { kind: 'command', command: ['true'], args: ['-v'] })
  })

  it('goes from a command to a function and back', () => {
    const called = changedCronJobSpec(create(), { functionId: 'f', payload: [1] })
    assert.deepEqual(called.target, { kind: 'function', functionId: 'f', payload: [1] })
    assert.deepEqual(changedCronJobSpec(called, { payload: 2 }).target, {
      kind: 'function',
      functionId: 'f',
      payload: 2,
    })
    assert.deepEqual(changedCronJobSpec(called, { command: ['date'] }).target, {
      kind: 'command',
      command: ['date'],
      args: [],
    })
    assert.equal(fault(() => changedCronJobSpec(called, { functionId: null })).details!['field'], 'command')
    assert.deepEqual(fault(() => changedCronJobSpec(called, { args: ['x'] })).details!['fields'], [
      'args',
      'functionId',
    ])
    assert.deepEqual(fault(() => change({ command: ['date'], functionId: 'f' })).details!['fields'], [
      'command',
      'functionId',
    ])
  })

  it('does not judge again what it did not change', () => {
    const old = { ...create(), timeZone: 'Gone/Zone' }
    assert.equal(changedCronJobSpec(old, { suspend: true }).timeZone, 'Gone/Zone')
  })
})
