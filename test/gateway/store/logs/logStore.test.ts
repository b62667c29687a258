import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import type { LogSelection, NewLogLine, StoredLogLine } from '../../../../src/gateway/domain/log.ts'
import { createLogStore, type SegmentLogStore } from '../../../../src/gateway/store/logs/logStore.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

const line = (text: string, fields: Partial<NewLogLine> = {}): NewLogLine => ({
  time: 1_700_000_000_000.125,
  stream: 'stdout',
  text,
  ...fields,
})

const lines = (count: number, from = 0): NewLogLine[] =>
  Array.from({ length: count }, (_, at) => line(`line ${from + at}`, { time: 1000 + from + at }))

/** Appends, and gives the lines as they must be stored. */
function append(store: SegmentLogStore, id: string, added: readonly NewLogLine[]): StoredLogLine[] {
  const last = store.append(id, added)
  return added.map((one, at) => ({ ...one, seq: last - added.length + 1 + at }))
}

/** What a read must give, said in the plainest way. */
function expected(all: readonly StoredLogLine[], selection: LogSelection): readonly StoredLogLine[] {
  const { after = 0, since = -Infinity, tail, before = Infinity, executionId, invocationId, grep } = selection
  const holds = (text: string) =>
    grep === undefined ||
    (grep.ignoreCase ? text.toUpperCase().includes(grep.text.toUpperCase()) : text.includes(grep.text))
  const selected = all.filter(
    one =>
      one.seq > after &&
      one.time >= since &&
      (executionId === undefined || one.executionId === executionId) &&
      (invocationId === undefined || one.invocationId === invocationId) &&
      holds(one.text),
  )
  if (tail === undefined) return selected
  // The tail is counted before a number, and goes on past it.
  const counted = selected.filter(one => one.seq < before).length
  return selected.slice(Math.max(0, counted - tail))
}

/** Reads page after page, as a client does. */
async function readAll(store: SegmentLogStore, id: string, selection: LogSelection = {}): Promise<StoredLogLine[]> {
  const { tail: _tail, after: _after, before: _before, ...rest } = selection
  const all: StoredLogLine[] = []
  for (let asked = selection; ; ) {
    const page = await store.read(id, asked)
    all.push(...page.lines)
    if (!page.more) return all
    assert.notDeepEqual({ ...rest, ...page.next }, asked, 'each page gets further')
    asked = { ...rest, ...page.next }
  }
}

const filesOf = (folder: string, suffix: string) =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter(name => name.endsWith(suffix))
    .sort()
    .map(name => join(folder, name))

const arbitraryLine: fc.Arbitrary<NewLogLine> = fc
  .record(
    {
      time: fc.double({ min: 0, max: 4e12, noNaN: true }),
      stream: fc.constantFrom('stdout' as const, 'stderr' as const, 'system' as const),
      text: fc.oneof(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.nat({ max: 30_000 }).map(size => 'x'.repeat(size)),
        fc.constantFrom('', '\u0000\u001b[31m\r', 'a\nb', '\ud800 alone', '{"seq":1,'),
      ),
      executionId: fc.constantFrom('run-1', 'run-2', 'run-3'),
      invocationId: fc.constantFrom('call-1', 'call-2'),
      truncated: fc.nat(),
    },
    { requiredKeys: ['time', 'stream', 'text'] },
  )
  // JSON has no negative zero.
  .map(one => ({ ...one, time: one.time + 0 }))

const arbitrarySelection: fc.Arbitrary<LogSelection> = fc.record(
  {
    after: fc.nat({ max: 60 }),
    since: fc.double({ min: 0, max: 4e12, noNaN: true }),
    tail: fc.nat({ max: 40 }),
    limit: fc.integer({ min: 1, max: 40 }),
    executionId: fc.constantFrom('run-1', 'run-2', 'run-9'),
    invocationId: fc.constantFrom('call-1', 'call-9'),
    before: fc.integer({ min: 1, max: 60 }),
    grep: fc.record({
      text: fc.constantFrom('x', 'XX', 'a\nb', '\u001b[31m', '"', 'seq', 'ALONE', '.', 'no such text'),
      ignoreCase: fc.boolean(),
    }),
  },
  { requiredKeys: [] },
)

describe('the log store', () => {
  it('numbers lines from 1 and gives them back with each field', async () => {
    using folder = temporaryFolder()
    const store = createLogStore(folder.path)
    const full = line('ü\n\u0000', { stream: 'stderr', executionId: 'run', invocationId: 'call', truncated: 7 })
    const stored = [...append(store, 'a', [line('first'), full]), ...append(store, 'a', [line('last')])]
    assert.deepEqual(stored, [
      { ...line('first'), seq: 1 },
      { ...full, seq: 2 },
      { ...line('last'), seq: 3 },
    ])
    assert.deepEqual(await store.read('a', {}), { lines: stored, more: false, next: { after: 3 } })
    assert.deepEqual(await store.read('other', {}), { lines: [], more: false, next: { after: 0 } })
    store.close()
  })

  it('gives back what was appended for any selection, through segments and restarts', async () => {
    const steps = fc.array(
      fc.oneof({ weight: 4, arbitrary: fc.array(arbitraryLine, { maxLength: 12 }) }, fc.constant('restart' as const)),
      { maxLength: 8 },
    )
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.array(arbitrarySelection, { minLength: 5, maxLength: 10 }),
        fc.constantFrom(600, 100_000, 4_000_000),
        async (history, selections, segmentBytes) => {
          using folder = temporaryFolder()
          let store = createLogStore(folder.path, { segmentBytes })
          const all: StoredLogLine[] = []
          for (const step of history) {
            if (step === 'restart') {
              store.close()
              store = createLogStore(folder.path, { segmentBytes })
            } else all.push(...append(store, 'a', step))
          }
          assert.deepEqual(
            all.map(one => one.seq),
            all.map((_, at) => at + 1),
          )
          for (const selection of [{}, ...selections]) {
            const wanted = expected(all, selection)
            const read = await store.read('a', selection)
            assert.deepEqual(read.lines, wanted.slice(0, selection.limit ?? Infinity))
            assert.equal(read.more, read.lines.length < wanted.length)
            // Of any selection, a little at a time.
            assert.deepEqual(await readAll(store, 'a', { ...selection, work: 1 }), wanted)
          }
          store.close()
        },
      ),
      { numRuns: 60 },
    )
  }).timeout(60_000)

  it('gives a prefix, and goes on from there, however much of the last file was lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(arbitraryLine, { minLength: 1, maxLength: 30 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom('', '\u0000\u0000\u0000', '{"seq":'),
        async (appended, share, garbage) => {
          using folder = temporaryFolder()
          const first = createLogStore(folder.path, { segmentBytes: 2000 })
          const all = append(first, 'a', appended)
          first.close()
          const last = filesOf(folder.path, '.log').at(-1)!
          truncateSync(last, Math.floor(statSync(last).size * share))
          writeFileSync(last, garbage, { flag: 'a' })

          const second = createLogStore(folder.path, { segmentBytes: 2000 })
          const left = await readAll(second, 'a')
          assert.deepEqual(left, all.slice(0, left.length))
          const [next] = append(second, 'a', [line('next')])
          assert.equal(next!.seq, left.length + 1)
          assert.deepEqual(await readAll(second, 'a'), [...left, next])
          second.close()
        },
      ),
      { numRuns: 60 },
    )
  }).timeout(60_000)

  it('makes the index of a finished segment again when it was never stored', async () => {
    using folder = temporaryFolder()
    const first = createLogStore(folder.path, { segmentBytes: 500 })
    const all = append(first, 'a', lines(100))
    first.close()
    const indexes = filesOf(folder.path, '.idx')
    assert.ok(indexes.length > 2)
    for (const file of indexes) truncateSync(file, Math.floor(statSync(file).size / 2))
    const second = createLogStore(folder.path, { segmentBytes: 500 })
    assert.deepEqual(await readAll(second, 'a'), all)
    second.close()
  })

  it('says which file is damaged instead of giving wrong lines', async () => {
    using folder = temporaryFolder()
    const first = createLogStore(folder.path, { segmentBytes: 500 })
    first.append('a', lines(100))
    first.close()
    const [oldest] = filesOf(folder.path, '.log')
    const bytes = readFileSync(oldest!)
    writeFileSync(oldest!, bytes.fill(0, 100, 140))
    const second = createLogStore(folder.path, { segmentBytes: 500 })
    await assert.rejects(second.read('a', {}), { code: 'STORE_CORRUPT', details: { file: oldest, offset: 56 } })
    assert.equal((await second.read('a', { tail: 5 })).lines.length, 5)
    second.close()
  })

  it('calls back after an append, and not for another application or after the end', async () => {
    using folder = temporaryFolder()
    const store = createLogStore(folder.path)
    const heard: string[] = []
    const one = store.onAppend('a', () => heard.push('one'))
    const two = store.onAppend('a', () => heard.push('two'))
    store.append('a', [line('x')])
    store.append('b', [line('x')])
    store.append('a', [])
    one[Symbol.dispose]()
    one[Symbol.dispose]()
    store.append('a', [line('x')])
    two[Symbol.dispose]()
    store.append('a', [line('x')])
    assert.deepEqual(heard, ['one', 'two', 'two'])
    store.close()
  })

  it('begins again at 1 after a removal', async () => {
    using folder = temporaryFolder()
    const store = createLogStore(folder.path, { segmentBytes: 300 })
    store.append('a', lines(50))
    store.append('b', lines(1))
    await readAll(store, 'a')
    const removed = store.remove('a')
    const [first] = append(store, 'a', [line('new')])
    await removed
    await store.remove('never')
    assert.equal(first!.seq, 1)
    assert.deepEqual(await readAll(store, 'a'), [first])
    assert.equal((await readAll(store, 'b')).length, 1)
    store.close()
  })

  it('keeps each log in its own folder, whatever its id', async () => {
    using folder = temporaryFolder()
    const root = join(folder.path, 'logs')
    const store = createLogStore(root)
    const ids = ['..', '.', 'a/b', 'a%2Fb', 'ä', '../a']
    for (const id of ids) store.append(id, [line(id)])
    for (const id of ids)
      assert.deepEqual(
        (await store.read(id, {})).lines.map(one => one.text),
        [id],
      )
    assert.deepEqual(readdirSync(folder.path), ['logs'])
    store.close()
  })

  it('holds few files open and still writes to all', async () => {
    using folder = temporaryFolder()
    const store = createLogStore(folder.path, { openFiles: 2 })
    const openBefore = readdirSync('/proc/self/fd').length
    for (let round = 0; round < 3; round++) {
      for (let at = 0; at < 20; at++) store.append(`app-${at}`, lines(2, 2 * round))
    }
    assert.ok(readdirSync('/proc/self/fd').length <= openBefore + 2)
    for (let at = 0; at < 20; at++) assert.equal((await store.read(`app-${at}`, {})).lines.length, 6)
    store.close()
  })

  it('lets a reader that follows lose nothing while lines come in', async () => {
    using folder = temporaryFolder()
    const store = createLogStore(folder.path, { segmentBytes: 20_000 })
    const total = 5000
    const seen: StoredLogLine[] = []
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    let reading = false
    const readOn = async (): Promise<void> => {
      if (reading) return
      reading = true
      try {
        for (let more = true; more; ) {
          const page = await store.read('a', { after: seen.at(-1)?.seq ?? 0, limit: 300 })
          seen.push(...page.lines)
          more = page.more || page.lines.length > 0
        }
      } finally {
        reading = false
      }
      if (seen.length >= total) resolve()
    }
    const follower = store.onAppend('a', () => void readOn().catch(reject))
    for (let at = 0; at < total; at += 50) {
      store.append('a', lines(50, at))
      if (at % 500 === 0) await new Promise(done => setImmediate(done))
    }
    await promise
    follower[Symbol.dispose]()
    assert.deepEqual(
      seen.map(one => one.text),
      lines(total).map(one => one.text),
    )
    store.close()
  })

  it('takes 100,000 lines and gives them back, complete and in order', async () => {
    using folder = temporaryFolder()
    const store = createLogStore(folder.path)
    for (let at = 0; at < 100_000; at += 1000) store.append('a', lines(1000, at))
    let seq = 0
    for (let more = true; more; ) {
      const page = await store.read('a', { after: seq })
      for (const one of page.lines) assert.equal(one.text, `line ${(seq = one.seq) - 1}`)
      more = page.more
    }
    assert.equal(seq, 100_000)
    store.close()
  }).timeout(60_000)

  it('ends a read of very long lines early, and says that there are more', async () => {
    using folder = temporaryFolder()
    const store = createLogStore(folder.path)
    const all = append(
      store,
      'a',
      Array.from({ length: 300 }, () => line('x'.repeat(65_536))),
    )
    const page = await store.read('a', { limit: 300 })
    assert.ok(page.more && page.lines.length < 200, `${page.lines.length} lines`)
    assert.equal((await readAll(store, 'a')).length, all.length)
    store.close()
  }).timeout(60_000)

  it('tells each time when so many bytes more are stored', () => {
    using folder = temporaryFolder()
    let told = 0
    const onGrown = () => {
      told += 1
    }
    const store = createLogStore(folder.path, { growth: { bytes: 10_000, onGrown } })
    for (let at = 0; at < 10; at++) store.append(at % 2 === 0 ? 'a' : 'b', [line('x'.repeat(4900))])
    assert.equal(told, 3, 'with every third of these lines')
    store.close()
  })

  describe('retention', () => {
    const year = 365 * 24 * 3600

    it('removes what is too old, also the last segment, and goes on counting', async () => {
      using folder = temporaryFolder()
      const store = createLogStore(folder.path, { segmentBytes: 500 })
      store.append('old', lines(50))
      store.append('new', lines(50))
      const past = Date.now() / 1000 - year
      for (const file of filesOf(join(folder.path, 'old'), '.log')) utimesSync(file, past, past)
      await store.retain({ olderThan: Date.now() - 60_000, maxBytes: Infinity })
      assert.deepEqual(await readAll(store, 'old'), [])
      assert.equal((await readAll(store, 'new')).length, 50)
      assert.equal(store.append('old', [line('next')]), 51)
      store.close()
      const again = createLogStore(folder.path, { segmentBytes: 500 })
      assert.deepEqual(
        (await readAll(again, 'old')).map(one => one.seq),
        [51],
      )
      again.close()
    })

    it('counts on also when all was removed before a restart', async () => {
      using folder = temporaryFolder()
      const store = createLogStore(folder.path)
      store.append('a', lines(7))
      await store.retain({ olderThan: Infinity, maxBytes: Infinity })
      await store.retain({ olderThan: Infinity, maxBytes: Infinity })
      store.close()
      const again = createLogStore(folder.path)
      assert.deepEqual(await readAll(again, 'a'), [])
      assert.equal(again.append('a', [line('next')]), 8)
      again.close()
    })

    it('removes the oldest segments of all applications until the rest is small enough', async () => {
      using folder = temporaryFolder()
      const store = createLogStore(folder.path, { segmentBytes: 1000 })
      for (const id of ['a', 'b']) store.append(id, lines(200))
      filesOf(join(folder.path, 'a'), '.log').forEach((file, at) => utimesSync(file, 1000 + at, 1000 + at))
      const total = () => filesOf(folder.path, '.log').reduce((sum, file) => sum + statSync(file).size, 0)
      const half = Math.floor(total() * 0.75)
      await store.retain({ olderThan: 0, maxBytes: half })
      assert.ok(total() <= half)
      const left = await readAll(store, 'a')
      assert.ok(left.length > 0 && left.length < 200)
      assert.equal(left.at(-1)!.seq, 200)
      assert.deepEqual(
        left.map(one => one.seq),
        left.map((_, at) => left[0]!.seq + at),
      )
      assert.equal((await readAll(store, 'b')).length, 200)
      assert.equal(filesOf(folder.path, '.idx').length, filesOf(folder.path, '.log').length - 2)
      store.close()
    })
  })
})
