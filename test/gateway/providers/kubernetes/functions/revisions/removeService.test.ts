import assert from 'node:assert/strict'
import type { FunctionSight } from '../../../../../../src/gateway/providers/kubernetes/functions/functionRecord.ts'
import { lookUntil } from '../../../../../../src/gateway/providers/kubernetes/functions/lookUntil.ts'
import type { KnativeService } from '../../../../../../src/gateway/providers/kubernetes/functions/objects/knativeObjects.ts'
import { removeService } from '../../../../../../src/gateway/providers/kubernetes/functions/revisions/removeService.ts'
import { eventually } from '../../../../../support/eventually.ts'
import { kubePod } from '../../objects.ts'

const service = { metadata: { name: 'shop', uid: 'u-1' } } as KnativeService
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
        service,
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

describe('the removal of a Service', () => {
  it('ends pods only when the cluster deletes them, so that none is replaced, and is over when all is gone', async () => {
    const cluster = fakeCluster()
    const removed = cluster.remove()
    await eventually(async () => assert.deepEqual(cluster.asked, ['remove services shop u-1 true']))
    cluster.become({ revisions: [] })
    assert.equal(cluster.asked.length, 1)
    cluster.become({ pods: [pod({ deletionTimestamp: '2026-01-01T00:00:00Z' })] })
    await eventually(async () => assert.deepEqual(cluster.asked.slice(1), ['end service shop']))
    cluster.become(undefined)
    await removed
    assert.deepEqual(cluster.asked.length, 2)
  })

  it('ends them all the same, again and again, where the cluster is slow', async () => {
    const cluster = fakeCluster()
    const removed = cluster.remove()
    await eventually(
      async () => assert.ok(cluster.asked.filter(what => what === 'end service shop').length >= 2),
      10_000,
    )
    cluster.become(undefined)
    await removed
  }).timeout(15_000)

  it('is given up with the gateway', async () => {
    const cluster = fakeCluster()
    const removed = cluster.remove()
    const reason = new Error('The gateway stops.')
    cluster.abort(reason)
    await assert.rejects(removed, reason)
  })
})
