import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HksError } from '../../../src/contract/errors.ts'
import { createClusters } from '../../../src/gateway/composition/clusters.ts'
import { openStorage, type Storage } from '../../../src/gateway/composition/storage.ts'
import type { ConnectionRecord } from '../../../src/gateway/domain/connection.ts'
import { createDirectory } from '../../../src/gateway/domain/directory.ts'
import { createProviderSet } from '../../../src/gateway/domain/providerSet.ts'
import { serviceManifest } from '../../../src/gateway/providers/kubernetes/functions/objects/serviceManifest.ts'
import { eventually } from '../../support/eventually.ts'
import { createFakeClock } from '../../support/fakeClock.ts'
import { functionSpec } from '../../support/functionInputs.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { kubeCronJob } from '../providers/kubernetes/objects.ts'
import { environment, writtenKubeConfig } from '../providers/kubernetes/support/wireClient.ts'
import { answerJson, answerStatus, wireServer } from '../providers/kubernetes/support/wireServer.ts'

const namespace = 'shop'
const metadata = (name: string) => ({
  ...{ name, namespace, uid: `uid-of-${name}`, resourceVersion: '1', creationTimestamp: '2026-03-02T10:00:00Z' },
})
const cronJobId = 'uid-of-report'
const functionId = 'f-1'
const service = (projectId: string) => {
  const made = serviceManifest(
    {
      functionId,
      spec: functionSpec({ name: 'greet' }),
      revision: { id: 'r-1', number: 1, sourceDigest: 'd', createdAt: 1 },
      content: { kind: 'given', image: 'greet:1' },
    },
    { name: namespace, projectId },
    [],
  )
  return { ...made, metadata: { ...metadata('greet'), ...made.metadata } }
}

/** What the API server does with a request. */
type Mood = 'answers' | 'away' | 'refuses' | 'hangs'

/** The data folder of a gateway, a cluster with one CronJob and one function, and a connection to it that can be made again. */
async function openRig() {
  const stack = new AsyncDisposableStack()
  let mood: Mood = 'answers'
  let items: Readonly<Record<string, readonly object[]>> = { namespaces: [{ metadata: metadata(namespace) }] }
  const held: (() => void)[] = []
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(request.url!, 'https://cluster')
    if (request.method === 'POST') answerJson(response, 201, { status: { allowed: true, resourceRules: [] } })
    else if (searchParams.has('watch')) response.writeHead(200).flushHeaders()
    else if (pathname.endsWith(`/namespaces/${namespace}`)) answerJson(response, 200, { metadata: metadata(namespace) })
    else {
      const plural = pathname.slice(pathname.lastIndexOf('/') + 1)
      answerJson(response, 200, { metadata: { resourceVersion: '1' }, items: items[plural] ?? [] })
    }
  }
  const server = stack.use(
    await wireServer((request, response) => {
      if (mood === 'away') request.socket.destroy()
      else if (mood === 'refuses') answerStatus(response, 401, 'Unauthorized')
      else if (mood === 'hangs') held.push(() => answer(request, response))
      else answer(request, response)
    }),
  )
  const folder = stack.use(temporaryFolder())
  const kubeconfig = stack.use(writtenKubeConfig({ cluster: { server: server.url } }))
  const reported: unknown[] = []
  const home = { folder: folder.path, report: (error: unknown) => void reported.push(error) }
  stack.defer(() => assert.deepEqual(reported, []))
  const storage = await openStorage(home)
  stack.defer(() => storage.close())
  const record: ConnectionRecord = {
    ...{ id: 'c-1', name: 'dev', context: 'test', kubeconfig: [kubeconfig.file], readOnly: false, createdAt: 1 },
    kind: 'kubernetes',
  }

  /** A gateway that starts anew: nothing is known but what is stored. */
  const connect = async (clock: Storage['clock'] = storage.clock) => {
    const config = { runtimesFolder: 'runtimes', deployFolder: 'deploy' }
    const clusters = createClusters(config, home, { ...storage, clock }, environment, undefined as never)
    const provider = clusters.connect(
      () => record,
      () => undefined,
    )
    await provider.start()
    return {
      provider,
      directory: createDirectory(createProviderSet([provider]), storage.database.ledger),
      [Symbol.asyncDispose]: () => provider.stop(0),
    }
  }
  /** What both ids are answered with. */
  const codes = async (mode: Mood = 'answers'): Promise<readonly string[]> => {
    mood = mode
    await using connected = await connect()
    const { directory } = connected
    const code = (error: HksError) => error.code
    return await Promise.all([
      directory.cronJob(cronJobId).then(({ cronJob }) => cronJob.spec.name, code),
      directory.function(functionId).then(found => found.function.spec.name, code),
    ])
  }
  const { project } = await (async () => {
    await using connected = await connect()
    const opened = await connected.provider.cluster!.open(namespace)
    items = { ...items, cronjobs: [kubeCronJob()], services: [service(opened.project.id)] }
    return opened
  })()
  {
    await using _connected = await connect()
    const { ledger } = storage.database
    await eventually(async () =>
      assert.deepEqual(await Promise.all([cronJobId, functionId].map(id => ledger.projectOf(id))), [
        project.id,
        project.id,
      ]),
    )
  }
  return {
    ...{ connect, codes, project, kubeconfig: kubeconfig.file },
    /** Requests that got no answer yet. */
    waiting: () => held.length,
    behave: (next: Mood) => {
      mood = next
      if (next !== 'hangs') for (const go of held.splice(0)) go()
    },
    hold: (next: typeof items) => {
      items = next
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

describe('what an id stands for', () => {
  let rig: Awaited<ReturnType<typeof openRig>>
  beforeEach(async () => {
    rig = await openRig()
  })
  afterEach(() => rig[Symbol.asyncDispose]())

  it('is found in a cluster that answers', async () => {
    assert.deepEqual(await rig.codes(), ['report', 'greet'])
  })

  it('is not taken for deleted while its cluster is away', async () => {
    assert.deepEqual(await rig.codes('away'), ['CONNECTION_FAILED', 'CONNECTION_FAILED'])
  })

  it('is not taken for deleted while the credentials are refused, which is said', async () => {
    assert.deepEqual(await rig.codes('refuses'), ['CONNECTION_FAILED', 'CONNECTION_FAILED'])
    await using connected = await rig.connect()
    const said = (error: HksError) => error.details?.['reason'] === 'unauthenticated'
    await assert.rejects(connected.directory.cronJob(cronJobId), said)
    await assert.rejects(connected.directory.function(functionId), said)
  })

  it('is not taken for deleted while its kubeconfig is missing', async () => {
    rmSync(rig.kubeconfig)
    assert.deepEqual(await rig.codes(), ['CONNECTION_FAILED', 'CONNECTION_FAILED'])
  })

  it('is waited for also when a cluster takes longer to answer than a start is waited for', async () => {
    rig.behave('hangs')
    const clock = Object.assign(createFakeClock(Date.now()), { [Symbol.dispose]: () => undefined })
    await using connected = await rig.connect(clock)
    const { directory } = connected
    await eventually(() => assert.ok(rig.waiting() > 0))
    const found = Promise.all([directory.cronJob(cronJobId), directory.function(functionId)])
    let settled = false
    const settle = () => (settled = true)
    found.then(settle, settle)
    await clock.advanceTo(clock.now() + 15_000)
    assert.equal(settled, false)
    rig.behave('answers')
    const [{ cronJob }, { function: fn }] = await found
    assert.deepEqual([cronJob.spec.name, fn.spec.name], ['report', 'greet'])
  })

  it('is nothing when it was deleted meanwhile, also with its namespace', async () => {
    rig.hold({ namespaces: [{ metadata: metadata(namespace) }] })
    assert.deepEqual(await rig.codes(), ['NOT_FOUND', 'NOT_FOUND'])
    rig.hold({})
    assert.deepEqual(await rig.codes(), ['NOT_FOUND', 'NOT_FOUND'])
  })

  it('is nothing once its project is forgotten, and what nobody has heard of is nothing anyway', async () => {
    rig.behave('away')
    await using connected = await rig.connect()
    const { directory, provider } = connected
    await assert.rejects(directory.cronJob('uid-of-another'), { code: 'NOT_FOUND' })
    await assert.rejects(directory.function(cronJobId.slice(1)), { code: 'NOT_FOUND' })
    await provider.projects.remove(rig.project.id)
    await assert.rejects(directory.cronJob(cronJobId), { code: 'NOT_FOUND' })
    await assert.rejects(directory.function(functionId), { code: 'NOT_FOUND' })
  })
})
