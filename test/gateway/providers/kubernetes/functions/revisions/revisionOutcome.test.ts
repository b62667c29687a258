import assert from 'node:assert/strict'
import { HksError } from '../../../../../../src/contract/errors.ts'
import { deployWords, explainFailure } from '../../../../../../src/gateway/domain/deployFailure.ts'
import type { KubeObject } from '../../../../../../src/gateway/providers/kubernetes/client/kubeObject.ts'
import type {
  KnativeRevision,
  KnativeService,
} from '../../../../../../src/gateway/providers/kubernetes/functions/objects/knativeObjects.ts'
import type {
  Condition,
  ContainerState,
  KubePod,
} from '../../../../../../src/gateway/providers/kubernetes/objects/coreV1.ts'
import { terminationFailure } from '../../../../../../src/gateway/providers/kubernetes/functions/revisions/revisionFailure.ts'
import {
  failureOf,
  revisionOutcome,
} from '../../../../../../src/gateway/providers/kubernetes/functions/revisions/revisionOutcome.ts'

const metadata = (name: string): KubeObject['metadata'] => ({
  name,
  uid: name,
  resourceVersion: '1',
  generation: 2,
  creationTimestamp: '2026-01-01T00:00:00Z',
})
const is = (type: string, status: Condition['status'], reason?: string, message?: string): Condition => ({
  type,
  status,
  ...(reason === undefined ? {} : { reason }),
  ...(message === undefined ? {} : { message }),
})
const service = (status: KnativeService['status'] = {}): KnativeService => ({
  metadata: metadata('fn'),
  spec: { template: { metadata: { name: 'fn-00002' }, spec: { containers: [] } } },
  status: { observedGeneration: 2, ...status },
})
const revision = (...conditions: Condition[]): KnativeRevision => ({
  metadata: metadata('fn-00002'),
  spec: { containers: [] },
  status: { conditions },
})
const pod = (state: ContainerState, lastState?: ContainerState): KubePod => ({
  metadata: metadata('fn-00002-x'),
  spec: { containers: [] },
  status: {
    containerStatuses: [
      { name: 'function', restartCount: lastState ? 1 : 0, state, ...(lastState ? { lastState } : {}) },
    ],
  },
})

describe('the outcome of a revision', () => {
  const ready = revision(is('Ready', 'True'))
  const all = [{ revisionName: 'fn-00002', percent: 100 }]

  it('is that it serves when all calls are led to it, and not before', () => {
    const routed = { traffic: all, conditions: [is('RoutesReady', 'True')] }
    const of = (status: KnativeService['status']) =>
      revisionOutcome({ service: service(status), revision: ready, pods: [] }, 'fn-00002').kind
    assert.equal(of(routed), 'serving')
    assert.equal(of({ ...routed, observedGeneration: 1 }), 'ready')
    assert.equal(of({ ...routed, conditions: [is('RoutesReady', 'Unknown')] }), 'ready')
    assert.equal(of({ ...routed, traffic: [{ revisionName: 'fn-00001', percent: 100 }] }), 'ready')
    assert.equal(of({ ...routed, traffic: [{ ...all[0]!, percent: 50 }] }), 'ready')
  })

  it('is that it ended when its program did, also when it has been started again', () => {
    const terminated = { exitCode: 1, message: 'LOAD_FAILED Error: no' }
    const of = (...states: Parameters<typeof pod>) =>
      revisionOutcome({ service: service(), revision: revision(), pods: [pod(...states)] }, 'fn-00002')
    const first = [{ terminated }] as const
    assert.deepEqual(of(...first), { kind: 'ended', pod: pod(...first), terminated, restarted: false })
    const again = [{ waiting: { reason: 'CrashLoopBackOff' } }, { terminated }] as const
    assert.deepEqual(of(...again), { kind: 'ended', pod: pod(...again), terminated, restarted: true })
  })

  it('waits for what time may mend, and says for what', () => {
    const of = (seen: KnativeRevision, ...pods: KubePod[]) =>
      revisionOutcome({ service: service(), revision: seen, pods }, 'fn-00002')
    assert.deepEqual(of(revision(), pod({ waiting: { reason: 'ContainerCreating' } })), { kind: 'starting' })
    assert.deepEqual(of(revision(), pod({ waiting: { reason: 'ErrImagePull', message: 'no route' } })), {
      kind: 'starting',
      waiting: 'The image can not be pulled: no route.',
    })
    assert.deepEqual(of(revision(is('ResourcesAvailable', 'False', 'Unschedulable', '0/1 nodes: no memory'))), {
      kind: 'starting',
      waiting: 'No node has room for it: 0/1 nodes: no memory.',
    })
  })

  it('quotes a container as far as somebody has masked what it printed', () => {
    const said = 'Container failed with: KeyError: no elephant'
    const failing = revision(is('ContainerHealthy', 'False', 'ExitCode3', said))
    const of = (seen: KnativeRevision) => revisionOutcome({ service: service(), revision: seen, pods: [] }, 'fn-00002')
    assert.deepEqual(of(failing), { kind: 'starting', waiting: `ExitCode3: ${said}.` })
    const facts = JSON.stringify({ number: 2, runtime: 'image', image: 'shop:1' })
    const given = { ...failing, metadata: { ...failing.metadata, annotations: { 'hexabase.io/revision': facts } } }
    assert.deepEqual(of(given), { kind: 'starting', waiting: 'ExitCode3: Container failed.' })
  })

  it('is a refusal, in words, where no time mends it', () => {
    const of = (seen: KnativeRevision, ...pods: KubePod[]) =>
      revisionOutcome({ service: service(), revision: seen, pods }, 'fn-00002')
    const missing = revision(is('ContainerHealthy', 'False', 'ContainerMissing', 'Unable to fetch image "x"'))
    assert.deepEqual(of(missing), {
      kind: 'refused',
      reason: 'The image can not be found: Unable to fetch image "x".',
    })
    const waiting = { reason: 'CreateContainerConfigError', message: 'secret "mail" not found' }
    assert.deepEqual(of(revision(), pod({ waiting })), {
      kind: 'refused',
      reason: 'The container can not be made: secret "mail" not found.',
    })
    for (const message of [
      'container has runAsNonRoot and image will run as root (pod: "x", container: function)',
      'container has runAsNonRoot and image has non-numeric user (node), cannot verify user is non-root (pod: "x")',
    ])
      assert.deepEqual(of(revision(), pod({ waiting: { reason: 'CreateContainerConfigError', message } })), {
        kind: 'refused',
        reason:
          'The image runs as root, or as a user that it does not name by number; it needs one such as USER 65532 in its Dockerfile.',
      })
  })

  it('is told as the deployment of a laptop would tell it', () => {
    const words = deployWords({ number: 2 })
    const terminated = { exitCode: 1, message: 'SOURCE_INVALID SyntaxError: Unexpected token (at index.mjs:2:5)\n' }
    const syntax = explainFailure(
      failureOf({ kind: 'ended', pod: pod({ terminated }), terminated, restarted: false }, 2, []),
      words,
    )
    assert.equal(syntax.code, 'INVALID_SOURCE')
    assert.deepEqual(syntax.details, {
      field: 'source',
      file: 'index.mjs',
      line: 2,
      column: 5,
      message: 'Unexpected token',
    })
    const refused = explainFailure(failureOf({ kind: 'refused', reason: 'No.' }, 2, []), words)
    assert.ok(refused instanceof HksError)
    assert.deepEqual([refused.code, refused.message], ['DEPLOY_FAILED', 'Revision 2 can not serve: No.'])
  })
})

describe('what a program says when it can not serve', () => {
  it('is an exception with its stack, behind what the code printed', () => {
    const message =
      'LOAD_FAILED TypeError: x is not (a) function (at src/app.mjs:7)\nTypeError: x\n    at src/app.mjs:7:1\n'
    const failure = terminationFailure({ exitCode: 1, message }, ['before', 'TypeError: x', '    at src/app.mjs:7:1'])
    assert.deepEqual([failure.type, failure.message], ['TypeError', 'x is not (a) function'])
    assert.deepEqual(failure.context, {
      place: { file: 'src/app.mjs', line: 7 },
      isSyntaxError: false,
      printed: ['before'],
      trace: ['TypeError: x', '    at src/app.mjs:7:1'],
    })
  })

  it('is its exit code where it says nothing', () => {
    assert.match(terminationFailure({ exitCode: 9 }, []).message, /exit code 9/)
    assert.match(terminationFailure({ exitCode: 137, reason: 'OOMKilled' }, []).message, /more memory than its limit/)
  })
})
