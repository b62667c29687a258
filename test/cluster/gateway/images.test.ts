import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { V1Pod } from '@kubernetes/client-node'
import type { TargetPlatform } from '../../../src/gateway/domain/targetBuilds.ts'
import type { ImageProgress } from '../../../src/gateway/providers/kubernetes/images/image.ts'
import { entriesOfFolder } from '../../../src/gateway/providers/kubernetes/images/layerEntries.ts'
import { parseReference } from '../../../src/gateway/providers/kubernetes/images/reference.ts'
import { openRepository } from '../../../src/gateway/providers/kubernetes/images/registry.ts'
import { usualRetries } from '../../../src/gateway/providers/kubernetes/images/retry.ts'
import { createTransport } from '../../../src/gateway/providers/kubernetes/images/transport.ts'
import { createKubeApi, type KubeApi } from '../../support/cluster/kubeApi.ts'
import { tcpProxy } from '../../support/cluster/tcpProxy.ts'
import { temporaryNamespace, type TemporaryNamespace } from '../../support/cluster/temporaryNamespace.ts'
import { type TestCluster, testCluster } from '../../support/cluster/testCluster.ts'
import { oneFile, openImageRig } from '../../support/imageRig.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const MB = 1_000_000

describe('images in a real registry', function () {
  this.timeout(120_000)
  let cluster: TestCluster
  let api: KubeApi
  let namespace: TemporaryNamespace
  let registry: string
  let platform: TargetPlatform
  let access: { readonly insecure: readonly string[] }

  before(async function () {
    cluster = await testCluster()
    if (cluster.registry === undefined) {
      this.test!.title += ' (skipped: registry: HKS_TEST_REGISTRY names none)'
      this.skip()
    }
    registry = cluster.registry
    access = { insecure: [registry] }
    api = createKubeApi(cluster.kubeconfig)
    namespace = await temporaryNamespace(api)
    const [node] = await api.list<{ status: { nodeInfo: { architecture: string } } }>({
      apiVersion: 'v1',
      kind: 'Node',
    })
    platform = node?.status.nodeInfo.architecture === 'arm64' ? 'linux/arm64' : 'linux/amd64'
  })
  after(() => namespace?.[Symbol.asyncDispose]())

  /** A repository that nobody else uses. */
  const newRepository = (host = registry) => `${host}/hks-test/${randomBytes(4).toString('hex')}`
  const repositoryAt = (reference: string, mayPush = true, mountFrom?: string) => {
    const { registry: host, repository } = parseReference(reference, 'image')
    const transport = createTransport({ environment: {}, certificateAuthorities: undefined })
    return openRepository(
      host,
      repository,
      { transport, access, environment: {} },
      { mayPush, ...(mountFrom && { mountFrom }) },
    )
  }

  /** Runs a pod of an image as clusters with the restricted policy want it; answers how it ended and its log. */
  const run = async (image: string) => {
    const name = `run-${randomBytes(3).toString('hex')}`
    await api.apply({
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: namespace.name } },
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            ...{ name: 'main', image },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
          },
        ],
      },
    })
    const ref = { apiVersion: 'v1', kind: 'Pod', namespace: namespace.name, name }
    const pod = await api.until<V1Pod>(ref, ({ status }) => /Succeeded|Failed/.test(status?.phase ?? ''), 60_000)
    const log = await api.request.text('GET', `/api/v1/namespaces/${namespace.name}/pods/${name}/log`)
    return { phase: pod.status?.phase, log }
  }

  it('run on the cluster, with files, links, modes, environment and user', async () => {
    using source = temporaryFolder()
    using rig = openImageRig()
    const at = (path: string) => join(source.path, path)
    mkdirSync(at('node_modules/greeting'), { recursive: true })
    writeFileSync(at('node_modules/greeting/package.json'), '{"name":"greeting","exports":"./index.mjs"}')
    writeFileSync(at('node_modules/greeting/index.mjs'), 'export const hello = name => `hello ${name}`')
    writeFileSync(
      at('main.mjs'),
      `import { hello } from 'greeting'
import { readFileSync, statSync } from 'node:fs'
console.log(hello(process.env.NAME), process.getuid(), process.cwd(), readFileSync('link.txt', 'utf8'), (statSync('tool').mode & 0o777).toString(8))\n`,
    )
    writeFileSync(at('text'), 'linked')
    symlinkSync('text', at('link.txt'))
    writeFileSync(at('tool'), '#!/bin/sh\n')
    chmodSync(at('tool'), 0o711)
    const repository = newRepository()
    const request = {
      ...{ base: cluster.images.node, platform, repository, access },
      files: await entriesOfFolder(source.path, 'function'),
      config: {
        entrypoint: ['node', 'main.mjs'],
        environment: { NAME: 'cluster' },
        user: '65532:65532',
        workingFolder: '/function',
      },
    }
    const built = await rig.build(request)
    assert.equal(built.pushed, true)
    assert.deepEqual(await run(built.reference), {
      phase: 'Succeeded',
      log: 'hello cluster 65532 /function linked 755\n',
    })
    assert.deepEqual(await rig.build(request), { ...built, pushed: false })
  })

  it('run with Python, by the entry that is asked for', async () => {
    using rig = openImageRig()
    const built = await rig.build({
      ...{ base: cluster.images.python, platform, repository: newRepository(), access },
      files: oneFile('main.py', 'import os, sys\nprint(sys.version_info.major, os.getuid())\n'),
      config: { entrypoint: ['python3', '/function/main.py'], user: '1000' },
    })
    assert.deepEqual(await run(built.reference), { phase: 'Succeeded', log: '3 1000\n' })
  })

  it('have the layers of their base mounted, not copied', async () => {
    using rig = openImageRig()
    const base = parseReference(cluster.images.node, 'image')
    const repository = newRepository()
    await rig.build({ base: cluster.images.node, platform, repository, access })
    const copied = rig.progress.filter(one => one.phase === 'copying')
    // One step for each layer: nothing was streamed.
    if (base.registry === registry) assert.ok(copied.length <= 2, JSON.stringify(copied))
    const target = repositoryAt(newRepository(), true, parseReference(repository, 'image').repository)
    const { layers } = JSON.parse(
      (
        await repositoryAt(repository).manifest(
          (
            await rig.build({ base: cluster.images.node, platform, repository, access })
          ).digest,
          new AbortController().signal,
        )
      ).bytes.toString(),
    ) as { layers: { digest: string }[] }
    const { signal } = new AbortController()
    assert.equal(
      await target.mountBlob(layers[0]!.digest, parseReference(repository, 'image').repository, signal),
      true,
    )
    assert.equal(await target.hasBlob(layers[0]!.digest, signal), true)
  })

  /** A push through a proxy whose network fails once a part of the layer has gone. */
  const pushThrough = async (fail: (proxy: Awaited<ReturnType<typeof tcpProxy>>) => void, retries = usualRetries) => {
    const [host = '', port] = registry.split(':')
    const proxy = await tcpProxy({ host, port: Number(port ?? 80) })
    using rig = openImageRig({}, { retries })
    let failed = false
    const files = [...oneFile('large', randomBytes(30 * MB)), ...oneFile('main.mjs', 'console.log("whole")')]
    const repository = newRepository(`127.0.0.1:${proxy.port}`)
    const onProgress = ({ phase, completedBytes }: ImageProgress) => {
      if (failed || phase !== 'uploading' || completedBytes < 10 * MB) return
      failed = true
      fail(proxy)
    }
    try {
      const built = await rig.build(
        {
          base: cluster.images.node,
          platform,
          repository,
          access,
          files,
          config: { entrypoint: ['node', '/function/main.mjs'], user: '1000' },
        },
        undefined,
        onProgress,
      )
      return { built, direct: built.reference.replace(/^[^/]+/, registry) }
    } finally {
      await proxy[Symbol.asyncDispose]()
    }
  }

  it('are whole when a push was cut in the middle', async () => {
    const { direct } = await pushThrough(proxy => proxy.cut())
    assert.deepEqual(await run(direct), { phase: 'Succeeded', log: 'whole\n' })
  })

  it('are whole when the registry was gone for a while during a push', async () => {
    const { direct } = await pushThrough(proxy => {
      proxy.refuse()
      proxy.cut()
      setTimeout(() => void proxy.heal(), 1000)
    })
    assert.deepEqual(await run(direct), { phase: 'Succeeded', log: 'whole\n' })
  })

  it('are not there when the registry is gone for good, which is said', async () => {
    const pushing = pushThrough(
      proxy => {
        proxy.refuse()
        proxy.cut()
      },
      { retries: 2, firstDelayMs: 10 },
    )
    await assert.rejects(pushing, (error: { code: string; details: { reason: string } }) => {
      assert.equal(error.code, 'REGISTRY_FAILED')
      assert.match(error.details.reason, /^(?:unreachable|cut)$/)
      return true
    })
  })

  it('are refused when a blob is not what its digest says', async () => {
    const bytes = Buffer.from('something')
    const digest = `sha256:${'0'.repeat(64)}`
    const open = (from: number, end: number) => Readable.from([bytes.subarray(from, end)], { objectMode: false })
    const source = { digest, size: bytes.length, open }
    const { signal } = new AbortController()
    await assert.rejects(
      repositoryAt(newRepository()).uploadBlob(source, signal, () => undefined),
      {
        code: 'REGISTRY_FAILED',
        details: { registry, reason: 'digest' },
      },
    )
  })

  it('have a base that exists', async () => {
    using rig = openImageRig()
    const base = `${registry}/hks-test/none:1`
    await assert.rejects(rig.build({ base, platform, repository: newRepository(), access }), {
      code: 'REGISTRY_FAILED',
      message: `The registry ${registry} has no ${base}.`,
    })
  })

  it('have a base for their platform', async () => {
    using rig = openImageRig()
    const own = await rig.build({ base: cluster.images.node, platform, repository: newRepository(), access })
    const other = platform === 'linux/amd64' ? 'linux/arm64' : 'linux/amd64'
    await assert.rejects(
      rig.build({ base: own.reference, platform: other, repository: newRepository(), access }),
      ({ message }: Error) => message.includes(`is not there for ${other}, but for ${platform}`),
    )
  })
})
