import assert from 'node:assert/strict'
import { createKeyedQueue, createQueue } from '../../src/base/queue.ts'

/** Work that ends when it is told to, and a note of when it began. */
function task(log: string[], name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const work = () => {
    log.push(name)
    return promise
  }
  return { work, end: () => resolve(name), fail: () => reject(new Error(name)) }
}

describe('a queue', () => {
  it('begins with a piece of work when the one before it has ended, and answers as the work does', async () => {
    const log: string[] = []
    const [first, second] = [task(log, 'first'), task(log, 'second')]
    const queue = createQueue()
    const turns = [queue.add(first.work), queue.add(second.work)]
    assert.equal(queue.size, 2)
    await Promise.resolve()
    assert.deepEqual(log, ['first'])
    first.end()
    second.end()
    assert.deepEqual(await Promise.all(turns), ['first', 'second'])
    assert.deepEqual(log, ['first', 'second'])
    assert.equal(queue.size, 0)
  })

  it('goes on after a failure, which only its own caller gets', async () => {
    const log: string[] = []
    const [first, second] = [task(log, 'first'), task(log, 'second')]
    const queue = createQueue()
    const turns = [queue.add(first.work), queue.add(second.work)]
    first.fail()
    second.end()
    await assert.rejects(turns[0]!, { message: 'first' })
    assert.equal(await turns[1], 'second')
  })

  it('takes what is thrown before a promise is made as a failure, too', async () => {
    const queue = createQueue()
    const turn = queue.add(() => {
      throw new Error('at once')
    })
    await assert.rejects(turn, { message: 'at once' })
    assert.equal(queue.size, 0)
  })

  it('is settled when also what was added meanwhile has ended', async () => {
    const log: string[] = []
    const [first, second] = [task(log, 'first'), task(log, 'second')]
    const queue = createQueue()
    void queue.add(async () => {
      await first.work()
      void queue.add(second.work)
    })
    const settled = queue.settled().then(() => log.push('settled'))
    first.end()
    second.end()
    await settled
    assert.deepEqual(log, ['first', 'second', 'settled'])
  })
})

describe('a keyed queue', () => {
  it('lets work of one key follow, of two keys overlap', async () => {
    const log: string[] = []
    const [a1, a2, b1] = [task(log, 'a1'), task(log, 'a2'), task(log, 'b1')]
    const queue = createKeyedQueue()
    const turns = [queue.add('a', a1.work), queue.add('a', a2.work), queue.add('b', b1.work)]
    await Promise.resolve()
    assert.deepEqual(log, ['a1', 'b1'])
    a1.end()
    a2.end()
    b1.end()
    assert.deepEqual(await Promise.all(turns), ['a1', 'a2', 'b1'])
    assert.deepEqual(log, ['a1', 'b1', 'a2'])
  })

  it('goes on after a failure and remembers no key longer than something is under way for it', async () => {
    const log: string[] = []
    const [first, second] = [task(log, 'first'), task(log, 'second')]
    const queue = createKeyedQueue()
    const turns = [queue.add('a', first.work), queue.add('a', second.work)]
    first.fail()
    await assert.rejects(turns[0]!, { message: 'first' })
    assert.equal(queue.size, 1)
    second.end()
    assert.equal(await turns[1], 'second')
    assert.equal(queue.size, 0)
  })

  it('keeps the order of one key when work is added from within and right after the last of it', async () => {
    const log: string[] = []
    const queue = createKeyedQueue()
    const step = (name: string) => async () => {
      log.push(`${name} begins`)
      await Promise.resolve()
      log.push(`${name} ends`)
    }
    let inner: Promise<void> | undefined
    await queue.add('a', async () => {
      inner = queue.add('a', step('inner'))
      await step('outer')()
    })
    await Promise.all([inner, queue.add('a', step('after'))])
    assert.deepEqual(
      log,
      ['outer', 'inner', 'after'].flatMap(name => [`${name} begins`, `${name} ends`]),
    )
    assert.equal(queue.size, 0)
  })
})
