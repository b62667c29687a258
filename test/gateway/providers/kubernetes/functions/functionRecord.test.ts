import assert from 'node:assert/strict'
import type { KubeObject } from '../../../../../src/gateway/providers/kubernetes/client/kubeObject.ts'
import { functionLabels } from '../../../../../src/gateway/providers/kubernetes/functions/objects/functionNames.ts'
import { toFunctionRecord } from '../../../../../src/gateway/providers/kubernetes/functions/functionRecord.ts'
import type {
  KnativeRevision,
  KnativeService,
  TrafficTarget,
} from '../../../../../src/gateway/providers/kubernetes/functions/objects/knativeObjects.ts'
import type { KubePod } from '../../../../../src/gateway/providers/kubernetes/objects/coreV1.ts'
import { factsOf } from '../../../../../src/gateway/providers/kubernetes/functions/objects/revisionFacts.ts'
import { revisionTemplate } from '../../../../../src/gateway/providers/kubernetes/functions/objects/serviceManifest.ts'
import {
  type ServiceState,
  writeState,
} from '../../../../../src/gateway/providers/kubernetes/functions/objects/serviceState.ts'
import { functionSpec } from '../../../../support/functionInputs.ts'

const at = '2026-01-01T00:00:00Z'
const metadata = (name: string): KubeObject['metadata'] => ({
  name,
  uid: name,
  resourceVersion: '1',
  creationTimestamp: at,
})
const revisionOf = (number: number) => ({ id: `r-${number}`, number, sourceDigest: 'd', createdAt: number })
const template = (number: number) =>
  revisionTemplate({
    functionId: 'f-1',
    spec: functionSpec({ environment: { N: String(number) } }),
    revision: revisionOf(number),
    content: { kind: 'mounted', image: 'node', program: { runtime: 'node', configMap: 'm', files: [] } },
  })
const revision = (number: number, status: 'True' | 'False' | 'Unknown'): KnativeRevision => {
  const made = template(number)
  return {
    metadata: { ...metadata(made.metadata.name!), annotations: made.metadata.annotations! },
    spec: made.spec,
    status: { conditions: [{ type: 'Ready', status, ...(status === 'False' ? { reason: 'Odd' } : {}) }] },
  }
}
const service = (
  number: number,
  traffic: readonly TrafficTarget[],
  state: Partial<ServiceState> = {},
  ready: 'True' | 'False' | 'Unknown' = 'True',
): KnativeService => ({
  metadata: {
    ...metadata('fn'),
    labels: functionLabels('f-1'),
    annotations: writeState({ lastRevision: number, failed: [], ...state }),
  },
  spec: { template: template(number) },
  status: { url: 'http://fn.ns.test', traffic, conditions: [{ type: 'Ready', status: ready }] },
})
const recordOf = (seen: KnativeService, revisions: readonly KnativeRevision[], pods: readonly KubePod[] = []) =>
  toFunctionRecord({ projectId: 'p', functionId: 'f-1', service: seen, revisions, pods })!

describe('the record of a Knative Service', () => {
  it('is that of the revision which takes the calls', () => {
    const traffic = [{ revisionName: 'fn-00001', percent: 100 }]
    const record = recordOf(service(2, traffic), [revision(1, 'True'), revision(2, 'Unknown')])
    assert.deepEqual([record.id, record.status, record.serving, record.url], ['f-1', 'ready', 1, 'http://fn.ns.test'])
    assert.deepEqual(record.spec.environment, { N: '1' })
    assert.deepEqual(
      record.revisions.map(({ number, status, percent }) => [number, status, percent]),
      [
        [2, 'deploying', 0],
        [1, 'ready', 100],
      ],
    )
  })

  it('tells the shares and tags of a split, and the largest share serves', () => {
    const traffic = [
      { revisionName: 'fn-00001', percent: 90 },
      { revisionName: 'fn-00002', percent: 10 },
      { revisionName: 'fn-00002', percent: 0, tag: 'next', url: 'http://next-fn.ns.test' },
    ]
    const { serving, revisions } = recordOf(service(2, traffic), [revision(1, 'True'), revision(2, 'True')])
    assert.equal(serving, 1)
    assert.deepEqual(
      revisions.map(({ percent, tag, tagUrl }) => [percent, tag, tagUrl]),
      [
        [10, 'next', 'http://next-fn.ns.test'],
        [90, undefined, undefined],
      ],
    )
  })

  it('is deploying as long as a deployment is noted on it', () => {
    const deployment = { revision: 2, startedAt: 1, created: false }
    const traffic = [{ revisionName: 'fn-00001', percent: 100 }]
    assert.equal(recordOf(service(2, traffic, { deployment }), [revision(1, 'True')]).status, 'deploying')
  })

  it('lists a revision that failed though it is gone, and says why while it is the newest', () => {
    const failed = [{ ...factsOf(functionSpec(), revisionOf(2)), reason: 'It can not.' }]
    const traffic = [{ revisionName: 'fn-00001', percent: 100 }]
    const record = recordOf(service(1, traffic, { lastRevision: 2, failed }), [revision(1, 'True')])
    assert.deepEqual([record.status, record.reason], ['ready', 'It can not.'])
    assert.deepEqual(
      record.revisions.map(({ number, status, reason }) => [number, status, reason]),
      [
        [2, 'failed', 'It can not.'],
        [1, 'ready', undefined],
      ],
    )
    const later = recordOf(service(3, [{ revisionName: 'fn-00003', percent: 100 }], { failed }), [revision(3, 'True')])
    assert.equal(later.reason, undefined)
  })

  it('is failed when nothing serves and nothing is under way', () => {
    const record = recordOf(service(1, [], {}, 'False'), [revision(1, 'False')])
    assert.deepEqual([record.status, record.serving, record.revisions[0]!.status], ['failed', 0, 'failed'])
  })

  it('is failed when the gateway has seen so, before Knative has', () => {
    const failed = [{ ...factsOf(functionSpec(), revisionOf(1)), reason: 'It can not.' }]
    const record = recordOf(service(1, [], { failed }, 'Unknown'), [revision(1, 'Unknown')])
    assert.deepEqual([record.status, record.reason, record.revisions.length], ['failed', 'It can not.', 1])
  })

  it('counts the pods that take calls', () => {
    const pod = (name: string, ready: 'True' | 'False', deletionTimestamp?: string): KubePod => ({
      metadata: { ...metadata(name), ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) },
      spec: { containers: [] },
      status: { conditions: [{ type: 'Ready', status: ready }] },
    })
    const pods = [pod('a', 'True'), pod('b', 'False'), pod('c', 'True', at)]
    const traffic = [{ revisionName: 'fn-00001', percent: 100 }]
    assert.equal(recordOf(service(1, traffic), [revision(1, 'True')], pods).replicas, 1)
  })

  it('is none for a Service whose revisions Hexabase did not make', () => {
    const foreign = { ...service(1, []), spec: { template: { metadata: {}, spec: { containers: [] } } } }
    assert.equal(
      toFunctionRecord({ projectId: 'p', functionId: 'f-1', service: foreign, revisions: [], pods: [] }),
      undefined,
    )
  })
})
