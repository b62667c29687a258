import assert from 'node:assert/strict'
import type { WebSocket } from 'ws'
import { type WatchState, watchGateway } from '../../src/client/watchGateway.ts'
import { HksError } from '../../src/contract/errors.ts'
import type { WatchMessage } from '../../src/contract/watch.ts'
import { fakeGateway } from './fakeGateway.ts'

const snapshot = (cursor: string): WatchMessage => ({
  type: 'snapshot',
  cursor,
  connections: [],
  projects: [],
  cronJobs: [],
  functions: [],
  deployments: [],
  invocations: [],
  calls: [],
})
const deleted = (cursor: string): WatchMessage => ({ type: 'delete', cursor, kind: 'cronJob', id: 'a' })

interface Step {
  readonly send: readonly (WatchMessage | string)[]
  readonly then: (socket: WebSocket) => void
}

/** Watches a gateway that serves one step per connection; ends when the last one is reached. */
async function watch(steps: readonly Step[], failConnect: (attempt: number) => Error | undefined = () => undefined) {
  const requests: { url: string | undefined; authorization: string | undefined }[] = []
  const messages: WatchMessage[] = []
  const states: WatchState[] = []
  const controller = new AbortController()
  await using gateway = await fakeGateway(
    (_request, response) => response.end(),
    (socket, request) => {
      requests.push({ url: request.url, authorization: request.headers.authorization })
      const step = steps[requests.length - 1]
      if (!step) return controller.abort()
      for (const message of step.send) socket.send(typeof message === 'string' ? message : JSON.stringify(message))
      step.then(socket)
    },
  )
  let attempt = 0
  await watchGateway({
    connect: async () => {
      const error = failConnect(attempt++)
      if (error) throw error
      return gateway.address
    },
    onMessage: message => messages.push(message),
    onState: state => states.push(state),
    signal: controller.signal,
  })
  return { requests, messages, states }
}

describe('watching a gateway', () => {
  it('sends the token in a header and resumes with the last cursor after a cut', async () => {
    const { requests, messages, states } = await watch([
      { send: [snapshot('boot:1'), deleted('boot:2')], then: socket => setTimeout(() => socket.terminate(), 20) },
      { send: [deleted('boot:3'), { type: 'bye', reason: 'x' }], then: socket => socket.close() },
    ])
    assert.deepEqual(requests, [
      { url: '/api/v1/watch', authorization: 'Bearer secret' },
      { url: '/api/v1/watch?cursor=boot%3A2', authorization: 'Bearer secret' },
      { url: '/api/v1/watch?cursor=boot%3A3', authorization: 'Bearer secret' },
    ])
    assert.deepEqual(
      messages.map(message => message.type),
      ['snapshot', 'delete', 'delete', 'bye'],
    )
    assert.deepEqual(states.map(state => state.kind).slice(0, 6), [
      'connecting',
      'connected',
      'disconnected',
      'connecting',
      'connected',
      'disconnected',
    ])
  })

  it('survives a frame that is no message', async () => {
    const { messages, states } = await watch([
      { send: ['{"type":'], then: () => undefined },
      { send: [snapshot('boot:1')], then: socket => setTimeout(() => socket.close(), 20) },
    ])
    assert.equal(messages.length, 1)
    const failed = states.find(state => state.kind === 'disconnected')
    assert.equal(failed?.error.code, 'GATEWAY_UNREACHABLE')
    assert.ok(failed.error.cause instanceof SyntaxError)
  })

  it('tells why no gateway can be had, and goes on trying', async () => {
    const newer = new HksError('GATEWAY_NEWER', 'Update.')
    const { states } = await watch([], attempt => (attempt < 2 ? newer : undefined))
    assert.deepEqual(states.filter(state => state.kind === 'disconnected').slice(0, 2), [
      { kind: 'disconnected', error: newer },
      { kind: 'disconnected', error: newer },
    ])
  })
})
