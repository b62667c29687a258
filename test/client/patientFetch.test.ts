import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { patientFetch } from '../../src/client/patientFetch.ts'

/** Where Node's fetch looks for what opens its connections, and its class: the limits of this one are short. */
const dispatcherKey = Symbol.for('undici.globalDispatcher.1')
interface Dispatcher {
  readonly close: () => Promise<void>
}
const globals = globalThis as unknown as Record<symbol, Dispatcher>

describe('a patient fetch', () => {
  let server: Server
  let url: string
  let release: () => void
  const released = () => new Promise<void>(resolve => (release = resolve))

  beforeEach(async () => {
    server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  const post = (body = new Uint8Array(), signal?: AbortSignal) =>
    patientFetch(url, { method: 'POST', headers: { 'X-Given': 'yes' }, body, ...(signal ? { signal } : {}) })

  it('waits longer for an answer than fetch does', async () => {
    await fetch('data:,')
    const usual = globals[dispatcherKey]!
    const Agent = usual.constructor as new (options: object) => Dispatcher
    const hasty = new Agent({ headersTimeout: 1, bodyTimeout: 1 })
    globals[dispatcherKey] = hasty
    try {
      const heldBack = released()
      server.on('request', (_request, response) => void heldBack.then(() => response.end('at last')))
      const patient = post()
      // Proves that this is where fetch gives up.
      await assert.rejects(fetch(url, { method: 'POST' }), (error: Error) => {
        assert.equal((error.cause as { readonly code?: string }).code, 'UND_ERR_HEADERS_TIMEOUT')
        return true
      })
      release()
      assert.equal(await (await patient).text(), 'at last')
    } finally {
      globals[dispatcherKey] = usual
      await hasty.close()
    }
  })

  it('sends method, headers and body, and answers status, headers and body', async () => {
    server.on('request', (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        response.setHeader('X-Got', [request.method ?? '', String(request.headers['x-given'])])
        response.writeHead(418).end(Buffer.concat(chunks))
      })
    })
    const body = Uint8Array.from({ length: 100_000 }, (_, i) => i % 256)
    const answer = await post(body)
    assert.equal(answer.status, 418)
    assert.equal(answer.headers.get('x-got'), 'POST, yes')
    assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), body)
  })

  it('answers 204 and 304 without a body', async () => {
    for (const status of [204, 304]) {
      server.removeAllListeners('request')
      server.on('request', (_request, response) => void response.writeHead(status).end())
      const answer = await post()
      assert.deepEqual([answer.status, answer.body], [status, null])
    }
  })

  it('ends with its signal, before the head and after it', async () => {
    const controller = new AbortController()
    server.on('request', (_request, response) => void response.write('begun'))
    const answer = await post(undefined, controller.signal)
    const text = answer.text()
    controller.abort()
    await assert.rejects(text)
    await assert.rejects(post(undefined, AbortSignal.abort()), { name: 'AbortError' })
  })

  it('throws where the body is read when that breaks off, and at once where nobody listens', async () => {
    server.on('request', (_request, response) => void response.write('half', () => response.destroy()))
    const answer = await post()
    await assert.rejects(answer.text())
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
    await assert.rejects(post(), { code: 'ECONNREFUSED' })
  })
})
