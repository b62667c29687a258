import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { HksError } from '../../../../../src/contract/errors.ts'
import { createKubeClient } from '../../../../../src/gateway/providers/kubernetes/client/createKubeClient.ts'
import type { KubeClient } from '../../../../../src/gateway/providers/kubernetes/client/kubeClient.ts'
import type { KubeObject } from '../../../../../src/gateway/providers/kubernetes/client/kubeObject.ts'
import { loadKubeConfig } from '../../../../../src/gateway/providers/kubernetes/client/loadKubeConfig.ts'
import { createWatchedCollection } from '../../../../../src/gateway/providers/kubernetes/watch/createWatchedCollection.ts'
import type { WatchedCollection } from '../../../../../src/gateway/providers/kubernetes/watch/watchedCollection.ts'
import { eventually } from '../../../../support/eventually.ts'
import { createFakeClock, type FakeClock } from '../../../../support/fakeClock.ts'
import { environment, wireClient, writtenKubeConfig } from '../support/wireClient.ts'
import { answerJson, answerStatus, wireServer, type WireServer } from '../support/wireServer.ts'

const path = '/api/v1/namespaces/team-a/configmaps'

/** An object of the server. */
const object = (name: string, version: number, uid = `uid-${name}`): KubeObject => ({
  metadata: { name, uid, resourceVersion: String(version), creationTimestamp: '2026-01-01T00:00:00Z' },
})

const line = (type: string, value: object): string => `${JSON.stringify({ type, object: value })}\n`

describe('a watched collection', function () {
  this.timeout(60_000)
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
    client = await wireClient(server.url, { now: () => clock.now() })
  })
  afterEach(async () => {
    for (const one of open.splice(0)) one[Symbol.dispose]()
    client[Symbol.dispose]()
    await server[Symbol.asyncDispose]()
  })

  /** A collection whose changes are recorded as `put a 3` or `delete a 3`. */
  const followed = (prepare?: () => Promise<void>): { collection: WatchedCollection<KubeObject>; told: string[] } => {
    const collection = createWatchedCollection<KubeObject>({
      ...{ client, clock, path, keep: (one: KubeObject) => one, random: () => 0.5 },
      ...(prepare ? { prepare } : {}),
    })
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

  it('tries at once what failed when it is told to, and goes on from there', async () => {
    let lists = 0
    onList = (_request, response) => {
      if (++lists > 1) return false
      answerStatus(response, 404, 'NotFound')
      return true
    }
    const { collection } = followed()
    await assert.rejects(collection.ready(), { code: 'NOT_FOUND' })
    assert.equal(collection.state().error?.code, 'NOT_FOUND')
    collection.retry()
    await collection.ready()
    await watching()
    assert.deepEqual([lists, collection.state()], [2, { synced: true }])
    collection.retry()
    assert.deepEqual([lists, watches.length], [2, 1])
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

  /** Moves the clock on until something holds, a second at a time; what a second sets off has a moment to be answered. */
  const until = async (holds: () => void): Promise<void> => {
    for (let seconds = 0; ; seconds++) {
      try {
        return holds()
      } catch (error) {
        if (seconds > 1000) throw error
      }
      await clock.advanceTo(clock.now() + 1000)
      await delay(5)
    }
  }

  it('makes a watch anew in which nothing has come for longer than bookmarks are apart', async () => {
    const { collection } = followed()
    await collection.ready()
    await watching()
    watches[0]!.write(line('BOOKMARK', object('', 20)))
    await eventually(() => assert.equal(clock.waiting(), 1))
    const quiet = clock.now()
    await until(() => assert.equal(watches.length, 2))
    assert.ok(clock.now() - quiet >= 90_000)
    assert.match(server.requests.at(-1)!, /resourceVersion=20&/)
    assert.deepEqual(collection.state(), { synced: true })
  })

  it('ends what else is silent on the same client, such as a log, so that it is made anew, too', async () => {
    onList = ({ url }, response) => {
      if (url !== '/log') return false
      response.writeHead(200).write('a line')
      return true
    }
    const log = (await client.stream('/log'))[Symbol.asyncIterator]()
    await log.next()
    const { collection } = followed()
    await collection.ready()
    await watching()
    let failure: unknown
    log.next().catch((error: unknown) => (failure = error))
    await until(() => assert.equal(watches.length, 2))
    await eventually(() => assert.match(String(failure), /has sent nothing for 15 s/))
    assert.deepEqual(collection.state(), { synced: true })
  })

  it('asks a server that is away for 30 s a handful of times, and says why meanwhile', async () => {
    const { collection } = followed()
    const states: string[] = []
    collection.onState(({ error }) => states.push(error?.message ?? 'fine'))
    await collection.ready()
    await watching()
    onWatch = (_, response) => {
      answerStatus(response, 503, 'ServiceUnavailable')
      return true
    }
    const before = server.requests.length
    const away = clock.now()
    watches[0]!.destroy()
    await until(() => assert.ok(clock.now() - away > 30_000))
    assert.ok(server.requests.length - before <= 7, `${server.requests.length - before} requests`)
    assert.match(collection.state().error!.message, /answered 503/)
    assert.equal(collection.list().length, 2)
    onWatch = () => false
    await until(() => assert.equal(watches.length, 2))
    assert.equal(collection.state().error, undefined)
    assert.deepEqual(states.map(text => text.replace(/.* answered/, 'answered')).slice(0, 3), [
      'fine',
      'answered 503: ServiceUnavailable',
      'answered 503: ServiceUnavailable',
    ])
    assert.equal(states.at(-1), 'fine')
  })

  it('waits longer and longer for a server that ends each watch at once', async () => {
    onWatch = (_, response) => {
      response.writeHead(200).end()
      return true
    }
    const { collection } = followed()
    await collection.ready()
    const began = clock.now()
    await until(() => assert.ok(clock.now() - began > 60_000))
    assert.ok(server.requests.length <= 9, server.requests.join('\n'))
  })

  it('takes a watch that the server ends in time for no failure', async () => {
    const { collection } = followed()
    await collection.ready()
    await watching()
    await clock.advanceTo(clock.now() + 60_000)
    watches[0]!.end(line('ADDED', object('c', 11)))
    await watching(2)
    assert.match(server.requests.at(-1)!, /resourceVersion=11&/)
  })

  it('goes on from the last good event when a line is none', async () => {
    const { collection, told } = followed()
    await collection.ready()
    await watching()
    watches[0]!.write(line('ADDED', object('c', 11)))
    await eventually(() => assert.deepEqual(told, ['put c 11']))
    watches[0]!.write('<html>Bad gateway</html>\n')
    await until(() => assert.equal(watches.length, 2))
    assert.match(server.requests.at(-1)!, /resourceVersion=11&/)
  })

  it('lists from time to time for a user who may not watch, and says so', async () => {
    onWatch = (_, response) => {
      answerStatus(response, 403, 'Forbidden')
      return true
    }
    const { collection, told } = followed()
    await collection.ready()
    await until(() =>
      assert.equal(collection.state().error?.message, 'You may not watch configmaps in the namespace "team-a".'),
    )
    items = [object('a', 1)]
    const began = clock.now()
    await until(() => assert.deepEqual(told, ['delete b 2']))
    assert.ok(clock.now() - began <= 34_000)
    assert.equal(collection.state().error?.code, 'FORBIDDEN')
    await until(() => assert.ok(clock.now() - began > 600_000))
    const kinds = server.requests.map(request => (request.includes('watch=true') ? 'watch' : 'list'))
    assert.ok(kinds.length <= 25, kinds.join())
    assert.ok(kinds.filter(kind => kind === 'watch').length >= 2, kinds.join())
    // What else goes wrong is told while it does.
    onList = (_, response) => {
      answerStatus(response, 503, 'ServiceUnavailable')
      return true
    }
    await until(() => assert.equal(collection.state().error?.code, 'CONNECTION_FAILED'))
    onList = () => false
    await until(() => assert.equal(collection.state().error?.code, 'FORBIDDEN'))
    // Once the user may, it is watched again.
    onWatch = () => false
    await until(() => assert.equal(watches.length, 1))
    assert.deepEqual(collection.state(), { synced: true })
  })

  it('is ready once it was listed, and says why it is not', async () => {
    onList = (_, response) => {
      answerStatus(response, 403, 'Forbidden', { message: 'User "jane" cannot list' })
      return true
    }
    const { collection } = followed()
    await assert.rejects(collection.ready(), { code: 'FORBIDDEN', message: /^"jane" may not list configmaps/ })
    assert.equal(collection.state().synced, false)
    onList = () => false
    const ready = collection.ready()
    await until(() => assert.equal(collection.state().synced, true))
    await ready
  })

  it('lists only when what it needs is prepared, and tells and tries again where that fails', async () => {
    let prepared = 0
    let lists = 0
    onList = () => {
      assert.equal(prepared, 2)
      lists++
      return false
    }
    const { collection } = followed(async () => {
      prepared++
      if (prepared === 1) throw new HksError('STORE_FAILED', 'The disk is full.')
    })
    await assert.rejects(collection.ready(), { code: 'STORE_FAILED' })
    assert.equal(lists, 0)
    collection.retry()
    await collection.ready()
    assert.deepEqual([lists, collection.list().length, collection.state()], [1, 2, { synced: true }])
  })

  it('tells nothing more to who disposes it while it tells', async () => {
    const { collection, told } = followed()
    await collection.ready()
    await watching()
    collection.subscribe(() => collection[Symbol.dispose]())
    watches[0]!.write(line('ADDED', object('c', 11)) + line('ADDED', object('d', 12)))
    await eventually(() => assert.deepEqual(told, ['put c 11']))
    await eventually(() => assert.ok(watches[0]!.closed))
    assert.deepEqual(told, ['put c 11'])
  })

  it('asks for nothing more once it is disposed', async () => {
    const { collection } = followed()
    await collection.ready()
    await watching()
    const closed = new Promise(resolve => watches[0]!.once('close', resolve))
    collection[Symbol.dispose]()
    await closed
    const asked = server.requests.length
    await clock.advanceTo(clock.now() + 600_000)
    assert.equal(server.requests.length, asked)
    assert.equal(clock.waiting(), 0)
  })

  it('lets nobody wait for a list that does not come any more', async () => {
    onList = () => true
    const { collection } = followed()
    const ready = collection.ready()
    await eventually(() => assert.equal(server.requests.length, 1))
    collection[Symbol.dispose]()
    await assert.rejects(ready, { code: 'CANCELLED' })
    await assert.rejects(collection.ready(), { code: 'CANCELLED' })
  })

  it('lists anew, as another user may see something else, when the kubeconfig leads elsewhere', async () => {
    using written = writtenKubeConfig({ cluster: { server: server.url } })
    const access = await loadKubeConfig({ files: [written.file], environment })
    client[Symbol.dispose]()
    client = createKubeClient(access)
    const { collection, told } = followed()
    await collection.ready()
    await eventually(() => assert.equal(watches.length, 1))
    items = [object('a', 1)]
    written.write({ cluster: { server: server.url }, user: { token: 'better' } })
    await client.reload()
    await eventually(async () => {
      await clock.advanceTo(clock.now() + 1000)
      assert.deepEqual(told, ['delete b 2'])
    })
    assert.equal(collection.state().error, undefined)
  })
})
