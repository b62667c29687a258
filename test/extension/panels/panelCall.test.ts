import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createGatewayClient } from '../../../src/client/gatewayClient.ts'
import type { CallInput, PanelCall } from '../../../src/contract/functionInvoke.ts'
import type { InvocationPayload } from '../../../src/contract/invocations.ts'
import { type OwnCall, startCall } from '../../../src/extension/panels/panelCall.ts'
import { fakeGateway, json, type Received } from '../../client/fakeGateway.ts'
import { invocation } from '../model/samples.ts'

const id = '4f7c2f5e-9d0b-4c39-8a51-0d6f0e6f3b1a'
const json1: CallInput = { payload: { kind: 'json', text: '{"a":1}' } }

/** What the fake gateway says beside the answer of the call. */
interface Says {
  /** Of the call itself. */
  readonly invoke?: (response: ServerResponse, request: Received) => void
  readonly cancel?: (response: ServerResponse) => void
  readonly record?: (response: ServerResponse) => void
}

describe('a call that a panel makes', () => {
  async function called(says: Says, input: CallInput = json1) {
    const states: PanelCall[] = []
    const reported: unknown[] = []
    const gateway = await fakeGateway((request, response) => {
      if (request.url.endsWith('/invoke')) {
        response.setHeader('HKS-Invocation-Id', id)
        says.invoke?.(response, request)
      } else if (request.url.endsWith('/cancel')) says.cancel?.(response)
      else if (says.record) says.record(response)
      else json(response, 200, invocation({ id }))
    })
    const waiting: (() => void)[] = []
    const call: OwnCall = startCall({
      client: createGatewayClient(gateway.address),
      functionId: 'f1',
      invocationId: id,
      input,
      onChange: state => {
        states.push(state)
        for (const look of waiting) look()
      },
      report: error => reported.push(error),
    })
    /** Resolves with the first state that fits. */
    const until = (fits: (state: PanelCall) => boolean): Promise<PanelCall> =>
      new Promise(resolve => {
        const look = () => {
          const found = states.find(fits)
          if (found) resolve(found)
        }
        waiting.push(look)
        look()
      })
    return {
      call,
      gateway,
      states,
      reported,
      until,
      ended: () => until(state => state.elapsed !== undefined),
      recorded: () => until(state => state.record !== undefined),
      async [Symbol.asyncDispose]() {
        call[Symbol.dispose]()
        await gateway[Symbol.asyncDispose]()
      },
    }
  }

  it('tells its answer as it comes, then how long it took, then its record', async () => {
    const heads: ServerResponse[] = []
    await using made = await called({
      invoke: response => {
        response.setHeader('Content-Type', 'text/plain')
        response.write('one ')
        heads.push(response)
      },
    })
    const first = await made.until(state => state.answer?.text === 'one ')
    assert.equal(first.elapsed, undefined)
    assert.deepEqual([first.answer?.status, first.answer?.headers['content-type']], [200, 'text/plain'])
    heads[0]!.end('two')
    const ended = await made.ended()
    assert.deepEqual([ended.answer?.text, ended.answer?.bytes], ['one two', 7])
    assert.equal((await made.recorded()).record?.id, id)
    assert.equal(new TextDecoder().decode(made.call.answer()), 'one two')
    const [request] = made.gateway.received
    assert.equal(request?.headers['hks-invocation-id'], id)
    assert.equal(request.headers['content-type'], 'application/json')
    assert.equal(request.body, '{"a":1}')
  })

  it('tells what the gateway refused, without a record and without a report', async () => {
    await using made = await called({
      invoke: response => {
        response.removeHeader('HKS-Invocation-Id')
        json(response, 404, { error: 'No function "f1" exists.', code: 'NOT_FOUND', hint: 'Refresh.' })
      },
      record: response => json(response, 404, { error: 'No invocation.', code: 'NOT_FOUND' }),
    })
    const { failure, answer } = await made.ended()
    assert.deepEqual(failure, { code: 'NOT_FOUND', message: 'No function "f1" exists.', hint: 'Refresh.' })
    assert.equal(answer, undefined)
    assert.deepEqual(made.reported, [])
  })

  it('reports a record that cannot be read, and shows the answer all the same', async () => {
    await using made = await called({
      invoke: response => response.end('fine'),
      record: response => json(response, 500, { error: 'The store did not answer.', code: 'STORE_FAILED' }),
    })
    while (made.reported.length === 0) await new Promise(setImmediate)
    assert.equal(made.call.state.answer?.text, 'fine')
    assert.match(String(made.reported[0]), /The store did not answer/)
  })

  it('keeps what came of an answer that broke off, and says what its record says', async () => {
    await using made = await called({
      invoke: response => response.write('half', () => response.destroy()),
      record: response =>
        json(response, 200, invocation({ id, code: 'FUNCTION_CRASHED', message: 'The process ended.' })),
    })
    const { answer, failure } = await made.ended()
    assert.equal(answer?.text, 'half')
    assert.deepEqual(failure, { code: 'FUNCTION_CRASHED', message: 'The process ended.' })
  })

  it('ends through the gateway, whose answer is shown', async () => {
    const held: ServerResponse[] = []
    await using made = await called({
      invoke: response => void held.push(response),
      cancel: response => {
        held[0]!.setHeader('HKS-Error', 'CANCELLED')
        json(held[0]!, 499, { error: 'The call was cancelled.', code: 'CANCELLED' })
        json(response, 200, invocation({ id, outcome: 'failed', code: 'CANCELLED' }))
      },
    })
    while (held.length === 0) await new Promise(setImmediate)
    await made.call.cancel()
    assert.equal(made.call.state.answer?.code, 'CANCELLED')
  })

  it('ends with its connection where the gateway does not know it', async () => {
    const held: ServerResponse[] = []
    await using made = await called({
      invoke: response => void held.push(response),
      cancel: response => json(response, 404, { error: 'No invocation.', code: 'NOT_FOUND' }),
    })
    while (held.length === 0) await new Promise(setImmediate)
    const closed = once(held[0]!, 'close')
    await made.call.cancel()
    await closed
    assert.equal(made.call.state.failure?.code, 'CANCELLED')
  })

  it('ends with its connection when cancelled once more, while the gateway says nothing', async () => {
    const held: ServerResponse[] = []
    await using made = await called({ invoke: response => void held.push(response) })
    while (held.length === 0) await new Promise(setImmediate)
    void made.call.cancel()
    void made.call.cancel()
    assert.equal((await made.ended()).failure?.code, 'CANCELLED')
  })

  it('is given up when its panel closes', async () => {
    const held: ServerResponse[] = []
    await using made = await called({ invoke: response => void held.push(response) })
    while (held.length === 0) await new Promise(setImmediate)
    const closed = once(held[0]!, 'close')
    made.call[Symbol.dispose]()
    await closed
  })

  const sent = (change: Partial<InvocationPayload>) => ({
    ...invocation({ id: 'earlier' }),
    request: {
      headers: { 'content-type': 'image/png', 'ce-id': ['1', '2'] },
      body: Buffer.from('PNG').toString('base64'),
      encoding: 'base64' as const,
      masked: false,
      ...change,
    },
  })

  it('is sent byte for byte and with the headers of an earlier one', async () => {
    await using made = await called(
      { invoke: response => response.end('same'), record: response => json(response, 200, sent({})) },
      { sameAs: 'earlier' },
    )
    await made.ended()
    const request = made.gateway.received.find(({ url }) => url.endsWith('/invoke'))
    assert.equal(request?.body, 'PNG')
    assert.deepEqual([request.headers['content-type'], request.headers['ce-id']], ['image/png', '1,2'])
  })

  it('is not sent with a secret that was masked', async () => {
    await using made = await called(
      { record: response => json(response, 200, sent({ masked: true })) },
      { sameAs: 'earlier' },
    )
    assert.equal((await made.ended()).failure?.code, 'CONFLICT')
    assert.ok(made.gateway.received.every(({ url }) => !url.endsWith('/invoke')))
  })
})
