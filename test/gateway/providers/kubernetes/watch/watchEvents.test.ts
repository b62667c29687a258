import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { KubeObject } from '../../../../../src/gateway/providers/kubernetes/client/kubeObject.ts'
import { createHeldObjects } from '../../../../../src/gateway/providers/kubernetes/watch/heldObjects.ts'
import { trimObject } from '../../../../../src/gateway/providers/kubernetes/watch/trimObject.ts'
import type { CollectionEvent } from '../../../../../src/gateway/providers/kubernetes/watch/watchedCollection.ts'
import { watchEvents, type WatchEvent } from '../../../../../src/gateway/providers/kubernetes/watch/watchEvents.ts'

const path = '/api/v1/namespaces/team-a/pods'

/** Names of objects by their UIDs: two had one name, as one that was deleted and made again. */
const names = { 1: 'a', 2: 'a', 3: 'b', 4: 'ü' }

const objects = fc.tuple(fc.constantFrom('1', '2', '3', '4'), fc.nat(5)).map(([uid, version]): KubeObject => {
  const name = names[uid]
  return { metadata: { name, uid, resourceVersion: `${version}`, creationTimestamp: '2026-01-01T00:00:00Z' } }
})

describe('the events of a watch', () => {
  it('are the same however their bytes arrive', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'), objects), { maxLength: 8 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
        async (events, sizes) => {
          const bytes = Buffer.from(events.map(([type, object]) => `${JSON.stringify({ type, object })}\n`).join(''))
          async function* chunks() {
            for (let at = 0; at < bytes.length; ) {
              const size = sizes.next().value as number
              yield bytes.subarray(at, at + size)
              at += size
            }
          }
          const read: WatchEvent<KubeObject>[] = []
          for await (const some of watchEvents<KubeObject>(chunks(), 'https://x', path)) read.push(...some)
          assert.deepEqual(
            read,
            events.map(([type, object]) => ({ type, object })),
          )
        },
      ),
    ))
})

describe('held objects', () => {
  it('are what the events that they told make of nothing, after whatever came', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.tuple(fc.constant('put' as const), objects),
            fc.tuple(fc.constant('delete' as const), objects),
            fc.tuple(fc.constant('replace' as const), fc.array(objects)),
          ),
        ),
        steps => {
          const told = new Map<string, KubeObject>()
          const held = createHeldObjects<KubeObject>(({ type, object, previous }: CollectionEvent<KubeObject>) => {
            assert.equal(previous, told.get(object.metadata.uid))
            if (type === 'put') told.set(object.metadata.uid, object)
            else told.delete(object.metadata.uid)
          })
          for (const [step, what] of steps) {
            if (step === 'replace') {
              const all = new Map(what.map(object => [object.metadata.uid, object]))
              held.replace(all)
              assert.deepEqual(new Set(held.list().map(({ metadata }) => metadata.uid)), new Set(all.keys()))
            } else held[step](what)
            assert.deepEqual(new Set(held.list()), new Set(told.values()))
            for (const [uid, object] of told) assert.equal(held.get(uid), object)
            const known = held.byName('a')
            if (known) assert.ok(told.has(known.metadata.uid) && known.metadata.name === 'a')
          }
        },
      ),
    ))

  it('lose managed fields and what kubectl applied last, and keep the rest', () => {
    const metadata = { name: 'a', uid: '1', resourceVersion: '1', creationTimestamp: 'x' }
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', kept: 'yes' }
    const object = { metadata: { ...metadata, managedFields: [{}], annotations }, spec: { a: 1 } }
    assert.deepEqual(trimObject(object), { metadata: { ...metadata, annotations: { kept: 'yes' } }, spec: { a: 1 } })
    assert.deepEqual(trimObject({ metadata: { ...metadata, managedFields: [] } }), { metadata })
  })
})
