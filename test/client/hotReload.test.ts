import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { createGatewayClient, type GatewayAddress } from '../../src/client/gatewayClient.ts'
import { createHotReload, type Reload } from '../../src/client/hotReload.ts'
import { HksError } from '../../src/contract/errors.ts'
import { fakeGateway, json, type Received } from './fakeGateway.ts'

const projectId = 'p1'
let revision = 0
const serve = (response: ServerResponse) =>
  json(response, 200, { id: 'f1', name: 'greet', revision: ++revision, revisions: [{ id: 'r', status: 'ready' }] })
const sourceOf = ({ body }: Received) => (JSON.parse(body) as { source: string }).source

/** Hot reload of a source that the test changes, on the gateway that `address` answers. */
function reloading(address: () => GatewayAddress) {
  const told: Reload[] = []
  let next = Promise.withResolvers<Reload>()
  const source = { text: '', read: () => Promise.resolve() }
  const reload = createHotReload({
    projectId,
    connect: async () => createGatewayClient(address()),
    read: async () => {
      const { text } = source
      await source.read()
      return { name: 'greet', runtime: 'node', source: text }
    },
    onReload: done => {
      told.push(done)
      next.resolve(done)
      next = Promise.withResolvers()
    },
  })
  return {
    source,
    reload,
    told,
    /** What the next reload comes to. */
    save: (text: string) => {
      const done = next.promise
      source.text = text
      reload.changed()
      return done
    },
    again: () => {
      const done = next.promise
      reload.again()
      return done
    },
    [Symbol.asyncDispose]: () => reload.stop(),
  }
}

describe('hot reload', () => {
  it('sends what was saved as one of many, and the same again only when it is asked to', async () => {
    await using gateway = await fakeGateway((_request, response) => serve(response))
    await using session = reloading(() => gateway.address)
    await session.save('one')
    const read = new Promise<void>(resolve => {
      session.source.read = async () => resolve()
    })
    session.reload.changed()
    await read
    // It would be on its way by now.
    await new Promise(setImmediate)
    await session.save('two')
    await session.again()
    assert.deepEqual(gateway.received.map(sourceOf), ['one', 'two', 'two'])
    const { transient } = JSON.parse(gateway.received[0]!.body) as { readonly transient?: boolean }
    assert.equal(transient, true)
  })

  it('tells what the gateway refuses, and sends the same once more when it is saved again', async () => {
    const fault = { error: 'source: x', code: 'INVALID_SOURCE', details: { file: 'index.mjs', line: 3 } }
    await using gateway = await fakeGateway((_request, response) =>
      gateway.received.length === 1 ? json(response, 400, fault) : serve(response),
    )
    await using session = reloading(() => gateway.address)
    const refused = await session.save('wrong')
    assert.ok(refused.kind === 'refused' && refused.error instanceof HksError)
    assert.deepEqual([refused.error.code, refused.error.details], [fault.code, fault.details])
    assert.equal((await session.save('wrong')).kind, 'serving')
  })

  it('sends only the last of what was saved while the source was being read', async () => {
    await using gateway = await fakeGateway((_request, response) => serve(response))
    await using session = reloading(() => gateway.address)
    let saves = 0
    session.source.read = async () => {
      if (++saves > 3) return
      session.source.text = `save ${saves}`
      session.reload.changed()
    }
    await session.save('first')
    assert.deepEqual(gateway.received.map(sourceOf), ['save 3'])
    assert.equal(session.told.length, 1)
  })

  it('tells nothing of a read that failed because a file was just being replaced', async () => {
    await using gateway = await fakeGateway((_request, response) => serve(response))
    await using session = reloading(() => gateway.address)
    session.source.read = async () => {
      session.source.read = () => Promise.resolve()
      session.reload.changed()
      throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
    }
    assert.equal((await session.save('back')).kind, 'serving')
    assert.equal(session.told.length, 1)
  })

  it('finds a gateway that was restarted at another address, and sends the save there', async () => {
    await using old = await fakeGateway((_request, response) => response.destroy())
    await using another = await fakeGateway((_request, response) => serve(response))
    let asked = 0
    await using session = reloading(() => (asked++ === 0 ? old : another).address)
    assert.equal((await session.save('kept')).kind, 'serving')
    assert.deepEqual([...old.received, ...another.received].map(sourceOf), ['kept', 'kept'])
  })

  it('says after some tries that no gateway answers, and is there for the next save', async () => {
    let isThere = false
    await using gateway = await fakeGateway((_request, response) => (isThere ? serve(response) : response.destroy()))
    await using session = reloading(() => gateway.address)
    const refused = await session.save('lost')
    assert.ok(refused.kind === 'refused' && refused.error instanceof HksError)
    assert.equal(refused.error.code, 'GATEWAY_UNREACHABLE')
    isThere = true
    assert.equal((await session.save('lost')).kind, 'serving')
  })
})
