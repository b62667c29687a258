import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  changedEnv,
  envOf,
  type Variables,
  variablesOf,
} from '../../../../../src/gateway/providers/kubernetes/cronJobs/environment.ts'
import type { EnvVar } from '../../../../../src/gateway/providers/kubernetes/objects/coreV1.ts'

const fromSecret = (name: string, secret: string, key: string): EnvVar => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key } },
})
const fromField: EnvVar = { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }
const none: Variables = { environment: {}, secrets: [] }

const name = fc.constantFrom('A', 'B', 'C', 'POD_IP', 'lower.case')
const variables: fc.Arbitrary<Variables> = fc.record({
  environment: fc.dictionary(fc.constantFrom('A', 'B', 'lower.case'), fc.string()),
  secrets: fc.uniqueArray(
    fc.record({ name: fc.constantFrom('C', 'D'), from: fc.constantFrom('mail/key', 'db.x/user_1') }),
    {
      selector: each => each.name,
    },
  ),
})
const plain = <T>(value: T): T => structuredClone(value)
const envVar: fc.Arbitrary<EnvVar> = fc.oneof(
  fc.record({ name, value: fc.string() }),
  name.map(each => ({ ...fromField, name: each })),
  name.map(each => fromSecret(each, 'mail', 'key')),
)
const normal = ({ environment, secrets }: Variables) => ({
  environment: Object.fromEntries(Object.entries(environment).sort()),
  secrets: secrets.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
})

describe('the environment of a container', () => {
  it('shows values and references to secrets, and hides what a CronJob of ours cannot say', () => {
    const env = [
      { name: 'LEVEL', value: 'high' },
      { name: 'EMPTY' },
      fromSecret('KEY', 'mail', 'api-key'),
      fromField,
      { name: 'HKS_TRIGGER', value: 'schedule' },
      { name: 'MAYBE', valueFrom: { secretKeyRef: { name: 'mail', key: 'x', optional: true } } },
    ]
    assert.deepEqual(variablesOf(env), {
      environment: { LEVEL: 'high', EMPTY: '' },
      secrets: [{ name: 'KEY', from: 'mail/api-key' }],
    })
  })

  it('counts the last of two variables of one name, as the kubelet does', () => {
    assert.deepEqual(variablesOf([{ name: 'A', value: '1' }, fromSecret('A', 's', 'k')]).environment, {})
    assert.deepEqual(
      variablesOf([
        { name: 'A', value: '1' },
        { ...fromField, name: 'A' },
      ]).environment,
      {},
    )
  })

  it('gives back what it was made of', () => {
    fc.assert(
      fc.property(variables.map(plain), wanted => assert.deepEqual(normal(variablesOf(envOf(wanted))), normal(wanted))),
    )
  })

  it('is changed to what is wanted, and what is not ours stays where it is', () => {
    fc.assert(
      fc.property(fc.array(envVar.map(plain)), variables.map(plain), (env, wanted) => {
        const before = variablesOf(env)
        const shown = Object.keys(before.environment).concat(before.secrets.map(each => each.name))
        const hidden = env.filter(each => each.valueFrom?.fieldRef && !shown.includes(each.name))
        const takes = Object.keys(wanted.environment).concat(wanted.secrets.map(each => each.name))
        if (hidden.some(each => takes.includes(each.name))) return
        const after = changedEnv(env, before, wanted)
        assert.deepEqual(normal(variablesOf(after)), normal(wanted))
        assert.deepEqual(
          after.filter(each => hidden.includes(each)),
          hidden,
        )
      }),
    )
  })

  it('does not change at all where nothing is changed', () => {
    fc.assert(
      fc.property(fc.array(envVar.map(plain)), env => {
        const same = variablesOf(env)
        assert.deepEqual(changedEnv(env, same, same), env)
      }),
    )
  })

  it('keeps a variable in its place, for others may refer to it', () => {
    const env = [{ name: 'HOST', value: 'a' }, fromField, { name: 'URL', value: 'http://$(HOST)/$(POD_IP)' }]
    const before = variablesOf(env)
    const after = changedEnv(env, before, { ...before, environment: { ...before.environment, HOST: 'b', NEW: '1' } })
    assert.deepEqual(after, [{ name: 'HOST', value: 'b' }, fromField, env[2], { name: 'NEW', value: '1' }])
  })

  it('refuses the name of a variable that the manifest or the platform sets', () => {
    const wanted = { ...none, environment: { POD_IP: '1' } }
    assert.throws(() => changedEnv([fromField], none, wanted), {
      code: 'INVALID_REQUEST',
      message: /^environment.POD_IP: /,
    })
    assert.throws(() => envOf({ ...none, environment: { HKS_RUN_ID: '1' } }), { code: 'INVALID_REQUEST' })
  })
})
