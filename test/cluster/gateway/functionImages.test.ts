import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import type { V1Pod } from '@kubernetes/client-node'
import type { Runtime } from '../../../src/contract/functions.ts'
import { defaultHandler } from '../../../src/gateway/domain/functionSource.ts'
import type { TargetPlatform } from '../../../src/gateway/domain/targetBuilds.ts'
import {
  createFunctionImages,
  type FunctionImages,
} from '../../../src/gateway/providers/kubernetes/images/functionImage.ts'
import { createKubeApi, type KubeApi } from '../../support/cluster/kubeApi.ts'
import { temporaryNamespace, type TemporaryNamespace } from '../../support/cluster/temporaryNamespace.ts'
import { type TestCluster, testCluster } from '../../support/cluster/testCluster.ts'
import { findGo } from '../../support/goRuntime.ts'
import { type ImageRig, openImageRig } from '../../support/imageRig.ts'
import { sourceOfFiles } from '../../support/functionInputs.ts'
import { type LocalFunctionsRig, openLocalFunctions } from '../../support/localFunctionsRig.ts'
import { npmFiles, openNpmRegistry } from '../../support/npmRegistry.ts'
import { openPythonIndex } from '../../support/pythonIndex.ts'

const runtimesFolder = resolve(import.meta.dirname, '../../../runtimes')

describe('a function in an image of its own', function () {
  this.timeout(300_000)
  let cluster: TestCluster
  let api: KubeApi
  let namespace: TemporaryNamespace
  let platform: TargetPlatform
  let local: LocalFunctionsRig
  let rig: ImageRig
  let images: FunctionImages
  const progress: string[] = []

  before(async function () {
    cluster = await testCluster()
    if (cluster.registry === undefined) {
      this.test!.title += ' (skipped: registry: HKS_TEST_REGISTRY names none)'
      this.skip()
    }
    api = createKubeApi(cluster.kubeconfig)
    namespace = await temporaryNamespace(api)
    const [node] = await api.list<{ status: { nodeInfo: { architecture: string } } }>({
      apiVersion: 'v1',
      kind: 'Node',
    })
    platform = node?.status.nodeInfo.architecture === 'arm64' ? 'linux/arm64' : 'linux/amd64'
    local = await openLocalFunctions()
    rig = openImageRig()
    images = createFunctionImages({
      images: rig,
      targets: local.functions.targetBuilds,
      runtimesFolder,
    })
  })
  after(async () => {
    await namespace?.[Symbol.asyncDispose]()
    await local?.[Symbol.asyncDispose]()
    rig?.[Symbol.dispose]()
  })

  const build = async (
    runtime: Runtime,
    base: string,
    files: Readonly<Record<string, string>>,
    runtimeVersion?: string,
  ) => {
    const handler = defaultHandler[runtime]
    return images.build(
      {
        spec: { runtime, handler, ...(runtimeVersion !== undefined && { runtimeVersion }) },
        source: await sourceOfFiles(files, runtime, handler),
        ...{ base, platform, repository: `${cluster.registry}/hks-test/functions` },
        access: { insecure: [cluster.registry!] },
      },
      new AbortController().signal,
      {
        progress: ({ phase }) => progress.push(phase),
        line: line => progress.push(line),
        image: ({ phase }) => progress.push(phase),
      },
    )
  }

  /** Starts a pod as Knative would, and answers what the function answers. */
  const call = async (image: string, handler: string) => {
    const name = `fn-${randomBytes(3).toString('hex')}`
    await api.apply({
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: namespace.name } },
      spec: {
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            ...{ name: 'function', image, ports: [{ containerPort: 8080 }] },
            env: [
              { name: 'HKS_HANDLER', value: handler },
              { name: 'HKS_CHECK', value: 'true' },
            ],
            readinessProbe: { periodSeconds: 1, tcpSocket: { port: 8080 } },
            volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
            securityContext: {
              runAsNonRoot: true,
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
              seccompProfile: { type: 'RuntimeDefault' },
            },
          },
        ],
        volumes: [{ name: 'tmp', emptyDir: {} }],
      },
    })
    const ref = { apiVersion: 'v1', kind: 'Pod', namespace: namespace.name, name }
    const path = `/api/v1/namespaces/${namespace.name}/pods/${name}`
    const pod = await api.until<V1Pod>(ref, ({ status }) =>
      Boolean(status?.containerStatuses?.[0]?.ready || status?.containerStatuses?.[0]?.restartCount),
    )
    if (!pod.status?.containerStatuses?.[0]?.ready)
      assert.fail(await api.request.text('GET', `${path}/log?previous=true`))
    return JSON.parse(await api.request.text('GET', `${path}:8080/proxy/`)) as unknown
  }

  it('has the packages of its requirements.txt, and is found the next time', async () => {
    await using index = await openPythonIndex()
    index.publish('greeting', '1.0', { 'greeting.py': 'def hello():\n    return "hello from a wheel"\n' })
    const files = {
      'main.py': 'import greeting, os\n\ndef handler(event):\n    return [greeting.hello(), os.getuid()]\n',
      'requirements.txt': `${index.option}greeting==1.0\n`,
    }
    const built = await build('python', cluster.images.python, files, '3.11')
    assert.deepEqual(await call(built.reference, 'main.handler'), ['hello from a wheel', 65532])
    progress.length = 0
    assert.deepEqual(await build('python', cluster.images.python, files, '3.11'), { ...built, pushed: false })
    assert.deepEqual(progress, ['building'])
  })

  it('has the packages of its package-lock.json', async () => {
    await using registry = await openNpmRegistry()
    const greeting = registry.publish('greeting', '1.0.0', {
      'index.js': 'exports.hello = () => "hello from a package"',
    })
    const built = await build('node', cluster.images.node, {
      'index.mjs': 'import { hello } from "greeting"\nexport const handler = () => [hello(), process.getuid()]',
      '.npmrc': `registry=${registry.origin}`,
      ...npmFiles({ greeting }),
    })
    assert.deepEqual(await call(built.reference, 'index.handler'), ['hello from a package', 65532])
  })

  it('is a program in Go, in an image of no matter what', async function () {
    const { missing } = findGo()
    if (missing !== undefined) {
      this.test!.title += ` (skipped: go: ${missing})`
      this.skip()
    }
    const built = await build('go', cluster.images.node, {
      'function.go':
        'package function\n\nimport (\n\t"hexabase.io/hks"\n\t"runtime"\n)\n\nfunc Handle(ctx *hks.Context, event any) (any, error) { return runtime.GOOS, nil }\n',
    })
    assert.equal(await call(built.reference, 'Handle'), 'linux')
  })

  it('may be as large as no ConfigMap is', async () => {
    const data = randomBytes(3_000_000).toString('base64')
    const built = await build('node', cluster.images.node, {
      'index.mjs': 'import data from "./data.mjs"\nexport const handler = () => data.length',
      'data.mjs': `export default ${JSON.stringify(data)}`,
    })
    assert.equal(await call(built.reference, 'index.handler'), data.length)
  })
})
