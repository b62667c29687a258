import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Value } from 'typebox/value'
import { ConnectionUpdate } from '../../../src/contract/connections.ts'
import { HksError, invalidField } from '../../../src/contract/errors.ts'
import { problemOf, problemsOf } from '../../../src/webviews/connectionSettings/modelProblems.ts'
import {
  changeOf,
  follow,
  formOf,
  isDirty,
  type SettingsForm,
  toSave,
} from '../../../src/webviews/connectionSettings/modelSettings.ts'
import { connection } from '../support/connectionSettingsHost.ts'

const start = formOf(connection())
const changed = (change: Partial<SettingsForm>) => changeOf(start, { ...start, ...change })

describe('the settings of a connection that are sent', () => {
  it('are those that changed', () => {
    assert.deepEqual(changed({}), {})
    assert.deepEqual(changed({ name: ' dev ', readOnly: true }), { name: 'dev', readOnly: true })
    assert.deepEqual(changed({ platform: 'linux/arm64', ingress: 'http://a' }), {
      platform: 'linux/arm64',
      ingress: 'http://a',
    })
    assert.deepEqual(changed({ insecureRegistries: 'a:1, b:2  a:1' }), { insecureRegistries: ['a:1', 'b:2'] })
  })

  it('clear what was emptied', () => {
    const full = connection({
      ...{ registry: 'r.example.com', insecureRegistries: ['a:1'], registryCa: '/ca.pem', platform: 'linux/amd64' },
      ...{ ingress: 'http://a', runtimeImages: { node: 'n:1' } },
    })
    const empty = { ...start, name: full.name }
    assert.deepEqual(changeOf(formOf(full), empty), {
      ...{ registry: null, insecureRegistries: null, registryCa: null, platform: null },
      ...{ ingress: null, runtimeImages: null },
    })
  })

  it('keep the images of the other languages', () => {
    const form = formOf(connection({ runtimeImages: { node: 'n:1', go: 'g:1' } }))
    assert.deepEqual(changeOf(form, { ...form, python: 'p:1', go: '' }), {
      runtimeImages: { node: 'n:1', python: 'p:1' },
    })
  })

  it('go with the namespaces to open, which alone are a change, too', () => {
    const form = { ...start, namespaces: 'team-a team-b' }
    assert.equal(isDirty(start, form), true)
    assert.deepEqual(toSave(start, form), { change: {}, namespaces: ['team-a', 'team-b'] })
    assert.equal(isDirty(start, { ...start, name: ` ${start.name}` }), false)
  })
})

describe('what is edited while the connection changes elsewhere', () => {
  const texts = fc.record({ name: fc.string(), registry: fc.string(), ingress: fc.string(), node: fc.string() })
  const forms = texts.map(given => ({ ...start, ...given }))

  it('stays where the user has touched it, and follows elsewhere', () => {
    fc.assert(
      fc.property(forms, forms, forms, (from, form, now) => {
        const followed = follow(from, form, now)
        for (const field of Object.keys(start) as (keyof SettingsForm)[])
          assert.equal(followed[field], form[field] === from[field] ? now[field] : form[field])
      }),
    )
  })
})

describe('what keeps the settings of a connection from being saved', () => {
  const fieldsOf = (change: Partial<SettingsForm>) =>
    problemsOf({ ...start, ...change }, ['prod']).map(({ field }) => field)

  it('is nothing at first', () => assert.deepEqual(fieldsOf({}), []))

  const faults: readonly [string, Partial<SettingsForm>, keyof SettingsForm][] = [
    ['no name', { name: ' ' }, 'name'],
    ['the name of another connection', { name: 'prod' }, 'name'],
    ['the name of this machine', { name: 'local' }, 'name'],
    ['a namespace with capitals', { namespaces: 'team-a Team-B' }, 'namespaces'],
    ['a namespace of 64 characters', { namespaces: 'a'.repeat(64) }, 'namespaces'],
    ['a registry with a scheme', { registry: 'https://registry.example.com' }, 'registry'],
    ['a registry with a tag', { registry: 'registry.example.com/team:1' }, 'registry'],
    ['a host with a scheme', { insecureRegistries: 'a:1 http://b' }, 'insecureRegistries'],
    ['a host with a folder', { insecureRegistries: 'a:1/team' }, 'insecureRegistries'],
    ['a file below an unknown folder', { registryCa: 'certs/ca.pem' }, 'registryCa'],
    ['an image with a space', { node: 'node 24' }, 'node'],
    ['an ingress without a scheme', { ingress: '10.0.0.5:8080' }, 'ingress'],
    ['an ingress with a path', { ingress: 'http://a/b' }, 'ingress'],
    ['an ingress at no port', { ingress: 'http://a:99999' }, 'ingress'],
  ]
  for (const [name, change, field] of faults) it(`names ${name}`, () => assert.deepEqual(fieldsOf(change), [field]))

  it('is whatever the gateway would refuse of an address or a path', () => {
    const samples = {
      registry: ['r', 'r:5000/a/b', 'r/A', 'r/', 'r//a', 'https://r', 'r/a:1', '[::1]:5000'],
      registryCa: ['/a', 'a', 'C:\\a', 'C:a', '~/a'],
      ingress: ['http://a', 'https://a:8/', 'ftp://a', 'http://a/b', 'http://u:p@a', 'a'],
    }
    for (const [field, values] of Object.entries(samples))
      for (const value of values)
        assert.equal(
          fieldsOf({ [field]: value }).length === 0,
          Value.Check(ConnectionUpdate, { [field]: value }),
          value,
        )
    for (const host of ['a', 'a:1', '[::1]:5000', 'http://a', 'a/b', 'a:b'])
      assert.equal(
        fieldsOf({ insecureRegistries: host }).length === 0,
        Value.Check(ConnectionUpdate, { insecureRegistries: [host] }),
        host,
      )
  })

  it('is shown at the field that the gateway names', () => {
    const named = (field: string) => problemOf(invalidField(field, 'x', 'is odd.', 'Mend it.'))
    assert.deepEqual(named('registry'), { field: 'registry', label: 'Registry', message: 'registry: is odd. Mend it.' })
    assert.equal(named('runtimeImages.go')?.field, 'go')
    assert.equal(named('insecureRegistries.0')?.field, 'insecureRegistries')
    assert.equal(named('context'), undefined)
    assert.equal(problemOf(new HksError('CONNECTION_FAILED', 'away')), undefined)
  })
})
