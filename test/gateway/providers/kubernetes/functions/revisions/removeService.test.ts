import assert from 'node:assert/strict'
import type { FunctionSight } from '../../../../../../src/gateway/providers/kubernetes/functions/functionRecord.ts'
import { lookUntil } from '../../../../../../src/gateway/providers/kubernetes/functions/lookUntil.ts'
import { annotations } from '../../../../../../src/gateway/providers/kubernetes/functions/objects/functionNames.ts'
import type {
  KnativeRevision,
  KnativeService,
} from '../../../../../../src/gateway/providers/kubernetes/functions/objects/knativeObjects.ts'
import {
  type FailedRevision,
  writeState,
} from '../../../../../../src/gateway/providers/kubernetes/functions/objects/serviceState.ts'
import { removeService } from '../../../../../../src/gateway/providers/kubernetes/functions/revisions/removeService.ts'
import { eventually } from '../../../../../support/eventually.ts'
import { kubePod } from '../../objects.ts'

const factsOf = (number: number) => ({ id: `${number}${'0'.repeat(8)}`, number, runtime: 'node' })
const annotated = (facts: object) => ({ annotations: { [annotations.revision]: JSON.stringify(facts) } })
const failed = { ...factsOf(2), reason: 'boom' } as unknown as FailedRevision
const service = {
  metadata: { name: 'shop', uid: 'u-1', annotations: writeState({ lastRevision: 3, failed: [failed] }) },
  spec: { template: { metadata: { name: 'shop-00003', ...annotated(factsOf(3)) }, spec: { containers: [] } } },
} as unknown as KnativeService
const revisions = [
  { metadata: annotated(factsOf(1)) },
  { metadata: annotated(factsOf(3)) },
] as unknown as KnativeRevision[]
const pod = (metadata: object = {}) => {
  const made = kubePod({}, { containers: [{ name: 'function', image: 'shop:1' }] })
  return { ...made, metadata: { ...made.metadata, ...metadata } }
}

/** A cluster that a test moves on; what is asked of it, in order. */
function fakeCluster() {
  let sight: FunctionSight | undefined = { projectId: 'p', functionId: 'f', service, revisions: [], pods: [pod()] }
  const listeners = new Set<(id: string) => void>()
  const asked: string[] = []
  const signal = new AbortController()
  return {
    asked,
    abort: (reason: unknown) => signal.abort(reason),
    become: (next: Partial<FunctionSight> | undefined) => {
      sight = next && { ...sight!, ...next }
      for (const listener of listeners) listener('f')
    },
    remove: () =>
      removeService(
        'f',
        { service, revisions },
        {
          remove: async (kind, name, { uid, foreground } = {}) =>
            void asked.push(`remove ${kind} ${name} ${uid} ${foreground}`),
          endPods: async (label, name) => void asked.push(`end ${label} ${name}`),
        },
        {
          until: (id, look, waiting) =>
            lookUntil(
              listener => {
                listeners.add(listener)
                return { [Symbol.dispose]: () => void listeners.delete(listener) }
              },
              id,
              () => look(sight),
              waiting,
            ),
        },
        signal.signal,
      ),
  }
}

const ended = pod({ deletionTimestamp: '2026-01-01T00:00:00Z' })

describe('the removal of a Service', () => {
  it('ends the pods, and those that replace them soon after they are seen, and is over when all is gone', async () => {
    const cluster = fakeCluster()
    const removed = cluster.remove()
    cluster.become({ pods: [ended] })
    await eventually(async () => assert.deepEqual(cluster.asked, ['remove services shop u-1 true', 'end service shop']))
    cluster.become({ pods: [ended, pod()] })
    await eventually(async () => assert.deepEqual(cluster.asked.slice(2), ['end service shop']))
    cluster.become(undefined)
    await removed
    assert.deepEqual(cluster.asked.slice(3), [
      'remove configmaps shop-00003-30000000-source undefined undefined',
      'remove configmaps shop-00001-10000000-source undefined undefined',
      'remove configmaps shop-00002-20000000-source undefined undefined',
    ])
  })

  it('looks again now and then though no pod is seen', async () => {
    const cluster = fakeCluster()
    const removed = cluster.remove()
    cluster.become({ pods: [] })
    await eventually(async () => assert.equal(cluster.asked.length, 3))
    cluster.become(undefined)
    await removed
  })

  it('is given up with the gateway', async () => {
    const cluster = fakeCluster()
    const removed = cluster.remove()
    const reason = new Error('The gateway stops.')
    cluster.abort(reason)
    await assert.rejects(removed, reason)
  })
})
