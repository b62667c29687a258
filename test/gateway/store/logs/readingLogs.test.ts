import assert from 'node:assert/strict'
import { readFileSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import type { NewLogLine } from '../../../../src/gateway/domain/log.ts'
import { createLogStore, type SegmentLogStore } from '../../../../src/gateway/store/logs/logStore.ts'
import { segmentFile } from '../../../../src/gateway/store/logs/segmentFiles.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

const lines = (count: number, text: (at: number) => string): NewLogLine[] =>
  Array.from({ length: count }, (_, at) => ({ time: 1000 + at, stream: 'stdout', text: text(at) }))

const textsOf = async (store: SegmentLogStore, selection: Parameters<SegmentLogStore['read']>[1]) =>
  (await store.read('a', selection)).lines.map(line => line.text)

/** What this process has read from files so far, in bytes. */
const bytesRead = () => Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))![1])

describe('reading a log', () => {
  it('finds text as it stands, whatever it means elsewhere, in the text of lines alone', async () => {
    using folder = temporaryFolder()
    const store = createLogStore(folder.path)
    const texts = [
      'a.c',
      'abc',
      'say "hi"',
      'back\\slash',
      'tab\there',
      '(unclosed',
      'Größe',
      'GRÖSSE',
      '😀 ok',
      'stdout',
    ]
    store.append(
      'a',
      lines(texts.length, at => texts[at]!),
    )
    for (const text of texts) assert.ok((await textsOf(store, { grep: { text } })).includes(text), text)
    assert.deepEqual(await textsOf(store, { grep: { text: 'a.c' } }), ['a.c'])
    assert.deepEqual(await textsOf(store, { grep: { text: 'stdout' } }), ['stdout'])
    assert.deepEqual(await textsOf(store, { grep: { text: 'ABC' } }), [])
    assert.deepEqual(await textsOf(store, { grep: { text: 'A.C', ignoreCase: true } }), ['a.c'])
    assert.deepEqual(await textsOf(store, { grep: { text: 'gRÖ', ignoreCase: true } }), ['Größe', 'GRÖSSE'])
    assert.deepEqual(await textsOf(store, { grep: { text: '(UN', ignoreCase: true } }), ['(unclosed'])
    store.close()
  })

  it('counts a tail in lines that are found, and goes on with them', async () => {
    using folder = temporaryFolder()
    const store = createLogStore(folder.path, { segmentBytes: 20_000 })
    store.append(
      'a',
      lines(5000, at => (at % 100 === 7 ? `found ${at}` : `other ${at}`)),
    )
    assert.deepEqual(await textsOf(store, { tail: 2, grep: { text: 'found' } }), ['found 4807', 'found 4907'])
    assert.deepEqual(await textsOf(store, { tail: 3, since: 5700, grep: { text: 'found' } }), [
      'found 4707',
      'found 4807',
      'found 4907',
    ])
    assert.deepEqual(await textsOf(store, { tail: 30, since: 5700, grep: { text: 'found' } }), [
      'found 4707',
      'found 4807',
      'found 4907',
    ])
    store.close()
  })

  it('looks through a bounded part for one answer, and goes on where it stopped', async () => {
    using folder = temporaryFolder()
    const store = createLogStore(folder.path)
    const count = 100_000
    for (let from = 0; from < count; from += 1000) {
      store.append(
        'a',
        lines(1000, at => (from + at === 10 ? 'needle' : `hay ${from + at} ${'y'.repeat(60)}`)),
      )
    }
    const work = 1024 * 1024
    for (const start of [{}, { tail: 1 }] as const) {
      const found: number[] = []
      let pages = 0
      let more = true
      for (let position: object = start; more; pages += 1) {
        const before = bytesRead()
        const page = await store.read('a', { ...position, grep: { text: 'needle' }, work })
        assert.ok(bytesRead() - before < 3 * work, `${bytesRead() - before} bytes were read`)
        found.push(...page.lines.map(line => line.seq))
        position = page.next
        more = page.more
      }
      assert.deepEqual(found, [11])
      assert.ok(pages > 5, `${pages} pages`)
    }
    store.close()
  }).timeout(60_000)

  it('finds the last line of a long log by reading a block of it', async () => {
    using folder = temporaryFolder()
    const first = createLogStore(folder.path)
    for (let from = 0; from < 200; from += 1)
      first.append(
        'a',
        lines(1000, () => 'z'.repeat(300)),
      )
    const last = first.append(
      'a',
      lines(1, () => 'the last'),
    )
    const before = bytesRead()
    const { lines: found } = await first.read('a', { tail: 1 })
    assert.ok(bytesRead() - before < 1024 * 1024, `${bytesRead() - before} bytes were read`)
    assert.deepEqual([found[0]!.seq, found[0]!.text], [last, 'the last'])
    first.close()
  }).timeout(60_000)

  it('says what retention has removed behind the line from which it goes on', async () => {
    using folder = temporaryFolder()
    const store = createLogStore(folder.path, { segmentBytes: 1000 })
    store.append(
      'a',
      lines(100, at => `line ${at}`),
    )
    const [, second, third] = segmentsOf(folder.path)
    for (const segment of [1, second!]) utimesSync(segmentFile(join(folder.path, 'a'), segment), 1, 1)
    await store.retain({ olderThan: Date.now() - 60_000, maxBytes: Infinity })
    const page = await store.read('a', { after: 3 })
    assert.deepEqual(page.gap, { from: 4, to: third! - 1 })
    assert.equal(page.lines[0]!.seq, third)
    assert.equal((await store.read('a', {})).gap, undefined)
    assert.equal((await store.read('a', { after: third! - 1 })).gap, undefined)
    store.close()
  })

  it('says what went away while it was reading, between the lines before and after', async () => {
    using folder = temporaryFolder()
    const store = createLogStore(folder.path, { segmentBytes: 1000 })
    store.append(
      'a',
      lines(100, at => `line ${at}`),
    )
    const [, second, third, fourth] = segmentsOf(folder.path)
    for (const gone of [second!, third!]) rmSync(segmentFile(join(folder.path, 'a'), gone))
    const before = await store.read('a', {})
    assert.deepEqual([before.lines.at(-1)!.seq, before.more, before.next], [second! - 1, true, { after: second! - 1 }])
    const after = await store.read('a', before.next)
    assert.deepEqual([after.gap, after.lines[0]!.seq], [{ from: second!, to: fourth! - 1 }, fourth])
    assert.equal(after.lines.at(-1)!.seq, 100)
    store.close()
  })

  const segmentsOf = (root: string) => {
    const numbers = new Set<number>()
    for (let seq = 1; seq <= 100; seq++) {
      try {
        readFileSync(segmentFile(join(root, 'a'), seq))
        numbers.add(seq)
      } catch (error) {
        assert.equal((error as NodeJS.ErrnoException).code, 'ENOENT')
      }
    }
    return [...numbers]
  }
})
