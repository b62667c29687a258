import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { CronJobSpec } from '../../../../../src/gateway/domain/cronJob.ts'
import {
  changedFields,
  type PatchOperation,
  patchOf,
} from '../../../../../src/gateway/providers/kubernetes/cronJobs/changes.ts'
import { specOf } from '../../../../../src/gateway/providers/kubernetes/cronJobs/fromKube.ts'
import { toKube } from '../../../../../src/gateway/providers/kubernetes/cronJobs/toKube.ts'
import type { KubeCronJob } from '../../../../../src/gateway/providers/kubernetes/objects/batchV1.ts'
import { cronJobSpec } from '../../../store/records.ts'
import { kubeCronJob } from '../objects.ts'

/** What a JSON patch makes of an object; only what {@link patchOf} uses. */
function patched<T>(object: T, operations: readonly PatchOperation[]): T {
  const copy = structuredClone(object)
  for (const { op, path, value } of operations) {
    const parts = path
      .split('/')
      .slice(1)
      .map(part => part.replaceAll('~1', '/'))
    const last = parts.pop()!
    const parent = parts.reduce<Record<string, unknown>>(
      (at, part) => at[part] as Record<string, unknown>,
      copy as never,
    )
    if (op !== 'add') assert.ok(last in parent, `${op} ${path}`)
    if (op === 'remove') delete parent[last]
    else parent[last] = value
  }
  return copy
}
const made = (spec: CronJobSpec) =>
  ({
    ...toKube(spec, { id: 'app', projectId: 'project' }),
  }) as unknown as KubeCronJob

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const spec: fc.Arbitrary<CronJobSpec> = fc
  .record({
    schedule: fc.constantFrom('0 2 * * *', '@hourly'),
    timeZone: optional(fc.constantFrom('UTC', 'Asia/Tokyo')),
    target: fc.record({
      kind: fc.constant('command' as const),
      command: fc.array(fc.string(), { maxLength: 2 }),
      args: fc.array(fc.string(), { maxLength: 2 }),
    }),
    environment: fc.dictionary(fc.constantFrom('A', 'B'), fc.string()),
    secrets: fc.uniqueArray(fc.record({ name: fc.constantFrom('C', 'D'), from: fc.constant('mail/key') }), {
      selector: each => each.name,
    }),
    concurrencyPolicy: fc.constantFrom('Allow' as const, 'Forbid' as const, 'Replace' as const),
    suspend: fc.boolean(),
    startingDeadlineSeconds: optional(fc.nat(100)),
    activeDeadlineSeconds: optional(fc.integer({ min: 1, max: 100 })),
    backoffLimit: fc.nat(9),
    successfulJobsHistoryLimit: fc.nat(9),
    failedJobsHistoryLimit: fc.nat(9),
    terminationGracePeriodSeconds: fc.nat(60),
    image: fc.constantFrom('busybox:1', 'busybox:2'),
  })
  .map(fields => {
    const given = Object.entries(fields).filter(([, value]) => value !== undefined)
    return structuredClone({ name: 'backup', ...Object.fromEntries(given) }) as unknown as CronJobSpec
  })
const meaning = (each: CronJobSpec) => ({
  ...each,
  secrets: each.secrets.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
})

describe('a CronJob of the cluster', () => {
  it('says what it was made of', () => {
    fc.assert(fc.property(spec, wanted => assert.deepEqual(specOf(made(wanted)), wanted)))
  })

  it("has the labels of the product's plan, and its pods too", () => {
    const object = made(cronJobSpec({ image: 'busybox:1' }))
    const labels = {
      'app.kubernetes.io/managed-by': 'hexabase',
      'hexabase.io/app-id': 'app',
      'hexabase.io/app-type': 'cronjob',
    }
    assert.deepEqual(object.metadata.labels, labels)
    assert.deepEqual(object.spec.jobTemplate.spec.template.metadata?.labels, labels)
  })

  it('becomes what is wanted by a patch, whatever it was', () => {
    fc.assert(
      fc.property(spec, spec, (before, wanted) => {
        const object = { ...made(before), metadata: kubeCronJob().metadata }
        const named = (each: CronJobSpec) => ({ ...each, name: 'report' })
        const result = patched(object, patchOf(object, named(before), named(wanted)))
        assert.deepEqual(meaning(specOf(result)), meaning(named(wanted)))
      }),
    )
  })

  it('is not touched where nothing is changed, and otherwise nowhere else', () => {
    const volumes = [{ name: 'data', emptyDir: {} }]
    const object = kubeCronJob()
    const { template } = object.spec.jobTemplate.spec
    Object.assign(template.spec, { volumes, initContainers: [{ name: 'prepare', image: 'prepare:1' }] })
    Object.assign(template.spec.containers, [template.spec.containers[0], { name: 'proxy', image: 'proxy:1' }])
    const base = specOf(object)
    assert.deepEqual(patchOf(object, base, base), [])

    const wanted = { ...base, image: 'report:2', suspend: true }
    assert.deepEqual(patchOf(object, base, wanted), [
      { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
      { op: 'add', path: '/spec/suspend', value: true },
      { op: 'add', path: '/spec/jobTemplate/spec/template/spec/containers/0/image', value: 'report:2' },
    ])
  })

  it("is about kubectl's default container where one is named", () => {
    const object = kubeCronJob()
    const { template } = object.spec.jobTemplate.spec
    Object.assign(template, { metadata: { annotations: { 'kubectl.kubernetes.io/default-container': 'proxy' } } })
    Object.assign(template.spec.containers, [template.spec.containers[0], { name: 'proxy', image: 'proxy:1' }])
    const base = specOf(object)
    assert.equal(base.image, 'proxy:1')
    const [, operation] = patchOf(object, base, { ...base, image: 'proxy:2' })
    assert.equal(operation?.path, '/spec/jobTemplate/spec/template/spec/containers/1/image')
  })

  it('keeps what somebody else changed meanwhile, and refuses to undo it', () => {
    const base = specOf(kubeCronJob())
    const changed = kubeCronJob({ schedule: '@hourly' })
    const suspended = patchOf(changed, base, { ...base, suspend: true })
    assert.equal(specOf(patched(changed, suspended)).schedule, '@hourly')
    assert.throws(() => patchOf(changed, base, { ...base, schedule: '@daily' }), {
      code: 'CONFLICT',
      message: /^schedule: .*"@hourly"/,
    })
    assert.deepEqual(patchOf(changed, base, { ...base, schedule: '@hourly' }), [])
  })

  it('needs an image', () => {
    const base = specOf(kubeCronJob())
    const { image: _image, ...without } = base
    assert.throws(() => patchOf(kubeCronJob(), base, without), { code: 'INVALID_REQUEST', message: /^image: / })
    assert.throws(() => toKube(cronJobSpec(), { id: 'a', projectId: 'p' }), { message: /^image: / })
  })

  it('calls a function or runs a command, and becomes the one from the other', () => {
    const caller = { image: 'node:24-slim', url: 'http://f.shop.svc.cluster.local' }
    const { image: _image, ...command } = specOf(kubeCronJob())
    const calling = (payload: unknown): CronJobSpec => ({
      ...command,
      target: { kind: 'function', functionId: 'f', payload },
      environment: { LEVEL: 'high' },
    })
    fc.assert(
      fc.property(fc.jsonValue(), payload => {
        const wanted = { ...calling(JSON.parse(JSON.stringify(payload))), name: 'backup' }
        const object = toKube(wanted, { id: 'a', projectId: 'p' }, { caller }) as KubeCronJob
        assert.deepEqual(specOf(object), wanted)
      }),
    )
    const base = specOf(kubeCronJob())
    const called = patched(kubeCronJob(), patchOf(kubeCronJob(), base, calling('$(HOME) $$(HOME)'), caller))
    assert.deepEqual(specOf(called), calling('$(HOME) $$(HOME)'))
    const again = patched(called, patchOf(called, specOf(called), base, undefined))
    assert.deepEqual(specOf(again), base)
  })

  it('has the defaults of Kubernetes where it says nothing', () => {
    const { image: _image, target: _target, ...base } = specOf(kubeCronJob())
    const { name: _name, schedule: _schedule, environment: _e, secrets: _s, ...defaults } = base
    assert.deepEqual(defaults, {
      concurrencyPolicy: 'Allow',
      suspend: false,
      backoffLimit: 6,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      terminationGracePeriodSeconds: 30,
    })
    assert.deepEqual(changedFields(specOf(kubeCronJob()), specOf(kubeCronJob({ suspend: true }))), ['suspend'])
  })
})
