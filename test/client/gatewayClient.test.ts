import assert from 'node:assert/strict'
import { createGatewayClient } from '../../src/client/gatewayClient.ts'
import { HksError } from '../../src/contract/errors.ts'
import { fakeGateway, json } from './fakeGateway.ts'

const fault = async (promise: Promise<unknown>): Promise<HksError> => {
  const error = await promise.then(
    () => assert.fail('it succeeded'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof HksError, String(error))
  return error
}

describe('the gateway client', () => {
  it('puts parameters, query, body and token where the route says', async () => {
    await using gateway = await fakeGateway((_request, response) => json(response, 200, { items: [] }))
    const client = createGatewayClient(gateway.address)
    await client.call('listExecutions', { params: { id: 'a/b' }, query: { status: 'failed', limit: 5 } })
    await client.call('openProject', { body: { path: '/home/user/shop' } })
    const [list, open] = gateway.received
    assert.equal(
      `${list?.method} ${list?.url}`,
      'GET /api/v1/applications/cronjobs/a%2Fb/executions?status=failed&limit=5',
    )
    assert.equal(list?.headers.authorization, 'Bearer secret')
    assert.equal(list?.headers['content-type'], undefined)
    assert.equal(`${open?.method} ${open?.url}`, 'POST /api/v1/projects')
    assert.equal(open?.headers['content-type'], 'application/json')
    assert.deepEqual(JSON.parse(open?.body ?? ''), { path: '/home/user/shop' })
  })

  it('answers nothing for 204', async () => {
    await using gateway = await fakeGateway((_request, response) => void response.writeHead(204).end())
    assert.equal(await createGatewayClient(gateway.address).call('deleteCronJob', { params: { id: 'a' } }), undefined)
  })

  it("throws the gateway's own error with code, details and hint", async () => {
    const body = {
      error: 'schedule: no.',
      code: 'INVALID_SCHEDULE',
      details: { field: 'schedule' },
      hint: 'Use five fields.',
    }
    await using gateway = await fakeGateway((_request, response) => json(response, 400, body))
    const error = await fault(createGatewayClient(gateway.address).call('getGateway'))
    assert.equal(error.message, body.error)
    assert.equal(error.code, body.code)
    assert.deepEqual(error.details, body.details)
    assert.equal(error.hint, body.hint)
  })

  for (const [what, body] of [
    ['a page', '<html>Not found</html>'],
    ['a code of its own', '{"error":"x","code":"TEAPOT"}'],
  ] as const) {
    it(`says that no gateway answers when ${what} comes back`, async () => {
      await using gateway = await fakeGateway((_request, response) => void response.writeHead(404).end(body))
      const error = await fault(createGatewayClient(gateway.address).call('getGateway'))
      assert.equal(error.code, 'GATEWAY_UNREACHABLE')
      assert.equal(error.details?.['status'], 404)
    })
  }

  it('says that no gateway answers when nobody listens, and when the answer is cut off', async () => {
    const gone = await fakeGateway(() => undefined)
    await gone[Symbol.asyncDispose]()
    const refused = await fault(createGatewayClient(gone.address).call('getGateway'))
    assert.equal(refused.code, 'GATEWAY_UNREACHABLE')
    assert.ok(refused.cause instanceof Error && refused.hint)

    await using cutting = await fakeGateway((_request, response) => {
      response.writeHead(200, { 'Content-Length': '100' }).write('{"version":')
      setImmediate(() => response.destroy())
    })
    assert.equal((await fault(createGatewayClient(cutting.address).call('getGateway'))).code, 'GATEWAY_UNREACHABLE')
  })

  it('can be cancelled', async () => {
    const controller = new AbortController()
    await using gateway = await fakeGateway(() => controller.abort())
    const call = createGatewayClient(gateway.address).call('getGateway', { signal: controller.signal })
    assert.equal((await fault(call)).code, 'CANCELLED')
  })

  describe('invoking a function', () => {
    it("passes the body as it is and gives the function's own answer, also a failure", async () => {
      await using gateway = await fakeGateway((request, response) => {
        const status = request.headers['prefer'] === undefined ? 418 : 202
        response.writeHead(status, { 'HKS-Invocation-Id': 'call-1', 'X-Own': 'yes' }).end(`got ${request.body}`)
      })
      const client = createGatewayClient(gateway.address)
      const result = await client.invoke('f', new TextEncoder().encode('abc'), { contentType: 'text/plain' })
      assert.equal(result.status, 418)
      assert.equal(result.headers['x-own'], 'yes')
      assert.equal(new TextDecoder().decode(result.body), 'got abc')
      assert.equal(result.invocationId, 'call-1')
      assert.equal(result.code, undefined)
      assert.equal(gateway.received[0]?.headers['content-type'], 'text/plain')
      assert.equal((await client.invoke('f', new Uint8Array(), { prefer: 'respond-async' })).status, 202)
    })

    it('names the code when the platform made the answer', async () => {
      await using gateway = await fakeGateway((_request, response) => {
        response.writeHead(504, { 'HKS-Invocation-Id': 'call-1', 'HKS-Error': 'TIMEOUT' }).end('{}')
      })
      assert.equal((await createGatewayClient(gateway.address).invoke('f', new Uint8Array())).code, 'TIMEOUT')
    })

    it('throws when the gateway refused the call', async () => {
      await using gateway = await fakeGateway((_request, response) => {
        json(response, 404, { error: 'No function "f" exists.', code: 'NOT_FOUND' })
      })
      assert.equal((await fault(createGatewayClient(gateway.address).invoke('f', new Uint8Array()))).code, 'NOT_FOUND')
    })
  })
})
