import assert from 'node:assert/strict'
import { deployWithin } from '../../src/client/deploymentUnderWay.ts'
import { createGatewayClient } from '../../src/client/gatewayClient.ts'
import { fakeGateway, json } from './fakeGateway.ts'

const deployment = { name: 'greet', runtime: 'node', source: '' } as const
const functionThat = (status: string) => ({ id: 'f1', revisions: [{ id: 'r1', number: 1, status, reason: 'No.' }] })

/** Deploys where one request may wait a second; `later` is what the revision has become by then. */
async function deployed(seconds: number, later: string) {
  await using gateway = await fakeGateway(({ method }, response) =>
    method === 'POST' ? json(response, 202, functionThat('deploying')) : json(response, 200, functionThat(later)),
  )
  const client = createGatewayClient(gateway.address)
  const { signal } = new AbortController()
  const work = deployWithin(client, 'p1', deployment, { seconds, atOnce: 1 }, signal)
  const [outcome] = await Promise.allSettled([work])
  const asked = gateway.received.map(({ method, body }) =>
    method === 'POST' ? (JSON.parse(body) as { waitSeconds: number }).waitSeconds : method,
  )
  return { outcome, asked }
}

describe('waiting for a deployment', () => {
  it('is one request where one may wait so long', async () => {
    const { outcome, asked } = await deployed(1, 'ready')
    assert.deepEqual(outcome, { status: 'fulfilled', value: functionThat('deploying') })
    assert.deepEqual(asked, [1])
  })

  it('goes on behind the longest request', async () => {
    const { outcome, asked } = await deployed(600, 'ready')
    assert.deepEqual(outcome, { status: 'fulfilled', value: functionThat('ready') })
    assert.deepEqual(asked, [1, 'GET'])
    const { outcome: refused } = await deployed(600, 'failed')
    assert.deepEqual(
      [refused.status, refused.status === 'rejected' && (refused.reason as { code: string }).code],
      ['rejected', 'DEPLOY_FAILED'],
    )
  })

  it('ends with its time, and the deployment goes on', async () => {
    const { outcome } = await deployed(2, 'deploying')
    assert.deepEqual(outcome, { status: 'fulfilled', value: functionThat('deploying') })
  })
})
