import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { KubeClient } from '../../../../../src/gateway/providers/kubernetes/client/kubeClient.ts'
import type { KubeObject } from '../../../../../src/gateway/providers/kubernetes/client/kubeObject.ts'
import { createWatchedCollection } from '../../../../../src/gateway/providers/kubernetes/watch/createWatchedCollection.ts'
import type { WatchedCollection } from '../../../../../src/gateway/providers/kubernetes/watch/watchedCollection.ts'
import { eventually } from '../../../../support/eventually.ts'
import { createFakeClock, type FakeClock } from '../../../../support/fakeClock.ts'
import { wireClient } from '../support/wireClient.ts'
import { answerJson, answerStatus, wireServer, type WireServer } from '../support/wireServer.ts'

const path = '/api/v1/namespaces/team-a/configmaps'

/** An object of the server. */
const object = (name: string, version: number, uid = `uid-${name}`): KubeObject => ({
  metadata: { name, uid, resourceVersion: String(version), creationTimestamp: '2026-01-01T00:00:00Z' },
})

const line = (type: string, value: object): string => `${JSON.stringify({ type, object: value })}\n`

describe('a watched collection', () => {
  let server: WireServer
  let client: KubeClient
  let clock: FakeClock
  let items: KubeObject[]
  let version: number
  let watches: ServerResponse[]
  let onList: (request: IncomingMessage, response: ServerResponse) => boolean
  let onWatch: (request: IncomingMessage, response: ServerResponse) => boolean
  const open: Disposable[] = []

  beforeEach(async () => {
    items = [object('a', 1), object('b', 2)]
    version = 10
    watches = []
    onList = () => false
    onWatch = () => false
    clock = createFakeClock('2026-01-01T00:00:00Z')
    server = await wireServer((request, response) => {
      if (!request.url!.includes('watch=true')) {
        if (onList(request, response)) return
        answerJson(response, 200, { metadata: { resourceVersion: String(version) }, items })
      } else if (!onWatch(request, response)) {
        response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders()
        watches.push(response)
      }
    })
    client = await wireClient(server.url)
  })
  afterEach(async () => {
    for (const one of open.splice(0)) one[Symbol.dispose]()
    client[Symbol.dispose]()
    await server[Symbol.asyncDispose]()
  })

  /** A collection whose changes are recorded as `put a 3` or `delete a 3`. */
  const followed = (): { collection: WatchedCollection<KubeObject>; told: string[] } => {
    const collection = createWatchedCollection<KubeObject>({ client, clock, path, keep: one => one, random: () => 0.5 })
    open.push(collection)
    const told: string[] = []
    collection.subscribe(({ type, object: one }) =>
      told.push(`${type} ${one.metadata.name} ${one.metadata.resourceVersion}`),
    )
    return { collection, told }
  }
  const watching = (count = 1) => eventually(() => assert.equal(watches.length, count))

  it('holds what was listed and follows each change in order', async () => {
    const { collection, told } = followed()
    await collection.ready()
    assert.deepEqual(
      collection.list().map(one => one.metadata.name),
      ['a', 'b'],
    )
    const before = collection.list()
    assert.equal(collection.list(), before)
    await watching()
    watches[0]!.write(
      line('ADDED', object('c', 11)) + line('MODIFIED', object('a', 12)) + line('DELETED', object('b', 13)),
    )
    await eventually(() => assert.deepEqual(told, ['put c 11', 'put a 12', 'delete b 13']))
    assert.notEqual(collection.list(), before)
    assert.equal(collection.byName('b'), undefined)
    assert.equal(collection.get('uid-a')?.metadata.resourceVersion, '12')
    assert.deepEqual(told.length, 3)
  })

  it('goes on from the last version after a cut, and loses and repeats nothing', async () => {
    const { collection, told } = followed()
    await collection.ready()
    await watching()
    watches[0]!.write(line('ADDED', object('c', 11)) + line('BOOKMARK', object('', 20)))
    await eventually(() => assert.deepEqual(told, ['put c 11']))
    watches[0]!.write('{"type":"ADDED","object":{"meta', () => watches[0]!.destroy())
    await eventually(() => assert.ok(clock.waiting() > 0))
    await eventually(async () => {
      await clock.advanceTo(clock.now() + 1000)
      assert.equal(watches.length, 2)
    })
    assert.match(server.requests.at(-1)!, /resourceVersion=20&/)
    assert.deepEqual(collection.state(), { synced: true })
    watches[1]!.write(line('ADDED', object('d', 21)))
    await eventually(() => assert.deepEqual(told, ['put c 11', 'put d 21']))
    assert.equal(server.requests.filter(request => !request.includes('watch=true')).length, 1)
  })

  it('lists again when the server has forgotten the version, and tells only the differences', async () => {
    const { collection, told } = followed()
    await collection.ready()
    await watching()
    items = [object('a', 1), object('b', 30, 'uid-b-again'), object('c', 31)]
    version = 40
    watches[0]!.write(line('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }))
    await eventually(async () => {
      await clock.advanceTo(clock.now() + 1000)
      assert.equal(watches.length, 2)
    })
    assert.deepEqual(told, ['delete b 2', 'put b 30', 'put c 31'])
    assert.equal(collection.byName('b')?.metadata.uid, 'uid-b-again')
    assert.match(server.requests.at(-1)!, /resourceVersion=40&/)
  })

  it('reads long lists in pages, and begins anew when a page has expired', async () => {
    let pages = 0
    onList = (request, response) => {
      pages++
      const next = new URL(request.url!, 'https://x').searchParams.get('continue')
      if (next === 'old') answerStatus(response, 410, 'Expired')
      else if (next === null)
        answerJson(response, 200, {
          metadata: { resourceVersion: '5', continue: pages === 1 ? 'old' : 'new' },
          items: [object(`first${pages}`, 1)],
        })
      else answerJson(response, 200, { metadata: { resourceVersion: '5' }, items: [object('last', 2)] })
      return true
    }
    const { collection } = followed()
    await collection.ready()
    assert.deepEqual(
      collection.list().map(one => one.metadata.name),
      ['first3', 'last'],
    )
    assert.match(server.requests[0]!, /limit=500/)
  })
})
