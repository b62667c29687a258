import assert from 'node:assert/strict'
import type { Manifest } from '../../../../../src/gateway/providers/kubernetes/installation/manifest.ts'
import { prepareManifests } from '../../../../../src/gateway/providers/kubernetes/installation/prepareManifests.ts'

const network = (data?: object): Manifest => ({
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'config-network', namespace: 'knative-serving' } },
  ...(data ? { data } : {}),
})
const kourier: Manifest = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'net-kourier-controller' } }
const dataOf = (manifests: readonly Manifest[], there?: string) =>
  prepareManifests(
    manifests.map(manifest => ({ file: 'a.yaml', manifest })),
    there,
  ).find(({ manifest }) => manifest.kind === 'ConfigMap')?.manifest['data']

describe('the ingress class of an installation', () => {
  it('is that of Kourier where Kourier is installed', () => {
    const wanted = 'kourier.ingress.networking.knative.dev'
    assert.deepEqual(dataOf([network({ _example: '…' }), kourier]), { _example: '…', 'ingress-class': wanted })
    assert.deepEqual(dataOf([network(), kourier]), { 'ingress-class': wanted })
  })

  it('is that of the files where they name one, and that of the cluster before that of Kourier', () => {
    const named = { 'ingress-class': 'a.example.com' }
    assert.deepEqual(dataOf([network(named), kourier], 'b.example.com'), named)
    assert.deepEqual(dataOf([network(), kourier], 'b.example.com'), { 'ingress-class': 'b.example.com' })
  })

  it('is left alone where nothing says what it could be', () => {
    assert.equal(dataOf([network()]), undefined)
  })
})
