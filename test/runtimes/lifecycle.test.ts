import assert from 'node:assert/strict'
import type { Frame, RuntimeClient } from '../support/runtimeClient.ts'
import { startRuntime } from '../support/runtimeClient.ts'
import { describeEachRuntime, loadRoutes, routesOf } from '../support/runtimeLanguages.ts'

const call = { t: 'call', id: '1', request: { method: 'GET', path: '/event', query: '', headers: {} } }

const malformed: readonly (readonly [string, (runtime: RuntimeClient, load: Frame) => void, RegExp])[] = [
  ['a line that is not JSON', ({ channel }) => channel.write('hello\n'), /not a line of JSON/],
  ['a frame without a type', ({ channel }) => channel.write('{"id":1}\n'), /must be an object with a type/],
  [
    'a count of bytes that is none',
    ({ channel }) => channel.write('{"t":"call","bytes":-1}\n'),
    /"bytes" of a call frame/,
  ],
  ['an unknown type', ({ send }) => send({ t: 'dance' }), /unknown type "dance"/],
  ['a call before the load', ({ send }) => send(call), /before the load/],
  ['a load without a folder', ({ send }) => send({ t: 'load', id: '1', handler: 'a.b' }), /wrong "dir"/],
  ['a second load', ({ send }, load) => [send(load), send(load)], /second load/],
  ['a call without a request', ({ send }, load) => [send(load), send({ t: 'call', id: '2' })], /wrong "request"/],
]

const cancelledTypes = { node: 'TimeoutError', python: 'CancelledError', go: 'context.deadlineExceededError' }

describeEachRuntime('life of a runtime', language => {
  let runtime: RuntimeClient

  beforeEach(async () => {
    runtime = await startRuntime(language)
  })
  afterEach(() => runtime.stop())

  it('begins with a ready frame that names protocol, language, version and process', () => {
    const { version, runtime: name, runtimeVersion, pid } = runtime.ready
    assert.deepEqual([version, name], [2, language.name])
    assert.match(String(runtimeVersion), /^\d+\.\d+\.\d+$/)
    assert.equal(pid, runtime.process.pid)
  })

  it('ends at once when the gateway is gone', async () => {
    runtime.channel.end()
    assert.deepEqual(await runtime.ended, { code: 0, signal: null })
  })

  it('ends when the gateway goes away in the middle of a call', async () => {
    await loadRoutes(runtime, language)
    const answer = runtime.call({ path: '/hold' })
    answer.catch(() => undefined)
    await runtime.waitForLog(log => log.text === 'holding')
    runtime.channel.destroy()
    assert.deepEqual(await runtime.ended, { code: 0, signal: null })
    await assert.rejects(answer, /the runtime ended/)
  })

  for (const [name, send, message] of malformed) {
    it(`ends with a message on ${name}`, async () => {
      send(runtime, { t: 'load', id: '1', ...(await routesOf(language)) })
      assert.deepEqual(await runtime.ended, { code: 70, signal: null })
      assert.match(runtime.raw.err, /^hks runtime: /m)
      assert.match(runtime.raw.err, message)
    })
  }

  it('takes a call that was sent right behind the load', async () => {
    const { dir, handler } = await routesOf(language)
    const loaded = runtime.load(dir, handler)
    const answer = runtime.call({ path: '/text' })
    assert.equal((await loaded).frame.t, 'result')
    assert.equal((await answer).frame.status, 200)
  })

  it('sets environment and secrets at load, and works in the folder of the function', async () => {
    await loadRoutes(runtime, language, { environment: { PLAIN: 'a=b' }, secrets: { SECRET: 'ü\n' } })
    assert.deepEqual(JSON.parse((await runtime.call({ path: '/environment' })).body.toString()), ['a=b', 'ü\n'])
    assert.equal((await runtime.call({ path: '/folder' })).body.toString(), 'true')
  })

  it('tells a call that it is cancelled, and answers the others', async () => {
    await loadRoutes(runtime, language)
    const held = runtime.call({ id: 'held', path: '/hold', invocationId: 'held' })
    await runtime.waitForLog(log => log.text === 'holding')
    runtime.cancel('held', 'timeout')
    runtime.cancel('never-seen', 'client')
    const { frame } = await held
    assert.deepEqual([frame.t, frame.code, frame.type], ['error', 'FUNCTION_FAILED', cancelledTypes[language.name]])
    assert.deepEqual(
      runtime.logs.filter(log => log.invocationId === 'held').map(log => log.text),
      ['holding', 'told to stop'],
    )
    assert.equal((await runtime.call({ path: '/text' })).frame.status, 200)
  })

  it('lets a handler end the process, with what it printed before', async () => {
    await loadRoutes(runtime, language)
    await assert.rejects(runtime.call({ path: '/exit', invocationId: 'leaving' }), /the runtime ended \(7\)/)
    assert.deepEqual(
      runtime.logs.filter(log => log.invocationId === 'leaving').map(log => log.text),
      ['last words'],
    )
  })

  it('shows what was printed before a hang', async () => {
    await loadRoutes(runtime, language)
    runtime.call({ path: '/spin' }).catch(() => undefined)
    assert.equal((await runtime.waitForLog(log => log.text === 'spinning')).stream, 'out')
  })
})
