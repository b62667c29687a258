import assert from 'node:assert/strict'
import { once } from 'node:events'
import WebSocket from 'ws'
import type { ErrorBody } from '../../../../src/contract/common.ts'
import type { InvocationAnswerHead } from '../../../../src/contract/invocations.ts'
import { eventually } from '../../../support/eventually.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'
import { startTestGateway, type TestGateway } from '../../../support/testGateway.ts'

const source = `
const later = ms => new Promise(resolve => setTimeout(resolve, ms))
async function* two() { yield 'one'; await later(5); yield 'two' }
async function* breaking() { yield 'before'; await null; throw new RangeError('in the middle') }
let made = 0
async function* endless() { for (;;) { made += 1; yield Buffer.alloc(65536, 7) } }
const routes = { two, breaking, endless, made: () => made, throwing: () => { throw new RangeError('at once') } }
export const handler = (event, context) => routes[event?.route]?.()
  ?? context.response(201, { 'X-Kind': 'own' }, { type: context.request.headers['content-type'], got: Buffer.isBuffer(event) ? event.length : event })
`

/** All that one connection was told. */
interface Told {
  readonly heads: InvocationAnswerHead[]
  readonly errors: ErrorBody[]
  readonly body: Buffer[]
}

describe('calls over a WebSocket', function () {
  this.timeout(60_000)
  const home = temporaryFolder()
  const folder = temporaryFolder()
  let gateway: TestGateway
  let id: string

  before(async () => {
    gateway = await startTestGateway(home.path)
    const { client } = gateway
    const project = await client.call('openProject', { body: { path: folder.path } })
    const body = { name: 'sockets', runtime: 'node' as const, source: Buffer.from(source).toString('base64') }
    ;({ id } = await client.call('deployFunction', { params: { id: project.id }, body }))
  })
  after(async () => {
    await gateway.stop()
    home[Symbol.dispose]()
    folder[Symbol.dispose]()
  })

  const open = async (functionId: string, headers: Readonly<Record<string, string>> = {}) => {
    const address = `${gateway.ready.url.replace('http', 'ws')}/api/v1/functions/${functionId}/invoke`
    const socket = new WebSocket(address, { headers: { Authorization: `Bearer ${gateway.ready.token}`, ...headers } })
    const told: Told = { heads: [], errors: [], body: [] }
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) return void told.body.push(data)
      const message = JSON.parse(data.toString()) as InvocationAnswerHead | ErrorBody
      if ('error' in message) told.errors.push(message)
      else told.heads.push(message)
    })
    const closed = once(socket, 'close').then(([code]) => code as number)
    await once(socket, 'open')
    return { socket, told, closed }
  }
  const call = async (body: string | Buffer, headers?: Readonly<Record<string, string>>) => {
    const { socket, told, closed } = await open(id, headers)
    socket.send(body)
    const code = await closed
    const [head] = told.heads
    return { code, head, text: Buffer.concat(told.body).toString(), told }
  }
  const record = (head: InvocationAnswerHead | undefined) =>
    gateway.client.call('getInvocation', { params: { id: String(head?.headers['hks-invocation-id']) } })

  it('are answered with the head, the body and a normal end, and recorded', async () => {
    const { code, head, text, told } = await call('{"n":1}')
    assert.equal(code, 1000)
    assert.deepEqual([head?.type, head?.status, head?.headers['x-kind']], ['answer', 201, 'own'])
    assert.deepEqual(JSON.parse(text), { type: 'application/json', got: { n: 1 } })
    assert.deepEqual(told.errors, [])
    const { outcome, statusCode, requestBytes } = await record(head)
    assert.deepEqual([outcome, statusCode, requestBytes], ['succeeded', 201, 7])
  })

  it('take the type of the body from the message, or from the request that opened the connection', async () => {
    const binary = await call(Buffer.from([1, 2]))
    assert.deepEqual(JSON.parse(binary.text), { type: 'application/octet-stream', got: 2 })
    const text = await call('hello', { 'Content-Type': 'text/plain' })
    assert.deepEqual(JSON.parse(text.text), { type: 'text/plain', got: 'hello' })
    assert.equal((JSON.parse((await call('')).text) as { got: unknown }).got, null)
  })

  it('give each piece of a streamed answer as a message of its own', async () => {
    const { code, told } = await call('{"route":"two"}')
    assert.deepEqual([told.body.map(String), code], [['one', 'two'], 1000])
  })

  it('say what broke an answer off, behind what had come', async () => {
    const { code, text, told, head } = await call('{"route":"breaking"}')
    assert.deepEqual([text, code], ['before', 1011])
    assert.equal(told.errors[0]?.code, 'FUNCTION_FAILED')
    assert.deepEqual((told.errors[0].details?.['exception'] as { type: string }).type, 'RangeError')
    await eventually(async () => assert.equal((await record(head)).code, 'FUNCTION_FAILED'))
  })

  it('answer a failure of the function as HTTP does', async () => {
    const { code, head, text } = await call('{"route":"throwing"}')
    assert.deepEqual([code, head?.status, head?.headers['hks-error']], [1000, 500, 'FUNCTION_FAILED'])
    assert.equal((JSON.parse(text) as ErrorBody).code, 'FUNCTION_FAILED')
  })

  it('are cancelled by a client that closes the connection in the middle of an answer', async () => {
    const { socket, told } = await open(id)
    socket.send('{"route":"endless"}')
    await once(socket, 'message')
    socket.terminate()
    await eventually(async () => assert.equal((await record(told.heads[0])).code, 'CANCELLED'))
  })

  it('go on no faster than they are read', async () => {
    const { socket, told } = await open(id)
    const made = async () => Number((await call('{"route":"made"}')).text)
    socket.send('{"route":"endless"}')
    await once(socket, 'message')
    socket.pause()
    let before = 0
    await eventually(async () => {
      const last = before
      before = await made()
      assert.equal(before, last)
    })
    // What the gateway and the kernel hold between the function and the client.
    assert.ok(before < 400, String(before))
    const read = told.body.length
    socket.resume()
    await eventually(() => assert.ok(told.body.length > read + 400, String(told.body.length)))
    socket.terminate()
  })

  it('are refused with their code when there is no such function', async () => {
    const { socket, told, closed } = await open('nobody')
    socket.send('1')
    assert.equal(await closed, 1008)
    assert.equal(told.errors[0]?.code, 'NOT_FOUND')
  })

  it('end a connection that asks for a second call, and one with a body that is too large', async () => {
    const { socket, closed } = await open(id)
    socket.send('{"route":"endless"}')
    await once(socket, 'message')
    socket.send('{}')
    assert.equal(await closed, 1008)
    assert.equal((await call(Buffer.alloc(10 * 1024 * 1024 + 1))).code, 1009)
    assert.equal((await call(Buffer.alloc(10 * 1024 * 1024))).code, 1000)
  })

  it('end when the connection goes before the body came', async () => {
    const { socket, closed } = await open(id)
    socket.close()
    await closed
    const { items } = await gateway.client.call('listInvocations', { params: { id }, query: { outcome: 'running' } })
    assert.deepEqual(items, [])
  })
})
