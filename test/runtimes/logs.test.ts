import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { LogFrame, RuntimeClient } from '../support/runtimeClient.ts'
import { startRuntime } from '../support/runtimeClient.ts'
import { describeEachRuntime, loadRoutes } from '../support/runtimeLanguages.ts'

const json = { 'content-type': 'application/json' }
const longestLine = 65_536

describeEachRuntime('logs', language => {
  let runtime: RuntimeClient
  const call = (path: string, invocationId: string, event: unknown = null) =>
    runtime.call({ path: `/${path}`, invocationId, headers: json, body: JSON.stringify(event) })
  const linesOf = (invocationId: string | undefined, stream: 'out' | 'err' = 'out') =>
    runtime.logs.filter(log => log.invocationId === invocationId && log.stream === stream).map(log => log.text)

  before(async () => {
    runtime = await startRuntime(language)
    await loadRoutes(runtime, language)
  })
  after(() => runtime.stop())

  it('belong to no call while the function loads, the last line without a newline included', () => {
    assert.deepEqual(linesOf(undefined), ['loading'])
    assert.deepEqual(linesOf(undefined, 'err'), ['no newline at the end of the load'])
  })

  it('belong to the call that printed them, line by line, before its answer', async () => {
    const names = Array.from({ length: 20 }, (_, n) => `job-${n}`)
    await Promise.all(
      names.map(async name => {
        await call('print', name, name)
        assert.deepEqual(linesOf(name), [`${name} one`, 'two', '', 'unfinished'])
        assert.deepEqual(linesOf(name, 'err'), [`${name} to err`])
      }),
    )
  })

  it('keep the order of both streams of a call, with the time of each line', async () => {
    const before = Date.now()
    await call('print', 'ordered', 'x')
    const frames = runtime.logs.filter(log => log.invocationId === 'ordered')
    assert.deepEqual(
      frames.map(log => log.stream),
      ['err', 'out', 'out', 'out', 'out'],
    )
    const times = frames.map(log => log.time)
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    )
    // The two processes read the clock a little differently.
    assert.ok(times.every(time => time > before - 1000 && time < Date.now() + 1000))
  })

  it('follow a call into the work that it starts', async () => {
    await Promise.all(['a', 'b', 'c'].map(name => call('printFromBackground', `bg-${name}`, name)))
    for (const name of ['a', 'b', 'c']) assert.deepEqual(linesOf(`bg-${name}`), [`background ${name}`])
  })

  it('join a character that was written in two parts, and show bytes that are no text', async () => {
    await call('printBytes', 'bytes')
    assert.deepEqual(linesOf('bytes'), ['ä', 'f\ufffd'])
  })

  it('cut a line at 64 KB between characters and count what was cut', async () => {
    await call('printLong', 'long')
    const frames = runtime.logs.filter(log => log.invocationId === 'long')
    const shape = ({ text, truncated }: LogFrame) => [Buffer.byteLength(text), truncated]
    assert.deepEqual(frames.map(shape), [
      [longestLine - 1, 100_002],
      [longestLine, 200_000 - longestLine],
      [5, undefined],
    ])
  })

  it('arrive complete and in order when the gateway does not read for a while', async () => {
    const count = 50_000
    runtime.channel.pause()
    const answer = call('printMany', 'many', count)
    // Resumed once the function must have filled the channel: it waits then, and loses nothing.
    setTimeout(() => runtime.channel.resume(), 200)
    assert.equal((await answer).body.toString(), String(count))
    assert.deepEqual(
      linesOf('many'),
      Array.from({ length: count }, (_, n) => `line ${n}`),
    )
  })

  it('written straight to the plain pipe wait for a gateway that does not read for a while', async () => {
    const count = 50_000
    runtime.process.stdout?.pause()
    const answer = call('printPlain', 'plain', count)
    setTimeout(() => runtime.process.stdout?.resume(), 200)
    assert.equal((await answer).body.toString(), String(count))
    const plain = () => runtime.raw.out.split('\n').filter(line => line.startsWith('plain '))
    while (plain().length < count) await once(runtime.process.stdout!, 'data')
    assert.deepEqual(
      plain(),
      Array.from({ length: count }, (_, n) => `plain ${n}`),
    )
  })

  if (language.name === 'go') {
    it('belong to the call that made them, as records of its own logger and of the default one', async () => {
      await call('printRecords', 'records', 1)
      const [byDefault, byContext] = linesOf('records', 'err')
      assert.match(byDefault ?? '', /INFO by default n=1$/)
      assert.equal(byContext, 'level=WARN msg="by context" n=1')
    })
  }

  it('of a subprocess stay on the plain pipes, and it does not hold the channel', async () => {
    const answer = await call('subprocess', 'sub')
    assert.equal(answer.body.toString(), '0')
    assert.match(runtime.raw.out, /from a subprocess/)
    assert.deepEqual(linesOf('sub'), [])
  })
})
