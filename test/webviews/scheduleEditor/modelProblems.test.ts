import assert from 'node:assert/strict'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { Environment, SecretReference } from '../../../src/contract/common.ts'
import { HksError, invalidField } from '../../../src/contract/errors.ts'
import { type Form, formOf, newForm } from '../../../src/webviews/scheduleEditor/modelForm.ts'
import { problemsOf } from '../../../src/webviews/scheduleEditor/modelProblems.ts'
import { problemOf, sectionOf } from '../../../src/webviews/scheduleEditor/modelRefusal.ts'
import { cronJob } from '../support/cronJobs.ts'
import { createInit } from '../support/scheduleEditorHost.ts'

const empty = newForm(createInit())
const complete: Form = { ...empty, name: 'nightly', shell: 'make' }
const fieldsOf = (change: Partial<Form>) =>
  problemsOf({ ...complete, ...change }, 'create', empty).map(one => one.field)

describe('what keeps a CronJob from being saved', () => {
  it('is everything that is missing, from top to bottom', () => {
    const problems = problemsOf({ ...empty, projectId: '' }, 'create', empty)
    assert.deepEqual(
      problems.map(one => one.field),
      ['name', 'projectId', 'command'],
    )
    assert.deepEqual(fieldsOf({}), [])
  })

  const faults: readonly [string, Partial<Form>, string][] = [
    ['a name with capitals', { name: 'Nightly' }, 'name'],
    ['a name of 53 characters', { name: 'a'.repeat(53) }, 'name'],
    ['a schedule that Kubernetes refuses', { schedule: '61 * * * *' }, 'schedule'],
    ['no time zone', { timeZone: '' }, 'timeZone'],
    ['an unknown time zone', { timeZone: 'Europe/Atlantis' }, 'timeZone'],
    ['a preset without its number', { picker: { kind: 'hourly', minute: Number.NaN } }, 'picker'],
    ['no program', { work: 'program', parts: ['', '--x'] }, 'command'],
    ['no function', { work: 'function' }, 'functionId'],
    ['a payload that is no JSON', { work: 'function', functionId: 'f', payload: '{' }, 'payload'],
    ['a variable that begins with a digit', { environment: [{ name: '1A', value: '' }] }, 'environment.0.name'],
    [
      'a variable set twice',
      {
        environment: [
          { name: 'A', value: '' },
          { name: 'A', value: '' },
        ],
      },
      'environment.1.name',
    ],
    ['a secret without a key', { secrets: [{ name: 'P', value: 'database' }] }, 'secrets.0.value'],
    ['a deadline in words', { activeDeadlineSeconds: 'soon' }, 'activeDeadlineSeconds'],
    ['a time limit of nothing', { activeDeadlineSeconds: '0' }, 'activeDeadlineSeconds'],
    ['half a retry', { backoffLimit: '1.5' }, 'backoffLimit'],
    ['no number of retries', { backoffLimit: '' }, 'backoffLimit'],
  ]
  for (const [name, change, field] of faults) it(`names ${name}`, () => assert.deepEqual(fieldsOf(change), [field]))

  it('takes exactly the names of variables that the gateway takes', () => {
    const isTaken = (schema: TSchema, value: unknown) => Value.Check(schema, value)
    for (const name of ['A', '_a1', '-x', '.x', 'a.b-c', '1A', 'A=B', 'A B', 'ä', '\u{1F600}', 'A\n', '']) {
      const formTakes = (rows: Partial<Form>) => fieldsOf(rows).length === 0
      assert.equal(
        formTakes({ environment: [{ name, value: 'x' }] }),
        isTaken(Environment, { [name]: 'x' }),
        `environment ${JSON.stringify(name)}`,
      )
      assert.equal(
        formTakes({ secrets: [{ name, value: 'database/password' }] }),
        isTaken(SecretReference, { name, from: 'database/password' }),
        `secrets ${JSON.stringify(name)}`,
      )
    }
    assert.deepEqual(fieldsOf({ environment: [{ name: 'java.home', value: '' }] }), [])
  })

  it('lets a job that was made without a zone keep none', () => {
    const { timeZone: _, ...without } = cronJob()
    const form = formOf(without)
    assert.deepEqual(problemsOf(form, 'edit', form), [])
    const withZone = formOf(cronJob())
    assert.equal(problemsOf({ ...withZone, timeZone: '' }, 'edit', withZone)[0]?.field, 'timeZone')
  })
})

describe('an error of the gateway', () => {
  it('belongs to the field that it names', () => {
    const of = (field: string) => problemOf(invalidField(field, 'x', 'is wrong', 'Mend it.'), complete)?.field
    assert.equal(of('name'), 'name')
    assert.equal(of('body.activeDeadlineSeconds'), 'activeDeadlineSeconds')
    assert.equal(of('args[2]'), 'command')
    assert.equal(problemOf(new HksError('INVALID_SCHEDULE', 'minute: 61 is above 59'), complete)?.field, 'schedule')
  })

  it('belongs to the row of the variable that it names', () => {
    const form = {
      ...complete,
      environment: [
        { name: 'A', value: '' },
        { name: 'B', value: '' },
      ],
    }
    assert.equal(problemOf(invalidField('environment.B', 'x', 'is wrong'), form)?.field, 'environment.1.name')
    assert.equal(problemOf(invalidField('environment.B', 'x', 'is wrong'), complete), undefined)
  })

  it('belongs to no field when it names none of ours', () => {
    assert.equal(problemOf(new Error('boom'), complete), undefined)
    assert.equal(problemOf(new HksError('GATEWAY_UNREACHABLE', 'no answer'), complete), undefined)
    assert.equal(problemOf(invalidField('resourceVersion', 'x', 'is wrong'), complete), undefined)
  })

  it('opens the section that its field is in', () => {
    assert.equal(sectionOf('secrets.0.name'), 'what')
    assert.equal(sectionOf('failedJobsHistoryLimit'), 'limits')
    assert.equal(sectionOf('schedule'), undefined)
  })
})

describe('what keeps a CronJob of a cluster from being saved', () => {
  const fields = (change: Partial<Form>) =>
    problemsOf({ ...complete, ...change }, 'create', empty, true).map(one => one.field)

  it('is a missing image, unless it calls a function', () => {
    assert.deepEqual(fields({ image: ' ' }), ['image'])
    assert.deepEqual(fields({ image: 'busybox' }), [])
    assert.deepEqual(fields({ image: '', work: 'function', functionId: 'f' }), [])
  })

  it('is no missing command: the image may have one', () => {
    assert.deepEqual(fields({ image: 'busybox', shell: '' }), [])
    assert.deepEqual(fields({ image: 'busybox', work: 'program', parts: ['', 'x'] }), ['command'])
  })
})
