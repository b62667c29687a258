import assert from 'node:assert/strict'
import { copiedPod, notCopiedOf } from '../../../../../src/gateway/providers/kubernetes/cronJobs/copiedPod.ts'
import type { PodTemplate } from '../../../../../src/gateway/providers/kubernetes/objects/coreV1.ts'

const template = {
  metadata: { annotations: { 'kubectl.kubernetes.io/default-container': 'web' } },
  spec: {
    volumes: [
      { name: 'settings', configMap: { name: 'settings' } },
      { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
      { name: 'cache', hostPath: { path: '/var/cache' } },
      { name: 'unused', persistentVolumeClaim: { claimName: 'unused' } },
      { name: 'kube-api-access-x7', projected: { sources: [] } },
    ],
    initContainers: [{ name: 'migrate', image: 'shop/migrate:1' }],
    containers: [
      { name: 'proxy', image: 'envoy:1' },
      {
        name: 'web',
        image: 'shop/web:1',
        volumeMounts: ['settings', 'data', 'cache', 'claim', 'data', 'kube-api-access-x7'].map(name => ({
          name,
          mountPath: `/${name}`,
        })),
        volumeDevices: [{ name: 'disk', devicePath: '/dev/xvda' }],
      },
    ],
  },
} as unknown as PodTemplate

describe('the pod of an application', () => {
  it('is copied with the volumes that several pods can have at once', () => {
    const { pod, container } = copiedPod(template)
    assert.deepEqual(pod, { volumes: [{ name: 'settings', configMap: { name: 'settings' } }] })
    assert.deepEqual(container, { volumeMounts: [{ name: 'settings', mountPath: '/settings' }] })
  })

  it('has parts that a copy does not get, which are named', () => {
    assert.deepEqual(notCopiedOf(template), [
      { kind: 'volume', name: 'data' },
      { kind: 'volume', name: 'cache' },
      { kind: 'volume', name: 'claim' },
      { kind: 'volume', name: 'disk' },
      { kind: 'container', name: 'proxy' },
      { kind: 'initContainer', name: 'migrate' },
    ])
  })

  it('is copied whole where it is one container with nothing of its own', () => {
    assert.deepEqual(notCopiedOf({ spec: { containers: [{ name: 'main', image: 'shop/web:1' }] } }), [])
  })
})
