import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { HksError } from '../../../../../src/contract/errors.ts'
import type { Change } from '../../../../../src/gateway/domain/changes.ts'
import { readWhole } from '../../../../../src/gateway/domain/answerStream.ts'
import type { FunctionSpec } from '../../../../../src/gateway/domain/function.ts'
import type { KubeObject } from '../../../../../src/gateway/providers/kubernetes/client/kubeObject.ts'
import type { KnativeService } from '../../../../../src/gateway/providers/kubernetes/functions/objects/knativeObjects.ts'
import { type ClusterFunctionsRig, openClusterFunctions } from '../../../../support/cluster/clusterFunctionsRig.ts'
import { type ClusterImages, openClusterImages } from '../../../../support/cluster/clusterImages.ts'
import { type TcpProxy, tcpProxy } from '../../../../support/cluster/tcpProxy.ts'
import { testCluster } from '../../../../support/cluster/testCluster.ts'
import { versionedPython } from '../../../../support/cluster/versionedPython.ts'
import { eventually } from '../../../../support/eventually.ts'
import { functionSpec, jsonOf, patient, sourceOfFiles } from '../../../../support/functionInputs.ts'
import { npmFiles, openNpmRegistry } from '../../../../support/npmRegistry.ts'
import { openPythonIndex } from '../../../../support/pythonIndex.ts'

type Files = Readonly<Record<string, string>>

/** More than a ConfigMap holds, and different each time. */
const muchSource = (): Files => ({
  'index.mjs': 'import data from "./data.mjs"\nexport const handler = () => data.length',
  'data.mjs': `export default ${JSON.stringify(randomBytes(1_200_000).toString('base64'))}`,
})

describe('a function on a cluster that needs an image', function () {
  this.timeout(300_000)
  let builds: ClusterImages
  let rig: ClusterFunctionsRig
  let host: string

  before(async function () {
    const { registry } = await testCluster()
    if (registry === undefined) {
      this.test!.title += ' (skipped: registry: HKS_TEST_REGISTRY names none)'
      this.skip()
    }
    host = registry
    builds = await openClusterImages()
    rig = await openClusterFunctions({ images: builds.images, settings: builds.settings })
  })
  after(async () => {
    await rig?.[Symbol.asyncDispose]()
    await builds?.[Symbol.asyncDispose]()
  })

  const begin = async (
    by: ClusterFunctionsRig,
    name: string,
    files: Files,
    { answerBy = patient.answerBy, ...asked }: Partial<FunctionSpec> & { answerBy?: number } = {},
  ) => {
    const spec = functionSpec({ name, ...asked })
    const source = await sourceOfFiles(files, spec.runtime, spec.handler)
    return by.functions.deploy(by.projectId, spec, source, { answerBy })
  }
  const deploy = async (...how: Parameters<typeof begin>) => (await begin(...how)).settled
  const serviceOf = (name: string) =>
    rig.api.get<KnativeService>({
      ...{ apiVersion: 'serving.knative.dev/v1', kind: 'Service', namespace: rig.namespace, name },
    })
  const namesOf = async (kind: 'ConfigMap' | 'Secret', about: string) =>
    (await rig.api.list<KubeObject>({ apiVersion: 'v1', kind, namespace: rig.namespace }))
      .map(({ metadata }) => metadata.name)
      .filter(name => name.startsWith(`${about}-`))
  const phasesOf = (changes: readonly Change[], id: string) => [
    ...new Set(
      changes.flatMap(change =>
        change.kind === 'deployment' && change.step.functionId === id ? change.step.phase : [],
      ),
    ),
  ]
  const isPushing = (by: ClusterFunctionsRig, name: string) =>
    eventually(async () => {
      const step = by.functions.deployments().find(each => each.name === name)
      assert.equal(step?.phase, 'pushing')
      return step
    }, 60_000)

  it('has the packages of its requirements.txt, tells how far it is, and is not pushed twice', async () => {
    await using index = await openPythonIndex()
    index.publish('greeting', '1.0', { 'greeting.py': 'def hello():\n    return "hello from a wheel"\n' })
    const files = {
      'main.py': `import greeting\n# ${randomBytes(8).toString('hex')}\n\ndef handler(event):\n    return greeting.hello()\n`,
      'requirements.txt': `${index.option}greeting==1.0\n`,
    }
    const spec = { runtime: 'python', runtimeVersion: await versionedPython() } as const
    const { id } = await deploy(rig, 'wheel', files, spec)
    assert.equal(jsonOf(await rig.call(id)), 'hello from a wheel')
    assert.deepEqual(phasesOf(rig.changes, id), ['checking', 'installing', 'building', 'pushing', 'starting'])
    assert.deepEqual(await namesOf('ConfigMap', 'wheel'), [])
    const [container] = (await serviceOf('wheel'))!.spec.template.spec.containers
    assert.match(container!.image, new RegExp(`^${host}/hks-test/wheel@sha256:`))

    const before = rig.changes.length
    const again = await deploy(rig, 'wheel', files, spec)
    assert.equal(again.serving, 2)
    assert.deepEqual(phasesOf(rig.changes.slice(before), id), ['checking', 'building', 'starting'])
    assert.equal((await serviceOf('wheel'))!.spec.template.spec.containers[0]!.image, container!.image)
    await rig.functions.remove(id)
  })

  it('has the packages of its package-lock.json, and gives its source back without them', async () => {
    await using registry = await openNpmRegistry()
    const greeting = registry.publish('greeting', '1.0.0', {
      'index.js': 'exports.hello = () => "hello from a package"',
    })
    const files = {
      'index.mjs': 'import { hello } from "greeting"\nexport const handler = () => hello()',
      '.npmrc': `registry=${registry.origin}`,
      ...npmFiles({ greeting }),
    }
    const { id } = await deploy(rig, 'package', files)
    assert.equal(jsonOf(await rig.call(id)), 'hello from a package')
    const { tar } = await sourceOfFiles(files, 'node', 'index.handler')
    assert.ok(Buffer.from(tar).equals((await rig.functions.source(id))!))
    await rig.functions.remove(id)
  })

  it('is there while it is built, and is known to be deployed', async () => {
    const { function: early, created, settled } = await begin(rig, 'early', muchSource(), { answerBy: 0 })
    assert.deepEqual([early.status, early.serving, created], ['deploying', 0, true])
    assert.equal((await rig.functions.get(early.id))?.status, 'deploying')
    const { id, serving } = await settled
    assert.deepEqual([id, serving], [early.id, 1])
    assert.equal(jsonOf(await rig.call(id)), 1_600_000)
    assert.deepEqual(
      rig.changes
        .flatMap(change => (change.kind === 'function' && change.function.id === id ? change.function.status : []))
        .at(0),
      'deploying',
    )
    await rig.functions.remove(id)
  })

  it('runs an image of its user’s own, with the variables and secrets of the function and no runtime', async () => {
    const { reference } = await builds.publish('node', {
      'server.mjs': `import { createServer } from 'node:http'
createServer((request, response) => {
  console.log('asked', request.url, process.env.KEY)
  response.writeHead(201, { 'content-type': 'text/plain' })
  response.end(process.env.GREETING + ' ' + process.env.KEY + ' ' + Object.keys(process.env).filter(name => name.startsWith('HKS_')))
}).listen(process.env.PORT)
process.on('SIGTERM', () => process.exit(0))`,
    })
    await rig.api.apply({
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'own', namespace: rig.namespace } },
      stringData: { key: 'horse' },
    })
    const given: FunctionSpec = {
      ...functionSpec({ name: 'own', environment: { GREETING: 'hi' }, secrets: [{ name: 'KEY', from: 'own/key' }] }),
      ...{ runtime: 'image', image: reference, handler: '' },
    }
    const { settled } = await rig.functions.deploy(rig.projectId, given, undefined, patient)
    const { id, spec } = await settled
    assert.deepEqual([spec.runtime, spec.image], ['image', reference])
    const answer = await rig.call(id, 1)
    assert.deepEqual([answer.status, answer.code, answer.headers['content-type']], [201, undefined, 'text/plain'])
    const { response } = await readWhole(answer, 1000)
    assert.equal(Buffer.from(response.body).toString(), 'hi horse ')
    await eventually(
      async () =>
        assert.ok((await rig.log(id)).some(({ stream, text }) => stream === 'stdout' && text === 'asked / ***')),
      20_000,
    )
    assert.equal(await rig.functions.source(id), undefined)
    assert.deepEqual([await namesOf('ConfigMap', 'own'), await namesOf('Secret', 'own')], [[], []])
    await rig.functions.remove(id)
  })

  it('shows no value of a secret that an image of its user’s own prints before it fails', async () => {
    const { reference } = await builds.publish('node', {
      'server.mjs': `import { writeFileSync } from 'node:fs'
console.log('the key is', process.env.KEY)
writeFileSync('/dev/termination-log', 'LOAD_FAILED KeyError: not ' + process.env.KEY)
process.exit(3)`,
    })
    await rig.api.apply({
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'failing', namespace: rig.namespace } },
      stringData: { key: 'elephant' },
    })
    const given: FunctionSpec = {
      ...functionSpec({ name: 'failing', secrets: [{ name: 'KEY', from: 'failing/key' }] }),
      ...{ runtime: 'image', image: reference, handler: '' },
    }
    // Another one serves: what fails is no less masked.
    const { id } = await deploy(rig, 'failing', { 'index.mjs': 'export const handler = () => "first"' })
    const begun = rig.changes.length
    const { settled } = await rig.functions.deploy(rig.projectId, given, undefined, { answerBy: 0 })
    await assert.rejects(settled, ({ code, message, details }: HksError) => {
      assert.equal(code, 'DEPLOY_FAILED')
      const said = JSON.stringify([message, details])
      assert.match(said, /the key is \*\*\*/)
      assert.match(said, /not \*\*\*/)
      assert.doesNotMatch(said, /elephant/)
      return true
    })
    const { reason, revisions } = (await rig.functions.get(id))!
    assert.match(reason ?? '', /not \*\*\*/)
    await eventually(async () => assert.match(JSON.stringify(await rig.log(id)), /the key is \*\*\*/), 20_000)
    assert.doesNotMatch(JSON.stringify([revisions, rig.changes.slice(begun), await rig.log(id)]), /elephant/)
    assert.equal(jsonOf(await rig.call(id)), 'first')
    await rig.functions.remove(id)
  })

  it('says that its connection names no registry', async () => {
    await using bare = await openClusterFunctions({
      namespace: rig.namespace,
      projectId: rig.projectId,
      images: builds.images,
    })
    await assert.rejects(deploy(bare, 'bare', muchSource()), ({ code, details, hint }: HksError) => {
      assert.deepEqual([code, details], ['UNSUPPORTED_PLATFORM', { field: 'registry' }])
      assert.match(hint ?? '', /--registry/)
      return true
    })
  })

  describe('whose registry fails', () => {
    let proxy: TcpProxy
    let faulty: ClusterFunctionsRig
    before(async () => {
      const { hostname, port } = new URL(`http://${host}`)
      proxy = await tcpProxy({ host: hostname, port: Number(port) })
      const settings = { registry: `127.0.0.1:${proxy.port}/hks-test`, insecureRegistries: [host] }
      faulty = await openClusterFunctions({
        namespace: rig.namespace,
        projectId: rig.projectId,
        images: builds.images,
        settings,
      })
    })
    beforeEach(async () => {
      await proxy.heal()
      proxy.delay(20)
    })
    after(async () => {
      await faulty?.[Symbol.asyncDispose]()
      await proxy?.[Symbol.asyncDispose]()
    })
    const isGone = ({ code, details, message, hint }: HksError) => {
      assert.equal(code, 'REGISTRY_FAILED', message)
      assert.match(String(details?.['reason']), /^(?:unreachable|cut)$/)
      assert.match(message, new RegExp(`127\\.0\\.0\\.1:${proxy.port}`))
      assert.ok(hint)
      return true
    }

    it('goes on serving the former revision, says why, and is deployed when the registry is back', async () => {
      const name = 'kept'
      const { id } = await deploy(faulty, name, { 'index.mjs': 'export const handler = () => "first"' })
      const deploying = deploy(faulty, name, muchSource())
      deploying.catch(() => undefined)
      await isPushing(faulty, name)
      proxy.refuse()
      proxy.cut()
      await assert.rejects(deploying, isGone)
      const after = (await faulty.functions.get(id))!
      assert.deepEqual([after.status, after.serving], ['ready', 1])
      assert.deepEqual(
        after.revisions.map(({ number, status }) => [number, status]),
        [
          [2, 'failed'],
          [1, 'ready'],
        ],
      )
      assert.match(after.reason ?? '', /registry/)
      assert.equal(jsonOf(await faulty.call(id)), 'first')
      assert.deepEqual(faulty.functions.deployments(), [])
      const [source = '', ...others] = await namesOf('ConfigMap', name)
      assert.match(source, /^kept-00001-.*source$/)
      assert.deepEqual(others, [])
      assert.ok((await faulty.log(id)).some(({ stream, text }) => stream === 'system' && /registry/.test(text)))

      const next = await deploy(rig, name, muchSource())
      assert.deepEqual([next.id, next.serving, next.reason], [id, 3, undefined])
      assert.deepEqual(faulty.reported, [])
      await rig.functions.remove(id)
    })

    it('leaves nothing of a new function', async () => {
      const deploying = deploy(faulty, 'never', muchSource())
      deploying.catch(() => undefined)
      const { functionId } = await isPushing(faulty, 'never')
      proxy.refuse()
      proxy.cut()
      await assert.rejects(deploying, isGone)
      assert.equal(await faulty.functions.get(functionId), undefined)
      assert.equal(await serviceOf('never'), undefined)
      assert.deepEqual([await namesOf('ConfigMap', 'never'), await namesOf('Secret', 'never')], [[], []])
    })

    it('can be cancelled while it is pushed', async () => {
      const deploying = deploy(faulty, 'cancelled', muchSource())
      deploying.catch(() => undefined)
      const { functionId } = await isPushing(faulty, 'cancelled')
      assert.equal(await faulty.functions.cancelDeployment(functionId), undefined)
      await assert.rejects(deploying, (error: HksError) => error.code === 'CANCELLED')
      assert.equal(await serviceOf('cancelled'), undefined)
      assert.deepEqual(await namesOf('Secret', 'cancelled'), [])
    })

    it('is left as it was by a gateway that ends', async () => {
      const ending = await openClusterFunctions({
        ...{ namespace: rig.namespace, projectId: rig.projectId, images: builds.images },
        settings: { registry: `127.0.0.1:${proxy.port}/hks-test`, insecureRegistries: [host] },
      })
      const deploying = deploy(ending, 'left', muchSource())
      const refused = assert.rejects(deploying, (error: HksError) => error.code === 'GATEWAY_DRAINING')
      await isPushing(ending, 'left')
      await ending[Symbol.asyncDispose]()
      await refused
      assert.equal(await serviceOf('left'), undefined)
    })
  })
})
