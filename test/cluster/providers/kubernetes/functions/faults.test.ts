import assert from 'node:assert/strict'
import type { HksError } from '../../../../../src/contract/errors.ts'
import type { KubeObject } from '../../../../../src/gateway/providers/kubernetes/client/kubeObject.ts'
import { type ClusterFunctionsRig, openClusterFunctions } from '../../../../support/cluster/clusterFunctionsRig.ts'
import { eventually } from '../../../../support/eventually.ts'
import { jsonOf } from '../../../../support/functionInputs.ts'
import { defaultResources } from '../../../../../src/gateway/domain/functionResources.ts'

const hungry = 'const all = []; const eat = () => { for (;;) all.push(Buffer.alloc(8e6, 1)) }'
const eats = `${hungry}
const stream = async function* () { yield 'first'; await new Promise(done => setTimeout(done, 300)); eat() }
export const handler = event => {
  if (event === 'stream') return stream()
  return event === 'a' ? 'fine' : eat()
}`
/**
 * The process with the handler becomes a small one that fills the memory with a file: the largest is then process 1, whose end
 * is that of the container.
 */
const takesAlong = `import os, sys
FILL = "with open('/dev/shm/fill', 'wb') as file:\\n    while True: file.write(bytes(2**20))"
def handler(event):
    if event == 'a': return 'fine'
    os.execv(sys.executable, [sys.executable, '-ISc', FILL])
`
const usedMoreThan = (memory: string) =>
  `The function's process was ended: it used more than ${memory} of memory. Raise resources.memory in function.yaml, or hold less at once.`
const small = { ...defaultResources, memoryBytes: 160 * 2 ** 20 }

describe('a function of a cluster', function () {
  this.timeout(180_000)
  let rig: ClusterFunctionsRig
  before(async () => {
    rig = await openClusterFunctions({ sweepAfterMs: 1000 })
  })
  after(() => rig?.[Symbol.asyncDispose]())
  afterEach(() => assert.deepEqual(rig.reported, []))

  const refusal = async (deployed: Promise<unknown>): Promise<string> => {
    let message = ''
    await assert.rejects(deployed, (error: HksError) => {
      assert.equal(error.code, 'DEPLOY_FAILED')
      message = error.message
      return true
    })
    return message
  }
  const system = async (id: string) => (await rig.log(id)).filter(({ stream }) => stream === 'system').map(l => l.text)

  it('whose image can not be pulled says so, and the former revision serves', async () => {
    const { id } = await rig.deploy('export const handler = () => 1', { name: 'image' })
    await using other = await rig.another({ settings: { images: { node: 'registry.invalid/none:1' } } })
    await eventually(async () => assert.ok(await other.functions.get(id)))
    assert.match(await refusal(other.deploy('export const handler = () => 2', { name: 'image' })), /registry\.invalid/)
    assert.equal(jsonOf(await rig.call(id)), 1)
  })

  it('that needs more memory than it may have while it loads says so', async () => {
    const deployed = rig.deploy(`${hungry}\neat()\nexport const handler = () => 1`, { name: 'loads', resources: small })
    assert.match(await refusal(deployed), /memory|SIGKILL/)
  })

  it('that needs more memory than it may have in a call answers so, and the next call works', async () => {
    const { id } = await rig.deploy(eats, { name: 'eats', resources: small })
    const answer = await rig.call(id, 'eat')
    assert.deepEqual([answer.status, answer.code, answer.message], [502, 'LIMIT_EXCEEDED', usedMoreThan('160Mi')])
    assert.equal(jsonOf(await rig.call(id, 'a')), 'fine')
    const ended = 'The process ended (it used more than 160Mi of memory). A new process takes its place.'
    await eventually(async () => assert.ok((await system(id)).includes(ended)))
    const { status, stream } = await rig.call(id, 'stream')
    assert.equal(status, 200)
    await assert.rejects(
      async () => {
        for await (const chunk of stream!) assert.equal(Buffer.from(chunk).toString(), 'first')
      },
      { name: 'AnswerBroken', code: 'LIMIT_EXCEEDED', message: usedMoreThan('160Mi') },
    )
  })

  it('whose whole container is ended for its memory answers the same', async () => {
    const spec = { name: 'goes', runtime: 'python', handler: 'main.handler' } as const
    const { id } = await rig.deploy(takesAlong, { ...spec, resources: { memoryBytes: 64 * 2 ** 20 } })
    const answer = await rig.call(id, 'fill')
    assert.deepEqual([answer.status, answer.code, answer.message], [502, 'LIMIT_EXCEEDED', usedMoreThan('64Mi')])
    await eventually(async () => assert.equal(jsonOf(await rig.call(id, 'a')), 'fine'), 60_000)
    await rig.functions.remove(id)
  })

  it('that may have no pod says why', async () => {
    const metadata = { name: 'no-pods', namespace: rig.namespace }
    await rig.api.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods: '0' } } })
    try {
      assert.match(await refusal(rig.deploy('export const handler = () => 1', { name: 'quota' })), /quota/)
    } finally {
      await rig.api.remove({ apiVersion: 'v1', kind: 'ResourceQuota', ...metadata })
    }
  })

  describe('for which no node has room', () => {
    const much = { settings: { annotations: { 'queue.sidecar.serving.knative.dev/cpu-resource-request': '1000' } } }
    /** Deploys, and cancels when the deployment tells what it waits for. */
    const cancelled = async (other: ClusterFunctionsRig, name: string) => {
      const deployed = other.deploy('export const handler = () => 2', { name })
      deployed.catch(() => undefined)
      const step = await eventually(() => {
        const waiting = other.functions.deployments().find(each => each.name === name)
        assert.match(
          waiting?.message ?? '',
          /^starting, but waits: No node has room for it: 0\/\d+ nodes are available: .*Insufficient cpu/,
        )
        return waiting!
      })
      await other.functions.cancelDeployment(step.functionId)
      await assert.rejects(deployed, { code: 'CANCELLED' })
      assert.deepEqual([other.functions.deployments(), other.reported], [[], []])
      return step.functionId
    }
    const left = async (name: string) => {
      const kinds = [
        ['v1', 'ConfigMap'],
        ['v1', 'Secret'],
        ['v1', 'Pod'],
        ['serving.knative.dev/v1', 'Service'],
        ['serving.knative.dev/v1', 'Revision'],
      ] as const
      const found = kinds.map(([apiVersion, kind]) =>
        rig.api.list<KubeObject>({ apiVersion, kind, namespace: rig.namespace }),
      )
      return (await Promise.all(found)).flat().filter(({ metadata }) => metadata.name.startsWith(name))
    }

    it('says so while it waits, and leaves nothing when it is cancelled', async () => {
      await using other = await rig.another(much)
      const id = await cancelled(other, 'wide')
      await eventually(async () => assert.deepEqual(await left('wide'), []))
      assert.equal(await other.functions.get(id), undefined)
    })

    it('leaves the revision that serves as it is when it is cancelled', async () => {
      const { id } = await rig.deploy('export const handler = () => 1', { name: 'grows' })
      await using other = await rig.another(much)
      await eventually(async () => assert.equal((await other.functions.get(id))?.serving, 1))
      await cancelled(other, 'grows')
      const { status, serving } = (await other.functions.get(id))!
      assert.deepEqual([status, serving], ['ready', 1])
      assert.equal(jsonOf(await rig.call(id)), 1)
      assert.ok((await other.log(id)).some(({ text }) => text.startsWith('Revision 2 waits. No node has room for it')))
      await eventually(async () =>
        assert.deepEqual(
          (await left('grows-00002')).map(({ metadata }) => metadata.name),
          [],
        ),
      )
    })
  })

  it('goes to zero, says so in its log, and starts again with the next call and its secrets', async () => {
    const { api, namespace } = rig
    await api.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'mail', namespace },
      stringData: { key: 's3' },
    })
    const { id } = await rig.deploy('export const handler = () => process.env.KEY', {
      name: 'zero',
      secrets: [{ name: 'KEY', from: 'mail/key' }],
    })
    const asleep = async () => {
      const { status, replicas } = (await rig.functions.get(id))!
      assert.deepEqual([status, replicas], ['ready', 0])
      assert.ok((await system(id)).includes('Scaled to zero: the next call starts a pod.'))
    }
    await eventually(asleep, 90_000)
    const woken = await rig.call(id)
    assert.deepEqual([jsonOf(woken), woken.coldStart], ['s3', true])
    assert.ok(woken.queueMs > 100, `${woken.queueMs} ms`)
    const warm = await rig.call(id)
    assert.deepEqual([jsonOf(warm), warm.coldStart], ['s3', false])
  })

  it('shares the program of its language with others, which goes with the last of them', async () => {
    const programs = async () =>
      (await rig.api.list<KubeObject>({ apiVersion: 'v1', kind: 'ConfigMap', namespace: rig.namespace })).filter(
        ({ metadata }) => metadata.name.startsWith('hks-runtime-node-'),
      )
    assert.equal((await programs()).length, 1)
    const all = await rig.functions.list(rig.projectId)
    assert.ok(all.length > 1)
    await Promise.all(all.map(({ id }) => rig.functions.remove(id)))
    await eventually(async () => assert.deepEqual(await programs(), []))
  })
})
