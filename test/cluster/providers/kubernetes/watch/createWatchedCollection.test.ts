import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { HksError } from '../../../../../src/contract/errors.ts'
import type { Clock } from '../../../../../src/gateway/domain/clock.ts'
import { createSystemClock, type SystemClock } from '../../../../../src/gateway/platform/systemClock.ts'
import type { KubeClient } from '../../../../../src/gateway/providers/kubernetes/client/kubeClient.ts'
import type { KubeObject } from '../../../../../src/gateway/providers/kubernetes/client/kubeObject.ts'
import { createWatchedCollection } from '../../../../../src/gateway/providers/kubernetes/watch/createWatchedCollection.ts'
import type { WatchedCollection } from '../../../../../src/gateway/providers/kubernetes/watch/watchedCollection.ts'
import { createKubeApi, type KubeApi } from '../../../../support/cluster/kubeApi.ts'
import { kubeconfigThrough, type ProxiedCluster } from '../../../../support/cluster/kubeconfigThrough.ts'
import { limitedUser } from '../../../../support/cluster/limitedUser.ts'
import { temporaryNamespace, type TemporaryNamespace } from '../../../../support/cluster/temporaryNamespace.ts'
import { testCluster } from '../../../../support/cluster/testCluster.ts'
import { eventually } from '../../../../support/eventually.ts'
import { createFakeClock } from '../../../../support/fakeClock.ts'
import { clusterClient } from '../support/clusterClient.ts'

const rule = (...verbs: string[]) => ({ apiGroups: [''], resources: ['configmaps'], verbs })

describe('a watched collection of a real cluster', function () {
  this.timeout(120_000)
  let api: KubeApi
  let kubeconfig: string
  let namespace: TemporaryNamespace
  let through: ProxiedCluster
  let systemClock: SystemClock
  const open: (Disposable | AsyncDisposable)[] = []

  before(async () => {
    ;({ kubeconfig } = await testCluster())
    api = createKubeApi(kubeconfig)
  })
  beforeEach(async () => {
    systemClock = createSystemClock()
    namespace = await temporaryNamespace(api)
    through = await kubeconfigThrough(kubeconfig)
  })
  afterEach(async () => {
    for (const one of open.splice(0).reverse())
      await (Symbol.asyncDispose in one ? one[Symbol.asyncDispose]() : one[Symbol.dispose]())
    await through[Symbol.asyncDispose]()
    await namespace[Symbol.asyncDispose]()
    systemClock[Symbol.dispose]()
  })

  const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: namespace.name, name })
  const put = (name: string, value = '') =>
    api.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: namespace.name }, data: { value } })
  const names = (collection: WatchedCollection<KubeObject>) =>
    collection
      .list()
      .map(({ metadata }) => metadata.name)
      .filter(name => name !== 'kube-root-ca.crt')
      .sort()
  const connect = async (file = through.kubeconfig): Promise<KubeClient> => {
    const client = await clusterClient(file)
    open.push(client)
    return client
  }
  const follow = (client: KubeClient, clock: Clock = systemClock) => {
    const path = `/api/v1/namespaces/${namespace.name}/configmaps`
    const collection = createWatchedCollection({ client, clock, path, keep: one => one })
    open.push(collection)
    const told: string[] = []
    collection.subscribe(({ type, object }) => told.push(`${type} ${object.metadata.name}`))
    return { collection, told }
  }
  /** The watch is open once a change comes through it. */
  const untilWatching = async (told: string[], name = 'first') => {
    await put(name)
    await eventually(() => assert.ok(told.includes(`put ${name}`)))
    told.length = 0
  }

  it('tells what happens as it happens, without what nobody reads', async () => {
    const { collection, told } = follow(await connect())
    await collection.ready()
    await untilWatching(told)
    await put('second')
    await put('second', 'changed')
    await api.remove(configMap('first'))
    await eventually(() => assert.deepEqual(told, ['put second', 'put second', 'delete first']))
    assert.deepEqual(names(collection), ['second'])
    assert.ok(!('managedFields' in collection.byName('second')!.metadata))
  })

  it('loses and repeats nothing when it is cut mid-stream, again and again', async () => {
    const { collection, told } = follow(await connect())
    await collection.ready()
    await untilWatching(told)
    for (let round = 0; round < 5; round++) {
      await put(`before-${round}`)
      through.proxy.cut()
      await put(`after-${round}`)
      // In the midst of an event, whenever the next one comes.
      through.proxy.cutAfter(100 + round * 37)
      await put(`cut-${round}`)
      await delay(200)
      await through.proxy.heal()
    }
    const wanted = [0, 1, 2, 3, 4].flatMap(round => [`before-${round}`, `after-${round}`, `cut-${round}`])
    await eventually(() =>
      assert.deepEqual(
        told,
        wanted.map(name => `put ${name}`),
      ),
    )
    assert.deepEqual(names(collection), ['first', ...wanted].sort())
  })

  it('holds what it knew while connections are refused, says so, and tells then what happened', async () => {
    const { collection, told } = follow(await connect())
    await collection.ready()
    await untilWatching(told)
    const accepted = through.proxy.accepted()
    through.proxy.refuse()
    through.proxy.cut()
    await eventually(() => assert.match(collection.state().error?.message ?? '', /refuses connections/))
    await put('meanwhile')
    await api.remove(configMap('first'))
    assert.deepEqual(names(collection), ['first'])
    await assert.doesNotReject(collection.ready())
    await delay(5000)
    await through.proxy.heal()
    await eventually(() => assert.deepEqual(told, ['put meanwhile', 'delete first']))
    assert.deepEqual(collection.state(), { synced: true })
    assert.ok(through.proxy.accepted() - accepted <= 2)
  })

  it('finds a connection that is dead though nobody closed it', async () => {
    const clock = createFakeClock('2026-01-01T00:00:00Z')
    const { collection, told } = follow(await connect(), clock)
    await collection.ready()
    await untilWatching(told)
    through.proxy.swallow()
    await put('unseen')
    await clock.advanceTo(clock.now() + 90_000)
    await eventually(async () => {
      await clock.advanceTo(clock.now() + 1000)
      assert.match(collection.state().error?.message ?? '', /did not answer within 10 s|has sent nothing for 90 s/)
    })
    await through.proxy.heal()
    await eventually(async () => {
      await clock.advanceTo(clock.now() + 1000)
      assert.deepEqual(told, ['put unseen'])
    })
    assert.deepEqual(collection.state(), { synced: true })
  })

  it('is only late on a slow network', async () => {
    through.proxy.delay(300)
    const { collection, told } = follow(await connect())
    await collection.ready()
    await untilWatching(told)
    await put('slow')
    await eventually(() => assert.deepEqual(told, ['put slow']))
    assert.equal(collection.state().error, undefined)
  })

  it('lists for a user who may not watch, and says what is missing', async () => {
    const user = await limitedUser(through.kubeconfig, { namespace: namespace.name, rules: [rule('get', 'list')] })
    open.push(user)
    const clock = createFakeClock('2026-01-01T00:00:00Z')
    const { collection, told } = follow(await connect(user.kubeconfig), clock)
    await collection.ready()
    await eventually(() => assert.equal(collection.state().error?.code, 'FORBIDDEN'))
    const { message, hint } = collection.state().error as HksError
    assert.match(message, /^"system:serviceaccount:.*" may not watch configmaps in the namespace "hks-test-.*"\.$/)
    assert.match(hint!, /a role with the verb "watch" on configmaps/)
    await put('listed')
    await eventually(async () => {
      await clock.advanceTo(clock.now() + 33_000)
      assert.deepEqual(told, ['put listed'])
    })
    await user.allow([rule('get', 'list', 'watch')])
    await eventually(async () => {
      await clock.advanceTo(clock.now() + 60_000)
      assert.deepEqual(collection.state(), { synced: true })
    })
  })

  it('says that its user may not list', async () => {
    const user = await limitedUser(through.kubeconfig, { namespace: namespace.name, rules: [rule('get')] })
    open.push(user)
    const { collection } = follow(await connect(user.kubeconfig))
    await assert.rejects(collection.ready(), { code: 'FORBIDDEN', message: /may not list configmaps/ })
    assert.equal(collection.state().synced, false)
  })

  it('says that its token is not accepted any more', async () => {
    const user = await limitedUser(through.kubeconfig, {
      namespace: namespace.name,
      rules: [rule('get', 'list', 'watch')],
    })
    open.push(user)
    const { collection, told } = follow(await connect(user.kubeconfig))
    await collection.ready()
    await untilWatching(told)
    await user.revoke()
    // The server does not end a watch whose token is void.
    through.proxy.cut()
    await eventually(() => assert.equal(collection.state().error?.details?.['reason'], 'unauthenticated'))
    assert.deepEqual(names(collection), ['first'])
  })

  it('tells the end of all there was when its namespace is deleted', async () => {
    const { collection, told } = follow(await connect())
    await collection.ready()
    await untilWatching(told)
    await api.remove({ apiVersion: 'v1', kind: 'Namespace', name: namespace.name })
    await eventually(() => assert.ok(told.includes('delete first')))
    await eventually(() => assert.deepEqual(collection.list(), []))
    assert.equal(collection.state().error, undefined)
  })
})
