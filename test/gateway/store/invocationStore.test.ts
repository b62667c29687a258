import assert from 'node:assert/strict'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defined } from '../../../src/base/defined.ts'
import type { InvocationRecord } from '../../../src/gateway/domain/function.ts'
import { createGroupCommit } from '../../../src/gateway/store/groupCommit.ts'
import { openStore } from '../../../src/gateway/store/openStore.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { invocation } from './records.ts'

describe('the invocation store', () => {
  it('counts ended calls by the hour and by how long they took', async () => {
    using folder = temporaryFolder()
    const store = await openStore(join(folder.path, 'gateway.db'))
    const hour = 3_600_000
    const ended = (startedAt: number, took: number, outcome: 'succeeded' | 'failed') =>
      store.invocations.save(invocation('f', { startedAt, completedAt: startedAt + took, outcome }))
    await ended(5 * hour - 1, 8, 'succeeded')
    await ended(5 * hour, 8, 'succeeded')
    await ended(5 * hour + 1, 8, 'failed')
    await ended(6 * hour, 20, 'succeeded')
    await store.invocations.save(invocation('f', { startedAt: 6 * hour }))
    await store.invocations.save(invocation('other', { startedAt: 6 * hour, completedAt: 6 * hour + 8 }))
    assert.deepEqual(
      (await store.invocations.counts('f', 5 * hour)).toSorted((a, b) => a.hour - b.hour),
      [
        { hour: 5, milliseconds: 8, calls: 2, failed: 1 },
        { hour: 6, milliseconds: 20, calls: 1, failed: 0 },
      ],
    )
    await store.close()
  })

  it('keeps the last state of each call and pages through them', async () => {
    using folder = temporaryFolder()
    const store = await openStore(join(folder.path, 'gateway.db'))
    const calls = Array.from({ length: 500 }, (_, at) => invocation('f', { startedAt: at >> 1 }))
    await Promise.all(calls.map(call => store.invocations.save(call)))
    const done = calls.map(call => ({
      ...call,
      completedAt: call.startedAt + 5,
      outcome: 'failed' as const,
      statusCode: 504,
      code: 'TIMEOUT' as const,
      message: 'too slow',
      responseBytes: 7,
      coldStart: false,
    }))
    await Promise.all(done.map(call => store.invocations.save(call)))
    const paged = []
    for (;;) {
      const page = await store.invocations.list('f', { limit: 64, ...defined({ after: paged.at(-1) }) })
      if (page.length === 0) break
      paged.push(...page)
    }
    assert.deepEqual(
      paged,
      done.toSorted((x, y) => y.startedAt - x.startedAt || (x.id < y.id ? 1 : -1)),
    )
    await store.invocations.removeFunction('f')
    assert.deepEqual(await store.invocations.list('f', { limit: 10 }), [])
    await store.close()
  })

  it('ends what a killed gateway left running, and nothing else', async () => {
    using folder = temporaryFolder()
    const store = await openStore(join(folder.path, 'gateway.db'))
    const running = invocation('f', { startedAt: 2, outcome: 'running' })
    const done = invocation('f', { startedAt: 1, completedAt: 3, outcome: 'succeeded' })
    await Promise.all([store.invocations.save(running), store.invocations.save(done)])
    await store.invocations.endRunning(9)
    const [ended, untouched] = await store.invocations.list('f', { limit: 10 })
    assert.deepEqual([ended?.outcome, ended?.code, ended?.completedAt], ['failed', 'FUNCTION_CRASHED', 9])
    assert.deepEqual(untouched, done)
    await store.close()
  })

  it('has written what it was given when it closes', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'gateway.db')
    const store = await openStore(file)
    const saved = store.invocations.save(invocation('f'))
    await store.close()
    await saved
    const again = await openStore(file)
    assert.equal((await again.invocations.list('f', { limit: 10 })).length, 1)
    await again.close()
  })

  it('tells of a call as soon as it is saved', async () => {
    using folder = temporaryFolder()
    const store = await openStore(join(folder.path, 'gateway.db'))
    const call = invocation('f', { outcome: 'running' })
    await store.invocations.save(call)
    assert.deepEqual(await store.invocations.get(call.id), call)
    assert.deepEqual(await store.invocations.list('f', { limit: 10 }), [call])
    assert.deepEqual(await store.invocations.get(call.id), call)
    await store.close()
  })

  it('takes no call of a function that is deleted', async () => {
    using folder = temporaryFolder()
    const store = await openStore(join(folder.path, 'gateway.db'))
    const [before, during, after] = [1, 2, 3].map(startedAt => invocation('f', { startedAt }))
    await store.invocations.save(before!)
    const saving = store.invocations.save(during!)
    await store.invocations.removeFunction('f')
    await Promise.all([saving, store.invocations.save(after!), store.invocations.save(invocation('other'))])
    assert.deepEqual(await store.invocations.list('f', { limit: 10 }), [])
    assert.equal((await store.invocations.list('other', { limit: 10 })).length, 1)
    await store.close()
  })
})

describe('the journal of calls', () => {
  /** Saves calls and gives the files as a gateway leaves them that is killed then. */
  async function killedAfter(calls: readonly InvocationRecord[], folder: string) {
    const file = join(folder, 'gateway.db')
    const store = await openStore(file)
    for (const call of calls) await store.invocations.save(call)
    const journal = readFileSync(`${file}-calls`)
    // What the end moves is left in the journal as well, as by a kill between the two.
    await store.close()
    assert.equal(readFileSync(`${file}-calls`).length, 0)
    return { file, journal }
  }
  const started = invocation('f', { startedAt: 1, outcome: 'running' })
  const ended = { ...started, completedAt: 9, outcome: 'succeeded' as const, statusCode: 200 }
  const other = invocation('f', { startedAt: 2 })

  it('leaves each call once, in its last state, also to who moves what has been moved', async () => {
    using folder = temporaryFolder()
    const { file, journal } = await killedAfter([started, other, ended], folder.path)
    for (let start = 0; start < 2; start++) {
      writeFileSync(`${file}-calls`, journal)
      const store = await openStore(file)
      assert.deepEqual(await store.invocations.list('f', { limit: 10 }), [other, ended])
      await store.close()
    }
  })

  it('is moved to a database that has none of it', async () => {
    using folder = temporaryFolder()
    using fresh = temporaryFolder()
    const { journal } = await killedAfter([started, other, ended], folder.path)
    const file = join(fresh.path, 'gateway.db')
    writeFileSync(`${file}-calls`, journal)
    const store = await openStore(file)
    assert.deepEqual(await store.invocations.list('f', { limit: 10 }), [other, ended])
    await store.close()
  })

  it('has no call whose line was cut off, and takes others behind it', async () => {
    using folder = temporaryFolder()
    const { file, journal } = await killedAfter([started, other], folder.path)
    rmSync(file)
    for (const lost of [1, 40]) {
      writeFileSync(`${file}-calls`, journal.subarray(0, journal.length - lost))
      const store = await openStore(file)
      await store.invocations.save(ended)
      assert.deepEqual(await store.invocations.list('f', { limit: 10 }), [ended])
      await store.close()
    }
  })

  it('is readable to its owner alone', async () => {
    using folder = temporaryFolder()
    const { file } = await killedAfter([other], folder.path)
    assert.equal(statSync(`${file}-calls`).mode & 0o777, 0o600)
  })

  it('moves on while calls come, so that it stays small', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'gateway.db')
    const store = await openStore(file)
    let largest = 0
    for (let round = 0; round < 50; round++) {
      await Promise.all(Array.from({ length: 60 }, () => store.invocations.save(invocation('f'))))
      largest = Math.max(largest, statSync(`${file}-calls`).size)
    }
    assert.ok(largest < 512 * 1024, `${largest} bytes`)
    assert.equal((await store.invocations.list('f', { limit: 10_000 })).length, 3000)
    await store.close()
  })
})

describe('a group commit', () => {
  it('writes what arrives during a commit with the next one, in order', async () => {
    const groups: number[][] = []
    const commits = createGroupCommit<number>(async items => {
      groups.push([...items])
      await new Promise(resolve => setImmediate(resolve))
    }, 3)
    await Promise.all([1, 2, 3, 4, 5].map(item => commits.add(item)))
    assert.deepEqual(groups, [
      [1, 2, 3],
      [4, 5],
    ])
    await commits.flushed()
  })

  it('fails the items of a failed commit and goes on', async () => {
    const commits = createGroupCommit<string>(async items => {
      if (items.includes('bad')) throw new Error('no room')
    }, 1)
    const results = await Promise.allSettled(['good', 'bad', 'good'].map(item => commits.add(item)))
    assert.deepEqual(
      results.map(result => result.status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
  })
})
