import assert from 'node:assert/strict'
import type { WebSocket } from 'ws'
import { tellingProgress } from '../../src/cli/deploymentProgress.ts'
import { createGatewayClient } from '../../src/client/gatewayClient.ts'
import { HksError } from '../../src/contract/errors.ts'
import { fakeGateway, json } from '../client/fakeGateway.ts'

const deployed = { projectId: 'p1', name: 'greet' }
const underWay = { ...deployed, functionId: 'f1' }

/** Deploys until somebody presses Ctrl-C on a gateway that tells a watch what is under way; answers what is said. */
async function cancelled(
  answer: { readonly status: number; readonly body: unknown },
  watched = (socket: WebSocket) => {
    const lists = { projects: [], cronJobs: [], functions: [], invocations: [], calls: [] }
    socket.send(JSON.stringify({ type: 'snapshot', cursor: 'boot:1', ...lists, deployments: [underWay] }))
  },
) {
  await using gateway = await fakeGateway((_request, response) => json(response, answer.status, answer.body), watched)
  const said: string[] = []
  const user = new AbortController()
  const work = async () => {
    user.abort()
    throw new HksError('CANCELLED', 'The call was cancelled.')
  }
  const telling = tellingProgress(
    createGatewayClient(gateway.address),
    deployed,
    { say: sentence => said.push(sentence), signal: user.signal },
    work,
  )
  await assert.rejects(telling, { code: 'CANCELLED' })
  return { said, asked: gateway.received.map(({ method, url }) => `${method} ${url}`) }
}

describe('the progress of a deployment', () => {
  it('ends with the deployment that the user cancels, also before anything was told of it', async () => {
    const { said, asked } = await cancelled({ status: 200, body: {} })
    assert.deepEqual(asked, ['POST /api/v1/functions/f1/deployment/cancel'])
    assert.deepEqual(said, [])
  })

  it('says nothing of a deployment that has ended meanwhile', async () => {
    const { said } = await cancelled({ status: 409, body: { error: 'No deployment is under way.', code: 'CONFLICT' } })
    assert.deepEqual(said, [])
  })

  it('says that the deployment may go on when it could not be cancelled', async () => {
    const { said } = await cancelled({ status: 500, body: { error: 'The disk is full.', code: 'STORE_FAILED' } })
    assert.deepEqual(said, ['The deployment may go on: it could not be cancelled. The disk is full.'])
    const { said: unwatched } = await cancelled({ status: 200, body: {} }, socket => socket.close())
    assert.match(unwatched.join(), /^The deployment may go on: it could not be cancelled\. \S/)
  })
})
