import assert from 'node:assert/strict'
import { deployWithin } from '../../src/client/deploymentUnderWay.ts'
import { createGatewayClient } from '../../src/client/gatewayClient.ts'
import { fakeGateway, json } from './fakeGateway.ts'

const deployment = { name: 'greet', runtime: 'node', source: '' } as const
const functionThat = (status: string) => ({ id: 'f1', revisions: [{ id: 'r1', number: 1, status, reason: 'No.' }] })

type Told = readonly Record<string, unknown>[]
const snapshotWith = (...functions: readonly unknown[]) => ({ type: 'snapshot', functions, deployments: [] })
const put = (object: unknown) => ({ type: 'put', kind: 'function', object })

/** Deploys where one request may wait a second; who watches is told of `told`, and stays connected. */
async function deployed(seconds: number, ...told: Told) {
  await using gateway = await fakeGateway(
    ({ method }, response) => json(response, method === 'POST' ? 202 : 200, functionThat('deploying')),
    socket => told.forEach(message => socket.send(JSON.stringify(message))),
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
    const { outcome, asked } = await deployed(1)
    assert.deepEqual(outcome, { status: 'fulfilled', value: functionThat('deploying') })
    assert.deepEqual(asked, [1])
  })

  it('goes on behind the longest request, until the watch tells its end', async () => {
    const other = { ...functionThat('failed'), id: 'f2' }
    const settled = put(functionThat('ready'))
    const { outcome, asked } = await deployed(600, snapshotWith(functionThat('deploying')), put(other), settled)
    assert.deepEqual(outcome, { status: 'fulfilled', value: functionThat('ready') })
    assert.deepEqual(asked, [1])
  })

  it('is over when the deployment has ended before somebody watches', async () => {
    const { outcome } = await deployed(600, snapshotWith(functionThat('ready')))
    assert.deepEqual(outcome, { status: 'fulfilled', value: functionThat('ready') })
  })

  const codeOf = ({ outcome }: Awaited<ReturnType<typeof deployed>>) =>
    outcome.status === 'rejected' && (outcome.reason as { code: string }).code

  it('says why the revision can not serve, and that its function is gone', async () => {
    const now = snapshotWith(functionThat('deploying'))
    assert.equal(codeOf(await deployed(600, now, put(functionThat('failed')))), 'DEPLOY_FAILED')
    assert.equal(codeOf(await deployed(600, now, { type: 'delete', kind: 'function', id: 'f1' })), 'NOT_FOUND')
    assert.equal(codeOf(await deployed(600, snapshotWith())), 'NOT_FOUND')
  })

  it('says why a new function is not there, of which nothing but its deployment was told', async () => {
    const done = (outcome: string, revision = 1) => ({
      ...{ type: 'put', kind: 'deployment' },
      object: { functionId: 'f1', revision, done: true, outcome, message: 'The registry is gone.' },
    })
    const now = snapshotWith(functionThat('deploying'))
    const gone = { type: 'delete', kind: 'function', id: 'f1' }
    const failed = await deployed(600, now, done('failed', 2), done('ready'), done('failed'), gone)
    assert.equal(codeOf(failed), 'DEPLOY_FAILED')
    assert.match(String((failed.outcome as PromiseRejectedResult).reason), /The registry is gone/)
    assert.equal(codeOf(await deployed(600, now, done('cancelled'), gone)), 'CANCELLED')
  })

  it('ends with its time, and the deployment goes on', async () => {
    const { outcome, asked } = await deployed(2, snapshotWith(functionThat('deploying')))
    assert.deepEqual(outcome, { status: 'fulfilled', value: functionThat('deploying') })
    assert.deepEqual(asked, [1, 'GET'])
  })
})
