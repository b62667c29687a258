import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGatewayClient } from '../../src/client/gatewayClient.ts'
import { type KnativeStep, type KnativeWork, knativeEvents } from '../../src/client/knativeEvents.ts'

/** Reads the steps of work that a server answers so; `read` hears each. */
async function steps(
  answer: (response: ServerResponse) => void,
  work: Omit<KnativeWork, 'connectionId'> = {},
  { signal = new AbortController().signal, read = (_step: KnativeStep): void => undefined } = {},
) {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    answer(response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const client = createGatewayClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 't' })
  try {
    const found: KnativeStep[] = []
    for await (const step of knativeEvents(client, { connectionId: 'c', ...work }, signal)) {
      found.push(step)
      read(step)
    }
    return { found, requests }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
const line = (event: object) => `${JSON.stringify(event)}\n`
const waiting = { type: 'waiting', message: 'Looking' }
const done = { type: 'done', created: 1, changed: 0, unchanged: 0, deleted: 0 }

describe('the steps of an installation', () => {
  it('are read as they come, silence left out', async () => {
    const { found, requests } = await steps(response => response.end(`${line(waiting)}\n\n${line(done)}`), {
      install: {},
    })
    assert.deepEqual(found, [waiting, done])
    assert.deepEqual(requests, ['POST /api/v1/connections/c/knative'])
  })

  it('of a removal come from a DELETE', async () => {
    const { requests } = await steps(response => response.end(line(done)))
    assert.deepEqual(requests, ['DELETE /api/v1/connections/c/knative'])
  })

  it('end with the error of the gateway', async () => {
    const failed = {
      type: 'failed',
      error: 'It is used.',
      code: 'CONFLICT',
      details: { services: ['a/b'] },
      hint: 'Wait.',
    }
    await assert.rejects(
      steps(response => response.end(line(waiting) + line(failed))),
      { code: 'CONFLICT', message: 'It is used.', details: { services: ['a/b'] }, hint: 'Wait.' },
    )
  })

  it('that break off are no success', async () => {
    await assert.rejects(
      steps(response => response.end(line(waiting))),
      { code: 'GATEWAY_UNREACHABLE' },
    )
    await assert.rejects(
      steps(response => response.write(line(waiting), () => response.destroy())),
      { code: 'GATEWAY_UNREACHABLE' },
    )
  })

  it('end when they are cancelled', async () => {
    const stop = new AbortController()
    const read = () => stop.abort()
    const reading = steps(response => response.write(line(waiting)), {}, { signal: stop.signal, read })
    await assert.rejects(reading, { code: 'CANCELLED' })
  })
})
