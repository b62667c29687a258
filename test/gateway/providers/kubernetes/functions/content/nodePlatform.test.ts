import assert from 'node:assert/strict'
import { HksError } from '../../../../../../src/contract/errors.ts'
import type { KubeClient } from '../../../../../../src/gateway/providers/kubernetes/client/kubeClient.ts'
import { nodePlatform } from '../../../../../../src/gateway/providers/kubernetes/functions/content/nodePlatform.ts'

const { signal } = new AbortController()
const node = (operatingSystem: string, architecture: string, unschedulable = false) => ({
  metadata: { name: 'n' },
  spec: { unschedulable },
  status: { nodeInfo: { operatingSystem, architecture } },
})
/** An API server with these nodes, or that refuses to tell. */
const withNodes = (answer: readonly object[] | HksError) =>
  ({
    list: () => (answer instanceof HksError ? Promise.reject(answer) : Promise.resolve({ items: answer })),
  }) as unknown as Pick<KubeClient, 'list'>

describe('the platform of images for a cluster', () => {
  it('is that of the nodes on which something can run', async () => {
    const nodes = [
      node('linux', 'arm64'),
      node('linux', 'arm64'),
      node('linux', 'amd64', true),
      node('windows', 'amd64'),
    ]
    assert.deepEqual(await nodePlatform(withNodes(nodes), signal), { platform: 'linux/arm64', isAssumed: false })
  })

  it('has to be named where there are several, or none that is known', async () => {
    for (const nodes of [[node('linux', 'amd64'), node('linux', 'arm64')], [node('linux', 's390x')], []]) {
      await assert.rejects(nodePlatform(withNodes(nodes), signal), (error: HksError) => {
        assert.deepEqual([error.code, error.details?.['field']], ['UNSUPPORTED_PLATFORM', 'platform'])
        assert.match(error.hint ?? '', /--platform linux\//)
        return true
      })
    }
  })

  it('is assumed where nodes may not be listed, and only there', async () => {
    const forbidden = new HksError('FORBIDDEN', 'no')
    assert.deepEqual(await nodePlatform(withNodes(forbidden), signal), { platform: 'linux/amd64', isAssumed: true })
    const away = new HksError('CONNECTION_FAILED', 'away')
    await assert.rejects(nodePlatform(withNodes(away), signal), away)
  })
})
