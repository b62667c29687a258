import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { followLogs } from '../../../src/client/followLogs.ts'
import { type ClusterGateway, openClusterGateway } from '../../support/cluster/clusterGateway.ts'
import { testCluster } from '../../support/cluster/testCluster.ts'

const source = `export const handler = n => {
  console.log('begins', n)
  console.log('ends', n)
}`

/** Lines come through the API server, when the call has long been answered. */
describe('the log of a call in a cluster', function () {
  this.timeout(240_000)
  let cluster: ClusterGateway
  before(async () => {
    cluster = await openClusterGateway()
    const { images, ingress } = await testCluster()
    const client = cluster.client()
    const [connection] = (await client.call('listConnections', {})).items.filter(({ kind }) => kind === 'kubernetes')
    const body = { runtimeImages: { node: images.node }, ...(ingress === undefined ? {} : { ingress }) }
    await client.call('updateConnection', { params: { id: connection!.id }, body })
  })
  after(() => cluster?.[Symbol.asyncDispose]())

  it('is followed until its last line, not until its answer', async () => {
    const client = cluster.client()
    const packed = Buffer.from(source).toString('base64')
    // A node that is full has room for it when others have scaled to zero.
    const body = { name: 'written', runtime: 'node' as const, source: packed, waitSeconds: 150 }
    const deployed = await client.call('deployFunction', { params: { id: cluster.projectId }, body })
    assert.equal(deployed.status, 'ready', deployed.reason)
    const { id } = deployed
    for (const call of [1, 2, 3]) {
      const invocationId = randomUUID()
      const called = { contentType: 'application/json', invocationId }
      const { status, body } = await client.invoke(id, Buffer.from(String(call)), called)
      assert.equal(status, 200, Buffer.from(body).toString())
      const followed: string[] = []
      const { signal } = new AbortController()
      for await (const batch of followLogs(
        async () => client,
        { kind: 'function', id },
        { query: { invocationId }, signal },
      )) {
        if ('lines' in batch) followed.push(...batch.lines.map(({ text }) => text))
        if ('end' in batch) followed.push(batch.end)
      }
      assert.deepEqual(followed, [`begins ${call}`, `ends ${call}`, 'The call ended: succeeded.'])
    }
    await client.call('deleteFunction', { params: { id } })
  })
})
