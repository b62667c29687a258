import assert from 'node:assert/strict'
import type { Manifest } from '../../../../../src/gateway/providers/kubernetes/installation/manifest.ts'
import type { LiveObject } from '../../../../../src/gateway/providers/kubernetes/installation/mark.ts'
import { prepareManifests } from '../../../../../src/gateway/providers/kubernetes/installation/prepareManifests.ts'

const network = (data?: object): Manifest => ({
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'config-network', namespace: 'knative-serving' } },
  ...(data ? { data } : {}),
})
const kourier: Manifest = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'net-kourier-controller' } }
const prepared = (manifest: Manifest, there?: object, ...others: readonly Manifest[]) =>
  prepareManifests([
    { file: 'a.yaml', manifest, live: there && ({ ...manifest, ...there } as unknown as LiveObject) },
    ...others.map(other => ({ file: 'a.yaml', manifest: other, live: undefined })),
  ])[0]!
const dataOf = (manifest: Manifest, there?: string) =>
  prepared(manifest, there === undefined ? undefined : { data: { 'ingress-class': there } }, kourier)['data']

describe('the ingress class of an installation', () => {
  it('is that of Kourier where Kourier is installed', () => {
    const wanted = 'kourier.ingress.networking.knative.dev'
    assert.deepEqual(dataOf(network({ _example: '…' })), { _example: '…', 'ingress-class': wanted })
    assert.deepEqual(dataOf(network()), { 'ingress-class': wanted })
  })

  it('is that of the files where they name one, and that of the cluster before that of Kourier', () => {
    const named = { 'ingress-class': 'a.example.com' }
    assert.deepEqual(dataOf(network(named), 'b.example.com'), named)
    assert.deepEqual(dataOf(network(), 'b.example.com'), { 'ingress-class': 'b.example.com' })
  })

  it('is left alone where nothing says what it could be', () => {
    assert.equal(prepared(network())['data'], undefined)
  })
})

describe('what others fill in', () => {
  it('is left to the cluster: the rules of aggregated ClusterRoles', () => {
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'a' }, rules: [] }
    assert.ok(!('rules' in prepared({ ...role, aggregationRule: {} })))
    assert.deepEqual(prepared(role), role)
  })

  for (const kind of ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'])
    it(`is left to Knative once it runs: the rules of a ${kind}`, () => {
      const webhook = { name: 'one', failurePolicy: 'Fail', rules: ['of the file'] }
      const manifest = {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind,
        metadata: { name: 'a' },
        webhooks: [webhook],
      }
      const there = { webhooks: [{ name: 'one', failurePolicy: 'Ignore', rules: ['of Knative'] }] }
      assert.deepEqual(prepared(manifest, there)['webhooks'], [{ ...webhook, rules: ['of Knative'] }])
      assert.deepEqual(prepared(manifest, { webhooks: [] })['webhooks'], [webhook])
      assert.deepEqual(prepared(manifest), manifest)
    })
})
