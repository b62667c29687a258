import assert from 'node:assert/strict'
import { HksError } from '../../../../../src/contract/errors.ts'
import {
  type ContainerPhase,
  readContainerLog,
} from '../../../../../src/gateway/providers/kubernetes/logs/containerLog.ts'
import { createSeenLines } from '../../../../../src/gateway/providers/kubernetes/logs/seenLines.ts'
import type { TimedLine } from '../../../../../src/gateway/providers/kubernetes/logs/timedLines.ts'
import { createFakeClock } from '../../../../support/fakeClock.ts'
import { createKubeletLog, type KubeletLog } from './kubeletLog.ts'

const cutOff = () => new HksError('CONNECTION_FAILED', 'The connection was cut.')
const unreachable = () =>
  new HksError('CONNECTION_FAILED', 'It can not be reached.', { details: { reason: 'unreachable' } })
const stamp = (second: number, nanoseconds = 0) =>
  `2026-03-02T10:00:${String(second).padStart(2, '0')}.${String(nanoseconds).padStart(9, '0')}Z`

/** A reader of the log whose container is in `phase`; each change of it, and each pause, is over at once. */
function read(log: KubeletLog, stored: readonly TimedLine[] = [], lateMs = 0) {
  let phase: ContainerPhase = 'running'
  const got: string[] = []
  const waiters: [count: number, resolve: () => void][] = []
  const abort = new AbortController()
  const clock = createFakeClock('2026-03-02T10:00:00Z')
  const source = {
    namespace: 'shop',
    pod: 'pod',
    container: 'main',
    isPrevious: () => false,
    phase: () => phase,
    changed: () => new Promise<void>(resolve => setImmediate(resolve)),
  }
  const whole = (async () => {
    for await (const event of readContainerLog(
      { client: log.client, clock },
      source,
      createSeenLines(stored, { lateMs }),
      abort.signal,
    )) {
      got.push(...('notice' in event ? [`! ${event.notice}`] : event.lines.map(line => line.text)))
      for (const [count, resolve] of waiters) if (got.length >= count) resolve()
    }
  })()
  return {
    got,
    whole,
    abort,
    pass: (seconds: number) => clock.advanceTo(clock.now() + seconds * 1000),
    set: (next: ContainerPhase) => {
      phase = next
    },
    /** Resolves when that many lines have come. */
    count: async (count: number) => {
      if (got.length < count) await new Promise<void>(resolve => waiters.push([count, resolve]))
    },
    /** Resolves when the log has been asked for that often. */
    asked: async (count: number) => {
      while (log.requests.length < count) await new Promise(resolve => setImmediate(resolve))
    },
  }
}

describe('the log of a container', () => {
  it('is followed from its start to the end of the container', async () => {
    const log = createKubeletLog(7)
    log.write(stamp(1, 5), 'one')
    const reader = read(log)
    await reader.count(1)
    log.write(stamp(2), 'zwei ä')
    await reader.count(2)
    reader.set('ended')
    log.end()
    await reader.whole
    assert.deepEqual(reader.got, ['one', 'zwei ä'])
  })

  it('goes on without a gap or a line twice, wherever it is cut', async () => {
    const log = createKubeletLog()
    const reader = read(log)
    const expected: string[] = []
    for (let i = 0; i < 40; i++) {
      // Some of one nanosecond, some of one text, some out of order.
      const text = i % 3 === 0 ? 'same' : `line ${i}`
      log.write(stamp(10 + Math.floor(i / 8), i % 4 === 0 ? 500 : (i % 8) * 1000), text)
      expected.push(text)
      if (i % 5 !== 0) continue
      await reader.count(expected.length)
      if (i % 2 === 0) log.writePart(`${stamp(20)} half a li`)
      const asked = log.requests.length
      log.cut(i % 10 === 0 ? cutOff() : undefined)
      await reader.asked(asked + 1)
    }
    await reader.count(expected.length)
    reader.set('ended')
    log.end()
    await reader.whole
    assert.deepEqual(reader.got, expected)
  })

  it('is read to its last line when the stream was cut as the container ended', async () => {
    const log = createKubeletLog()
    log.write(stamp(1), 'first')
    const reader = read(log)
    await reader.count(1)
    reader.set('ended')
    log.cut()
    log.write(stamp(1, 7), 'last')
    log.end()
    await reader.whole
    assert.deepEqual(reader.got, ['first', 'last'])
  })

  it('is read again when the connection is dead and its container has ended', async () => {
    const log = createKubeletLog()
    log.write(stamp(1), 'first')
    const reader = read(log)
    await reader.count(1)
    log.lose()
    log.write(stamp(2), 'unheard')
    log.write(stamp(3), 'last')
    // A program may be silent for as long as it likes.
    await reader.pass(3600)
    assert.equal(log.requests.length, 1)
    reader.set('ended')
    log.end()
    await reader.pass(10)
    await reader.whole
    assert.deepEqual(reader.got, ['first', 'unheard', 'last'])
    assert.equal(log.requests.length, 2)
  })

  it('waits for the cluster while that is away, however long, also when the container has ended', async () => {
    const log = createKubeletLog()
    log.write(stamp(1), 'first')
    const isAway = () => log.requests.length > 1 && log.requests.length < 40
    const reader = read({ ...log, client: failing(log, () => (isAway() ? unreachable() : undefined)) })
    await reader.count(1)
    reader.set('ended')
    log.cut(unreachable())
    log.write(stamp(2), 'last')
    log.end()
    await reader.whole
    assert.deepEqual(reader.got, ['first', 'last'])
  })

  it('says where lines may be missing after a rotation', async () => {
    const log = createKubeletLog()
    log.write(stamp(1), 'first')
    const reader = read(log)
    await reader.count(1)
    log.cut(cutOff())
    log.rotate()
    log.write(stamp(9), 'after')
    await reader.count(3)
    reader.set('ended')
    log.end()
    await reader.whole
    const [first, notice, after] = reader.got
    assert.deepEqual([first, after], ['first', 'after'])
    assert.match(notice!, /^! Lines from 2026-03-02T10:00:01.000Z to 2026-03-02T10:00:09.000Z may be missing/)
  })

  it('goes on from what an earlier gateway stored', async () => {
    const log = createKubeletLog()
    const all = Array.from({ length: 5000 }, (_, i) => `line ${i}`)
    for (const [i, text] of all.entries()) log.write(stamp(Math.floor(i / 200), (i % 200) * 100_000), text)
    log.end()
    const first = read(log)
    first.set('ended')
    await first.whole
    assert.deepEqual(first.got, all)

    const stored = all.slice(0, 4700).map((text, i) => ({
      time:
        Date.parse('2026-03-02T10:00:00Z') +
        Math.floor(i / 200) * 1000 +
        Number(`0.${String((i % 200) * 100_000).padStart(9, '0')}`) * 1000,
      stamp: '',
      text,
    }))
    const asked = log.requests.length
    const second = read(log, stored)
    second.set('ended')
    await second.whole
    assert.deepEqual(second.got, all.slice(4700))
    assert.equal(log.requests[asked]?.['sinceTime'], '2026-03-02T10:00:23Z')
  })

  it('goes on from its own last line where those of another container were stored later', async () => {
    const log = createKubeletLog()
    for (const [second, text] of [
      [8, 'stored'],
      [9, 'not stored'],
      [12, 'new'],
    ] as const)
      log.write(stamp(second), text)
    log.end()
    const time = (second: number) => Date.parse(stamp(second))
    const stored = [
      { time: time(8), stamp: '', text: 'stored' },
      { time: time(10), stamp: '', text: 'of another' },
    ]
    const reader = read(log, stored, 2000)
    reader.set('ended')
    await reader.whole
    assert.deepEqual(reader.got, ['not stored', 'new'])
  })

  it('ends with its pod, and says so only where something is missing', async () => {
    const gone = new HksError('NOT_FOUND', 'pods "pod" not found')
    const whole = createKubeletLog()
    whole.write(stamp(1), 'all')
    const reader = read({ ...whole, client: failing(whole, () => (whole.requests.length > 1 ? gone : undefined)) })
    await reader.count(1)
    reader.set('gone')
    whole.end()
    await reader.whole
    assert.deepEqual(reader.got, ['all'])

    const cut = createKubeletLog()
    cut.write(stamp(1), 'begin')
    const other = read({ ...cut, client: failing(cut, () => (cut.requests.length > 1 ? gone : undefined)) })
    await other.count(1)
    other.set('gone')
    cut.cut(cutOff())
    await other.whole
    assert.deepEqual(other.got, ['begin', '! The pod pod is gone; its log ends here.'])
  })

  it('has no words of the kubelet itself, but a sentence where its file went with the container', async () => {
    for (const words of [
      'unable to retrieve container logs for containerd://4f86',
      'failed to open log file "x": no such file or directory',
    ]) {
      const log = createKubeletLog()
      log.write(stamp(1), 'begin')
      const reader = read(log)
      await reader.count(1)
      log.rotate()
      log.say(words)
      log.cut()
      await reader.asked(2)
      reader.set('ended')
      log.end()
      await reader.whole
      assert.deepEqual(reader.got, [
        'begin',
        '! The log of pod was removed from its node; lines after 2026-03-02T10:00:01.000Z may be missing.',
      ])
    }
  })

  describe('that its node does not have any more', () => {
    const removed = [
      'unable to retrieve container logs for containerd://0f1e',
      'failed to try resolving symlinks in path "/var/log/pods/x/0.log": lstat /var/log/pods/x/0.log: no such file or directory',
    ]
    for (const words of removed) {
      it(`is over without a word once it was read to its end (${words.slice(0, 24)}…)`, async () => {
        const log = createKubeletLog()
        log.write(stamp(1), 'all')
        const reader = read(log)
        await reader.count(1)
        log.cut()
        await reader.asked(2)
        reader.set('ended')
        log.rotate()
        log.say(words)
        log.end()
        await reader.whole
        assert.deepEqual(reader.got, ['all'])
      })

      it(`says in words of our own from where on lines may be missing (${words.slice(0, 24)}…)`, async () => {
        const log = createKubeletLog()
        log.write(stamp(1), 'begin')
        const reader = read(log)
        await reader.count(1)
        reader.set('gone')
        log.rotate()
        log.say(words)
        log.cut(cutOff())
        log.end()
        await reader.whole
        const lost = 'lines after 2026-03-02T10:00:01.000Z may be missing.'
        assert.deepEqual(reader.got, ['begin', `! The log of pod was removed from its node; ${lost}`])
      })
    }

    it('says so when nothing of it could be read', async () => {
      const log = createKubeletLog()
      log.say(removed[0]!)
      log.end()
      const reader = read(log)
      reader.set('ended')
      await reader.whole
      assert.deepEqual(reader.got, ['! The log of pod was removed from its node; nothing of it could be read.'])
    })
  })

  it('is read again and again where its node can not follow it, which is said once', async () => {
    const log = createKubeletLog()
    log.write(stamp(1), 'one')
    const words = 'failed to create fsnotify watcher: too many open files'
    log.say(words)
    log.end()
    const reader = read(log)
    await reader.asked(10)
    log.write(stamp(2), 'two')
    await reader.count(3)
    reader.set('ended')
    await reader.whole
    const told = `! The node of pod can not follow its log, which is read every few seconds instead: ${words}`
    assert.deepEqual(reader.got, ['one', told, 'two', `! The log of pod could not be read to its end: ${words}`])
  })

  it('keeps lines that a node gives without their times', async () => {
    const log = createKubeletLog()
    log.say('a line of the container')
    log.end()
    const reader = read(log)
    reader.set('ended')
    await reader.whole
    assert.deepEqual(reader.got, ['a line of the container'])
  })

  it('is given up with a sentence where it may not be read, and after failures without end', async () => {
    const log = createKubeletLog()
    const denied = new HksError('FORBIDDEN', 'You may not get pods/log.')
    const reader = read({ ...log, client: failing(log, () => denied) })
    await reader.whole
    assert.deepEqual(reader.got, ['! The log of pod can not be read: You may not get pods/log.'])

    const broken = read({ ...log, client: failing(log, cutOff) })
    broken.set('ended')
    await broken.whole
    assert.deepEqual(broken.got, ['! The log of pod could not be read to its end: The connection was cut.'])
  })

  it('stops when nobody wants it any more', async () => {
    const log = createKubeletLog()
    const reader = read(log)
    await reader.asked(1)
    reader.abort.abort(new HksError('CANCELLED', 'Closed.'))
    await assert.rejects(reader.whole, { code: 'CANCELLED' })
  })
})

/** The client, but where `fault` answers an error that is what a request gets. */
const failing = (log: KubeletLog, fault: () => HksError | undefined): KubeletLog['client'] => ({
  ...log.client,
  stream: async (path, request) => {
    const stream = await log.client.stream(path, request)
    const error = fault()
    if (error) throw error
    return stream
  },
})
