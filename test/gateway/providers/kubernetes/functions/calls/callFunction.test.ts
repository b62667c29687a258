import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FunctionRecord } from '../../../../../../src/gateway/domain/function.ts'
import { createFunctionCaller } from '../../../../../../src/gateway/providers/kubernetes/functions/calls/callFunction.ts'
import type { FunctionsView } from '../../../../../../src/gateway/providers/kubernetes/functions/functionsView.ts'
import { createSystemClock } from '../../../../../../src/gateway/platform/systemClock.ts'
import { functionSpec, jsonOf, jsonRequest } from '../../../../../support/functionInputs.ts'

/** An ingress that answers one call after the other as it is told, and how often it was asked. */
async function openIngress(...answers: readonly ((response: ServerResponse) => void)[]) {
  let asked = 0
  const server = createServer((request, response) => {
    request.resume().on('end', () => answers[Math.min(asked++, answers.length - 1)]!(response))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const unknown = (response: ServerResponse) => void response.writeHead(404).end()
const fromPod = (status: number) => (response: ServerResponse) => {
  const body = JSON.stringify({ status })
  response.writeHead(status, { 'hks-invocation-id': 'i', 'content-length': body.length }).end(body)
}

async function call(origin: string, spec = functionSpec()) {
  const record = { id: 'f', spec, status: 'ready', serving: 1, revisions: [] } as unknown as FunctionRecord
  const view = {
    record: () => record,
    sight: () => undefined,
    subscribe: () => ({ [Symbol.dispose]: () => undefined }),
  } as unknown as FunctionsView
  using clock = createSystemClock()
  using caller = createFunctionCaller({
    ...{ view, clock },
    wayTo: async () => ({ origin, host: 'f.example', kind: 'ingress', said: '' }),
    diagnosticKey: async () => undefined,
    explainBreak: () => assert.fail('nothing breaks'),
  })
  return caller.call('f', 'i', jsonRequest(1), { diagnostics: false, signal: new AbortController().signal })
}

describe('a call through an ingress', () => {
  it('is made again while the ingress does not know the function yet, which serves', async () => {
    await using ingress = await openIngress(unknown, unknown, fromPod(200))
    const answer = await call(ingress.origin)
    assert.deepEqual([answer.status, jsonOf(answer), ingress.asked()], [200, { status: 200 }, 3])
  })

  it('is made once when the function itself answers 404', async () => {
    await using ingress = await openIngress(fromPod(404))
    assert.deepEqual([(await call(ingress.origin)).status, ingress.asked()], [404, 1])
  })

  it('is made once for an image of its user, whose answers look like any other', async () => {
    await using ingress = await openIngress(unknown)
    const spec = { ...functionSpec(), image: 'own:1' }
    assert.deepEqual([(await call(ingress.origin, spec)).status, ingress.asked()], [404, 1])
  })
})
