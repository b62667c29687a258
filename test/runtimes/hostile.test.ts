import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Answer, RuntimeClient } from '../support/runtimeClient.ts'
import { startRuntime } from '../support/runtimeClient.ts'
import { describeRuntimes, loadedLanguages } from '../support/runtimeLanguages.ts'

/** The gateway ends a process that sends a longer line: all its calls would fail with the one at fault. */
const longestFrame = 1024 * 1024

describeRuntimes(loadedLanguages, 'handlers that misbehave', language => {
  let runtime: RuntimeClient
  let dir: string

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hks-hostile-'))
    runtime = await startRuntime(language)
  })
  afterEach(async () => {
    await runtime.stop()
    await rm(dir, { recursive: true })
  })

  async function load(node: string, python: string, file?: string, handler = language.defaultHandler) {
    const path = join(dir, file ?? (language.name === 'node' ? 'index.mjs' : 'main.py'))
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, language.name === 'node' ? node : python)
    return (await runtime.load(dir, handler)).frame
  }
  const call = (event: unknown, id?: string): Promise<Answer> =>
    runtime.call({
      ...(id === undefined ? {} : { id }),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    })
  const goesOn = async () => assert.equal((await call(false)).body.toString(), '1')

  it('cuts what an exception says, so that it fits into a frame', async () => {
    await load(
      `export const handler = e => { if (e) throw new Error('\\u0001'.repeat(5_000_000)); return 1 }`,
      `def handler(event):\n  if event: raise ValueError('\\U0001F600' * 5_000_000)\n  return 1`,
    )
    const { frame } = await call(true)
    assert.equal(frame.code, 'FUNCTION_FAILED')
    assert.ok(JSON.stringify(frame).length < longestFrame / 2)
    assert.match(String(frame.message), /… \(\d+ characters more\)$/)
    assert.match(String(frame.stack), language.name === 'node' ? /^Error: / : /^Traceback/)
    await goesOn()
  })

  it('refuses headers that no client takes', async () => {
    await load(
      `export const handler = (e, c) => e ? c.response(200, { 'X-A': 'x'.repeat(2_000_000) }, '') : 1`,
      `def handler(event, context):\n  return context.response(200, {"X-A": "x" * 2_000_000}, "") if event else 1`,
    )
    const { frame } = await call(true)
    assert.deepEqual([frame.code, frame.type], ['FUNCTION_FAILED', 'TypeError'])
    assert.match(String(frame.message), /response: the headers are longer than 65536 bytes/)
    await goesOn()
  })

  it('reports an exception whose every part raises another', async () => {
    await load(
      `class Hostile extends Error {
        static name() {}
        get name() { throw 1 }
        get message() { throw 2 }
        get stack() { throw 3 }
      }
      export const handler = e => { if (e) throw new Hostile(); return 1 }`,
      `class Hostile(BaseException):
  def __str__(self): raise SystemExit(1)
def handler(event):
  if event: raise Hostile()
  return 1`,
    )
    const { frame } = await call(true)
    assert.deepEqual([frame.t, frame.code], ['error', 'FUNCTION_FAILED'])
    assert.ok([frame.type, frame.message, frame.stack].every(part => typeof part === 'string'))
    await goesOn()
  })

  it('reports a load that fails with such an exception', async () => {
    const frame = await load(
      `throw Object.defineProperty(new SyntaxError(), 'stack', { get() { throw 3 } })`,
      'class Hostile(BaseException):\n  def __str__(self): raise SystemExit(1)\nraise Hostile()',
    )
    assert.deepEqual([frame.t, frame.code], ['error', 'LOAD_FAILED'])
  })

  it('finds a handler in a file and a folder with any name', async () => {
    const name = language.name === 'node' ? 'größe #1%41/日本 ?.handler' : 'lager.größe.handler'
    const file = language.name === 'node' ? 'größe #1%41/日本 ?.mjs' : 'lager/größe.py'
    const frame = await load('export const handler = () => 1', 'def handler(event): return 1', file, name)
    assert.equal(frame.t, 'result', JSON.stringify(frame))
    await goesOn()
  })

  it('ends with a message on a count of bytes that no memory holds', async () => {
    runtime.channel.write('{"t":"call","bytes":9007199254740991}\n')
    assert.deepEqual(await runtime.ended, { code: 70, signal: null })
    assert.match(runtime.raw.err, /^hks runtime: /)
  })

  if (language.name === 'node') {
    it('names an exception by its class, also when that has a name of its own or comes from another realm', async () => {
      await load(
        `import vm from 'node:vm'
        class Named extends Error { static name() {} }
        export const handler = e => {
          if (e === 1) throw new Named('own')
          if (e === 2) vm.runInNewContext('null.x', {}, 'other.js')
          return 1
        }`,
        '',
      )
      const own = (await call(1)).frame
      assert.deepEqual([own.type, own.message], ['Error', 'own'])
      const other = (await call(2)).frame
      assert.equal(other.type, 'TypeError')
      assert.match(String(other.stack), /^[^]*TypeError: Cannot read[^]*other\.js:1/)
    })

    it('does not begin a call that was given up before', async () => {
      await writeFile(
        join(dir, 'index.mjs'),
        `const told = new Promise(done => process.once('SIGUSR2', done))
        console.log('waiting')
        await told
        export const handler = () => { console.log('begun') }`,
      )
      const loaded = runtime.load(dir, 'index.handler')
      const held = call(1, 'held')
      runtime.cancel('held', 'timeout')
      await runtime.waitForLog(log => log.text === 'waiting')
      process.kill(runtime.process.pid!, 'SIGUSR2')
      await loaded
      assert.deepEqual([(await held).frame.code, (await held).frame.type], ['FUNCTION_FAILED', 'TimeoutError'])
      assert.deepEqual(
        runtime.logs.map(log => log.text),
        ['waiting'],
      )
    })
  }

  if (language.name === 'python') {
    it('answers a call at once that is given up while it waits for a thread, and never begins it', async () => {
      await load(
        '',
        `import threading
release = threading.Event()
def handler(event):
  if event == "release": release.set()
  print(event)
  if event == "hold": release.wait()`,
      )
      const held = Array.from({ length: 104 }, () => call('hold'))
      await runtime.waitForLog(() => runtime.logs.length === 104)
      const late = call('late', 'late')
      runtime.cancel('late', 'client')
      assert.deepEqual([(await late).frame.code, (await late).frame.type], ['FUNCTION_FAILED', 'CancelledError'])
      assert.equal(runtime.logs.length, 104)
      runtime.channel.destroy()
      await Promise.allSettled(held)
    })

    it('takes lines that are printed in the middle of another one', async () => {
      const frame = await load(
        '',
        `import signal, time
count = 0
def interrupt(*_):
  global count
  count += 1
  print("interrupted")
  signal.setitimer(signal.ITIMER_REAL, 0.0002)
signal.signal(signal.SIGALRM, interrupt)
signal.setitimer(signal.ITIMER_REAL, 0.0002)
until = time.time() + 1
while time.time() < until: print("line")
signal.signal(signal.SIGALRM, signal.SIG_IGN)
def handler(event): return count`,
      )
      assert.equal(frame.t, 'result')
      const printed = Number((await call(null)).body.toString())
      const texts = runtime.logs.map(log => log.text).join('\n')
      assert.ok(printed > 0)
      assert.equal(texts.match(/interrupted/g)?.length, printed)
    })
  }
})
