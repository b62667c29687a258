import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { FunctionSpec } from '../../../../../../src/gateway/domain/function.ts'
import {
  factsOf,
  readFacts,
  specOfRevision,
} from '../../../../../../src/gateway/providers/kubernetes/functions/objects/revisionFacts.ts'
import {
  knativeTimeout,
  type RevisionPlan,
  revisionTemplate,
  serviceManifest,
} from '../../../../../../src/gateway/providers/kubernetes/functions/objects/serviceManifest.ts'
import { functionSpec } from '../../../../../support/functionInputs.ts'

const planOf = (spec: Partial<FunctionSpec> = {}): RevisionPlan => ({
  functionId: 'f-1',
  spec: functionSpec({ name: 'orders', ...spec }),
  revision: { id: 'r-1', number: 3, sourceDigest: 'abc', createdAt: 5 },
  content: {
    kind: 'mounted',
    image: 'node:24-slim',
    program: {
      runtime: 'node',
      configMap: 'hks-runtime-node-1',
      files: [{ key: 'pod__serve.mjs', path: 'pod/serve.mjs', text: '' }],
    },
  },
})

describe('the Knative Service of a function', () => {
  it('carries the labels by which everything of a function is found', () => {
    const { metadata, spec } = serviceManifest(planOf(), { name: 'team-a', projectId: 'p' }, [])
    const labels = {
      'app.kubernetes.io/managed-by': 'hexabase',
      'hexabase.io/app-id': 'f-1',
      'hexabase.io/app-type': 'function',
    }
    const annotations = { 'hexabase.io/name': 'orders', 'hexabase.io/project-id': 'p' }
    assert.deepEqual(metadata, { name: 'orders', namespace: 'team-a', labels, annotations })
    assert.deepEqual([spec.template.metadata.name, spec.template.metadata.labels], ['orders-00003', labels])
  })

  it('runs with as few rights as a pod can have', () => {
    const { spec } = revisionTemplate(planOf())
    assert.deepEqual([spec['automountServiceAccountToken'], spec['enableServiceLinks']], [false, false])
    assert.deepEqual(spec.containers[0]!['securityContext'], {
      runAsUser: 65532,
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    })
  })

  it('takes runtime and source from ConfigMaps, in the folders that the program expects', () => {
    const { spec } = revisionTemplate(planOf())
    assert.deepEqual(spec['volumes'], [
      {
        name: 'runtime',
        configMap: { name: 'hks-runtime-node-1', items: [{ key: 'pod__serve.mjs', path: 'pod/serve.mjs' }] },
      },
      {
        name: 'source',
        configMap: { name: 'orders-00003-r-1-source', items: [{ key: 'source.tar.gz', path: 'source.tar.gz' }] },
      },
      { name: 'tmp', emptyDir: {} },
    ])
    const { command, env = [] } = spec.containers[0]!
    assert.deepEqual(command, ['node', '/hks/runtime/main.mjs', '--http'])
    assert.equal(env.find(({ name }) => name === 'HKS_SOURCE')?.value, '/hks/source/source.tar.gz')
  })

  it('tells the program how much memory and processor time it may use', () => {
    const told = (cpuSeconds?: number) => {
      const resources = { memoryBytes: 2 ** 28, ...(cpuSeconds === undefined ? {} : { cpuSeconds }) }
      const { env = [] } = revisionTemplate(planOf({ resources })).spec.containers[0]!
      return ['HKS_MEMORY_BYTES', 'HKS_CPU_SECONDS'].map(name => env.find(each => each.name === name)?.value)
    }
    assert.deepEqual(told(), ['268435456', undefined])
    assert.deepEqual(told(5), ['268435456', '5'])
  })

  it('has no ConfigMap where an image was built for it, and says so', () => {
    const content = { kind: 'built', image: 'r.test/orders@sha256:1', partsPlace: 'node_modules' } as const
    const template = revisionTemplate({ ...planOf(), content })
    const { image, command, env = [], volumeMounts } = template.spec.containers[0]!
    assert.deepEqual([image, command], ['r.test/orders@sha256:1', undefined])
    assert.deepEqual(template.spec['volumes'], [{ name: 'tmp', emptyDir: {} }])
    assert.deepEqual(volumeMounts, [{ name: 'tmp', mountPath: '/tmp' }])
    assert.equal(env.find(({ name }) => name === 'HKS_SOURCE')?.value, '/hks/source')
    const facts = readFacts(template)!
    assert.deepEqual(facts.built, { partsPlace: 'node_modules' })
    assert.deepEqual(specOfRevision('orders', facts, template.spec), functionSpec({ name: 'orders' }))
  })

  it('names secrets and holds no value of them', () => {
    const { spec } = revisionTemplate(planOf({ secrets: [{ name: 'KEY', from: 'mail/api-key' }] }))
    const { env = [] } = spec.containers[0]!
    assert.deepEqual(
      env.filter(({ valueFrom }) => valueFrom),
      [
        { name: 'KEY', valueFrom: { secretKeyRef: { name: 'mail', key: 'api-key' } } },
        { name: 'HKS_DIAGNOSTIC_KEY', valueFrom: { secretKeyRef: { name: 'orders-diagnostics', key: 'key' } } },
      ],
    )
  })

  it('scales as it is asked to', () => {
    const { metadata, spec } = revisionTemplate(
      planOf({ scaling: { minScale: 1, maxScale: 4, containerConcurrency: 7 } }),
    )
    assert.equal(metadata.annotations?.['autoscaling.knative.dev/min-scale'], '1')
    assert.equal(metadata.annotations?.['autoscaling.knative.dev/max-scale'], '4')
    assert.equal(spec.containerConcurrency, 7)
  })

  it('lets Knative wait longer than the program, within its bound as long as the function is', () => {
    assert.deepEqual([1, 30, 580, 599, 600, 3600].map(knativeTimeout), [31, 60, 600, 600, 601, 3601])
  })

  it('can be read back to what was asked for, whatever that is', () => {
    const text = fc.string({ unit: 'binary' }).filter(value => !value.includes('\0'))
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/).filter(value => !/^HKS_/.test(value))
    fc.assert(
      fc.property(
        fc.dictionary(name, text),
        fc.uniqueArray(name, { maxLength: 3 }),
        text,
        fc.integer({ min: 1, max: 3600 }),
        (environment, secretNames, description, timeoutSeconds) => {
          const secrets = secretNames
            .filter(each => !Object.hasOwn(environment, each))
            .map(each => ({ name: each, from: `s/${each}` }))
          const spec = functionSpec({ name: 'orders', environment, secrets, description, timeoutSeconds })
          const plan = { ...planOf(), spec }
          const template = revisionTemplate(plan)
          const facts = readFacts(template)!
          assert.deepEqual(facts, factsOf(spec, plan.revision))
          assert.deepEqual(
            { ...specOfRevision('orders', facts, template.spec), environment: undefined },
            { ...spec, environment: undefined },
          )
          assert.deepEqual(
            Object.entries(specOfRevision('orders', facts, template.spec).environment).sort(),
            Object.entries(environment).sort(),
          )
        },
      ),
      { numRuns: 30 },
    )
  })
})
