import assert from 'node:assert/strict'
import { Value } from 'typebox/value'
import { CronJobCreate, CronJobUpdate } from '../../../src/contract/cronJobs.ts'
import {
  createBody,
  type Form,
  formOf,
  isDirty,
  newForm,
  updateBody,
} from '../../../src/webviews/scheduleEditor/modelForm.ts'
import { cronJob } from '../support/cronJobs.ts'
import { createInit } from '../support/scheduleEditorHost.ts'

const saved = formOf(cronJob())
const change = (fields: Partial<Form>) => updateBody(saved, { ...saved, ...fields })

describe('the form of a CronJob', () => {
  it('starts with the viewer’s zone, the only project and nothing to run', () => {
    const form = newForm(createInit({ viewerTimeZone: 'Asia/Tokyo' }))
    assert.equal(form.timeZone, 'Asia/Tokyo')
    assert.equal(form.projectId, 'project-1')
    assert.equal(form.shell, '')
    const two = [...createInit().projects, { id: 'project-2', name: 'other', connection: 'local', inCluster: false }]
    assert.equal(newForm(createInit({ projects: two })).projectId, '')
    assert.equal(newForm(createInit({ projects: two, projectId: 'project-2' })).projectId, 'project-2')
  })

  it('makes a body that the contract accepts, a shell command run by sh -c', () => {
    const form = { ...newForm(createInit()), name: 'nightly', shell: 'echo "a b" | wc', suspend: true }
    const body = createBody({
      ...form,
      environment: [
        { name: 'A', value: '1' },
        { name: '', value: '' },
      ],
      secrets: [{ name: 'P', value: 'db/password' }],
      activeDeadlineSeconds: '60',
    })
    assert.ok(Value.Check(CronJobCreate, body))
    assert.deepEqual([body.command, body.args], [['sh', '-c', 'echo "a b" | wc'], []])
    assert.deepEqual(body.environment, { A: '1' })
    assert.deepEqual(body.secrets, [{ name: 'P', from: 'db/password' }])
    assert.equal(body.activeDeadlineSeconds, 60)
    assert.equal(body.suspend, true)
    assert.ok(!('startingDeadlineSeconds' in body))
  })

  it('sends nothing when nothing changed', () => {
    assert.deepEqual(updateBody(saved, formOf(cronJob())), {})
    assert.equal(isDirty(saved, saved), false)
  })

  it('sends only what changed, and null for an emptied deadline', () => {
    assert.deepEqual(change({ schedule: '0 5 * * *' }), { schedule: '0 5 * * *' })
    assert.deepEqual(change({ activeDeadlineSeconds: '' }), { activeDeadlineSeconds: null })
    assert.deepEqual(change({ backoffLimit: '0', timeZone: 'UTC' }), { backoffLimit: 0, timeZone: 'UTC' })
    assert.deepEqual(change({ environment: [] }), { environment: {} })
    assert.deepEqual(change({ concurrencyPolicy: 'Allow' }), { concurrencyPolicy: 'Allow' })
    assert.ok(Value.Check(CronJobUpdate, change({ schedule: '@daily', activeDeadlineSeconds: '', secrets: [] })))
  })

  it('keeps which parts are command and which are args', () => {
    assert.deepEqual(change({ parts: ['python3', 'report.py', '--half'] }), {
      command: ['python3', 'report.py'],
      args: ['--half'],
    })
  })

  it('shows a command line of sh -c as one, and other programs by their parts', () => {
    assert.equal(formOf(cronJob({ command: ['sh', '-c', 'a | b'], args: [] })).work, 'shell')
    assert.equal(formOf(cronJob({ command: ['sh', '-c', 'a', 'b'], args: [] })).work, 'program')
    assert.equal(formOf(cronJob({ command: ['sh'], args: ['-c'] })).work, 'program')
  })

  it('moves between a command and a function, clearing the one that goes', () => {
    const { command: _command, args: _args, ...rest } = cronJob()
    const calls = formOf({ ...rest, functionId: 'f-1', payload: { n: 1 } })
    assert.deepEqual([calls.work, calls.parts, calls.commandLength], ['function', [''], 1])
    assert.deepEqual(JSON.parse(calls.payload), { n: 1 })
    const back = updateBody(calls, { ...calls, work: 'shell', shell: 'make' })
    assert.equal(back.functionId, null)
    assert.deepEqual(back.command, ['sh', '-c', 'make'])
    const over = change({ work: 'function', functionId: 'f-1', payload: '{"n":2}' })
    assert.deepEqual(over, { command: [], args: [], functionId: 'f-1', payload: { n: 2 } })
    assert.deepEqual(updateBody(calls, { ...calls, payload: '[3]' }), { functionId: 'f-1', payload: [3] })
  })

  it('counts a row that is still empty as no change', () => {
    assert.equal(isDirty(saved, { ...saved, environment: [...saved.environment, { name: '', value: '' }] }), false)
    assert.equal(isDirty(saved, { ...saved, environment: [...saved.environment, { name: 'B', value: '' }] }), true)
  })
})

describe('the image of a CronJob', () => {
  const form = { ...newForm(createInit()), name: 'clean', shell: 'date' }

  it('is sent where one is named, and cleared with null', () => {
    assert.equal('image' in createBody(form), false)
    assert.equal(createBody({ ...form, image: ' busybox:1 ' }).image, 'busybox:1')
    assert.deepEqual(updateBody({ ...form, image: 'a' }, { ...form, image: 'b' }), { image: 'b' })
    assert.deepEqual(updateBody({ ...form, image: 'a' }, form), { image: null })
  })

  it('brings its own command where none is named', () => {
    const { command, args } = createBody({ ...form, image: 'busybox', shell: '' })
    assert.deepEqual([command, args], [[], []])
  })
})
