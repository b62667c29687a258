import assert from 'node:assert/strict'
import {
  createMessenger,
  type Handlers,
  type Listeners,
  type Messenger,
  type TravellingError,
} from '../../src/base/messenger.ts'

interface Host {
  requests: {
    double: { params: number; result: number }
    wait: { params: null; result: string }
  }
  events: { greeting: string }
}
interface Page {
  requests: Record<never, never>
  events: { changed: { id: string } }
}

class TravelledError extends Error {
  readonly code: string
  constructor(error: TravellingError) {
    super(error.message)
    this.code = error.code
  }
}

const errors = {
  encodeError: (error: unknown) => ({ code: 'FAILED', message: (error as Error).message }),
  decodeError: (error: TravellingError) => new TravelledError(error),
}

/** Two ends joined by a queue that copies each message as JSON, as the real channel does. */
function joined(handlers: Partial<Handlers<Host>> = {}, changed: Listeners<Page>['changed'] = () => {}) {
  const greetings: string[] = []
  const carry = (to: () => { receive(message: unknown): void }) => (message: unknown) =>
    queueMicrotask(() => to().receive(JSON.parse(JSON.stringify(message))))
  const host: Messenger<Page> = createMessenger<Host, Page>({
    ...errors,
    post: carry(() => page),
    handlers: { double: n => n * 2, wait: () => new Promise(() => {}), ...handlers },
    listeners: { greeting: text => greetings.push(text) },
  })
  const page: Messenger<Host> = createMessenger<Page, Host>({
    ...errors,
    post: carry(() => host),
    handlers: {},
    listeners: { changed },
  })
  return { host, page, greetings }
}

describe('messenger', () => {
  it('answers a request with the result of its handler', async () => {
    assert.equal(await joined().page.request('double', 21), 42)
  })

  it('answers each of many requests with its own result', async () => {
    const { page } = joined({ double: async n => (n % 2 ? new Promise(r => setImmediate(() => r(n * 2))) : n * 2) })
    const numbers = Array.from({ length: 50 }, (_, i) => i)
    assert.deepEqual(
      await Promise.all(numbers.map(n => page.request('double', n))),
      numbers.map(n => n * 2),
    )
  })

  it('rejects a request whose handler throws, with the translated error', async () => {
    const { page } = joined({
      double: () => {
        throw new Error('no numbers today')
      },
    })
    await assert.rejects(page.request('double', 1), { code: 'FAILED', message: 'no numbers today' })
  })

  it('rejects a request that the other side does not know', async () => {
    const { page } = joined()
    await assert.rejects(page.request('toString' as 'double', 1), { code: 'NOT_FOUND' })
  })

  it('delivers events in order', async () => {
    const { page, greetings } = joined()
    page.emit('greeting', 'one')
    page.emit('greeting', 'two')
    await page.request('double', 1)
    assert.deepEqual(greetings, ['one', 'two'])
  })

  it('tells the page what changed', async () => {
    const heard = Promise.withResolvers<{ id: string }>()
    joined({}, heard.resolve).host.emit('changed', { id: 'a' })
    assert.deepEqual(await heard.promise, { id: 'a' })
  })

  it('ignores what is no message of its protocol', async () => {
    const { page, host } = joined()
    for (const noise of [
      null,
      undefined,
      7,
      'text',
      {},
      { type: 'event', name: 'constructor' },
      { type: 'response' },
    ]) {
      page.receive(noise)
      host.receive(noise)
    }
    page.receive({ type: 'response', id: 'never-asked', result: 1 })
    assert.equal(await page.request('double', 2), 4)
  })

  it('rejects what is pending when it is disposed, and what is asked afterwards', async () => {
    const { page } = joined()
    const waiting = page.request('wait', null)
    page.dispose()
    await assert.rejects(waiting, { code: 'CANCELLED' })
    await assert.rejects(page.request('wait', null), { code: 'CANCELLED' })
  })

  it('aborts the handlers of a disposed side and posts nothing more', async () => {
    const posted: unknown[] = []
    const aborted = Promise.withResolvers<void>()
    const host = createMessenger<Host, Page>({
      ...errors,
      post: message => posted.push(message),
      handlers: {
        double: n => n,
        wait: (_, signal) =>
          new Promise(resolve =>
            signal.addEventListener('abort', () => {
              resolve('too late')
              aborted.resolve()
            }),
          ),
      },
      listeners: { greeting: () => {} },
    })
    host.receive({ type: 'request', id: '1', method: 'wait', params: null })
    host.dispose()
    await aborted.promise
    await new Promise(setImmediate)
    assert.deepEqual(posted, [])
  })

  it('does not take an answer that was meant for the page before a reload', async () => {
    const sent: { id: string }[] = []
    const reload = () =>
      createMessenger<Page, Host>({
        ...errors,
        post: message => sent.push(message as { id: string }),
        handlers: {},
        listeners: { changed: () => {} },
      })
    void reload().request('wait', null)
    const after = reload()
    const answer = after.request('double', 3)
    after.receive({ type: 'response', id: sent[0]!.id, result: 'stale' })
    after.receive({ type: 'response', id: sent[1]!.id, result: 6 })
    assert.equal(await answer, 6)
  })
})
