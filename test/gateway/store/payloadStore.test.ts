import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { KeptRequest, KeptResult } from '../../../src/gateway/domain/function.ts'
import { openStore, type Store } from '../../../src/gateway/store/openStore.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { invocation, keptRequest, keptResult } from './records.ts'

describe('what the store keeps of calls', function () {
  this.timeout(60_000)
  const folder = temporaryFolder()
  let store: Store
  before(async () => {
    store = await openStore(join(folder.path, 'gateway.db'))
  })
  after(async () => {
    await store.close()
    folder[Symbol.dispose]()
  })
  const MiB = 1024 * 1024

  const keptOf = async <T extends { readonly invocationId: string }>(
    all: readonly T[],
    read: (id: string) => Promise<unknown>,
  ): Promise<readonly T[]> => {
    const found = await Promise.all(all.map(each => read(each.invocationId)))
    return all.filter((_, at) => found[at] !== undefined)
  }
  const requestsLeft = (all: readonly KeptRequest[]) => keptOf(all, store.payloads.request)
  const resultsLeft = (all: readonly KeptResult[]) => keptOf(all, id => store.payloads.result(id, 0))

  it('is the last 20 requests of each function, byte for byte', async () => {
    const other = keptRequest('other', { at: 1 })
    const all = Array.from({ length: 33 }, (_, at) => keptRequest('asked', { at, body: Buffer.from([at, 0, 255]) }))
    await store.payloads.saveRequests([...all.slice(0, 30), other])
    await store.payloads.saveRequests(all.slice(30))
    assert.deepEqual(await requestsLeft(all), all.slice(13))
    const last = all.at(-1)!
    const read = await store.payloads.request(last.invocationId)
    assert.deepEqual({ ...read, body: Buffer.from(read!.body) }, last)
    assert.deepEqual(await requestsLeft([other]), [other])
  })

  it('is an answer until it expires', async () => {
    const result = keptResult('expiring', { expiresAt: 50 })
    await store.payloads.saveResult(result)
    assert.deepEqual(await store.payloads.result(result.invocationId, 49), result)
    assert.equal(await store.payloads.result(result.invocationId, 50), undefined)
    await store.retain(0, 50)
    assert.equal(await store.payloads.result(result.invocationId, 0), undefined)
  })

  it('is no more than 64 MiB of answers of each function, the newest', async () => {
    const body = new Uint8Array(4 * MiB)
    const all = Array.from({ length: 40 }, (_, at) => keptResult('large', { at, body, bytes: body.length }))
    for (const result of all) await store.payloads.saveResult(result)
    assert.deepEqual(
      (await resultsLeft(all)).map(({ at }) => at),
      all.slice(-16).map(({ at }) => at),
    )
  })

  it('is the last 10,000 records of each function, and apart from these those whose answer is to be fetched', async () => {
    const awaited = Array.from({ length: 11_500 }, (_, at) =>
      invocation('busy', { startedAt: 100 + at, completedAt: 200 + at, outcome: 'succeeded' }),
    )
    const fetched = invocation('busy', { startedAt: 1, completedAt: 2, outcome: 'succeeded', async: true })
    const running = invocation('busy', { startedAt: 2 })
    const others = invocation('calm', { startedAt: 1, completedAt: 2, outcome: 'succeeded' })
    await Promise.all([fetched, running, others, ...awaited].map(call => store.invocations.save(call)))
    const left = await store.invocations.list('busy', { limit: 20_000 })
    assert.ok(left.length >= 10_002 && left.length <= 11_002, String(left.length))
    assert.deepEqual(left[0], awaited.at(-1))
    for (const { id } of [fetched, running, others]) assert.ok(await store.invocations.get(id))
    assert.equal(await store.invocations.get(awaited[0]!.id), undefined)
  })

  it('is listed by its outcome', async () => {
    const failed = invocation('mixed', { startedAt: 1, outcome: 'failed' })
    const good = invocation('mixed', { startedAt: 2, outcome: 'succeeded' })
    await Promise.all([failed, good].map(call => store.invocations.save(call)))
    assert.deepEqual(await store.invocations.list('mixed', { limit: 5, outcome: 'failed' }), [failed])
  })

  it('goes with its function', async () => {
    const request = keptRequest('gone')
    const result = keptResult('gone')
    const call = invocation('gone')
    await Promise.all([
      store.payloads.saveRequests([request]),
      store.payloads.saveResult(result),
      store.invocations.save(call),
    ])
    await store.invocations.removeFunction('gone')
    assert.deepEqual(await requestsLeft([request]), [])
    assert.deepEqual(await resultsLeft([result]), [])
    assert.equal(await store.invocations.get(call.id), undefined)
  })
})
