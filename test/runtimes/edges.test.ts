import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Answer, RuntimeClient } from '../support/runtimeClient.ts'
import { startRuntime } from '../support/runtimeClient.ts'
import { describeEachRuntime } from '../support/runtimeLanguages.ts'

/** What only one language can do. Each source is a function of its own. */
describeEachRuntime('edges', language => {
  let runtime: RuntimeClient
  let dir: string

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hks-edge-'))
    runtime = await startRuntime(language)
  })
  afterEach(async () => {
    await runtime.stop()
    await rm(dir, { recursive: true })
  })

  async function load(source: string): Promise<void> {
    await writeFile(join(dir, { node: 'index.mjs', python: 'main.py', go: 'function.go' }[language.name]), source)
    const built = (await language.build?.(dir, language.defaultHandler)) ?? dir
    const { frame } = await runtime.load(built, language.defaultHandler)
    assert.equal(frame.t, 'result', JSON.stringify(frame))
  }
  const call = (event: unknown, invocationId: string): Promise<Answer> =>
    runtime.call({ invocationId, headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) })
  const linesOf = (invocationId: string) =>
    runtime.logs.filter(log => log.invocationId === invocationId).map(log => log.text)

  if (language.name === 'node') {
    for (const [name, body] of [
      ['an exception in a timer', "setTimeout(() => { throw new Error('lost') }, 1)"],
      ['a promise that nobody awaits', "void Promise.reject(new Error('lost'))"],
    ] as const) {
      it(`ends on ${name}, with its stack in the log of the call`, async () => {
        await load(`export const handler = () => { ${body}; return new Promise(() => {}) }`)
        await assert.rejects(call(null, 'crash'), /the runtime ended \(1\)/)
        assert.match(linesOf('crash').join('\n'), /^Error: lost\n {4}at .*index\.mjs:1:\d+/)
      })
    }

    it('lives on where the function handles uncaught exceptions itself', async () => {
      await load(`process.on('uncaughtException', error => console.log('handled ' + error.message))
        export const handler = e => { if (e) setTimeout(() => { throw new Error('lost') }, 1); return 1 }`)
      await call(true, 'crash')
      await runtime.waitForLog(log => log.text === 'handled lost')
      assert.equal((await call(false, 'next')).body.toString(), '1')
    })

    it('ties what a handler writes to process.stdout in any form', async () => {
      await load(`import { Readable } from 'node:stream'
        import { pipeline } from 'node:stream/promises'
        export async function handler() {
          await new Promise(done => process.stdout.write('YQ==', 'base64', done))
          process.stderr.write(new Uint8Array([98, 10]))
          console.table([{ x: 1 }])
          await pipeline(Readable.from(['c', 'd\\n']), process.stdout, { end: false })
        }`)
      const { frame } = await call(null, 'written')
      assert.equal(frame.status, 200, JSON.stringify(frame))
      assert.equal(linesOf('written')[0], 'b')
      assert.equal(linesOf('written')[1]?.[0], 'a')
      assert.equal(linesOf('written').at(-1), 'cd')
    })

    it('names what was thrown when it is no Error, and the causes of one that is', async () => {
      await load(`class OrderError extends Error {}
        export const handler = e => { if (e) throw 'text'; throw new OrderError('outer', { cause: new Error('inner') }) }`)
      const thrown = (await call(true, 'text')).frame
      assert.deepEqual([thrown.type, thrown.message, thrown.stack], ['string', 'text', ''])
      const { type, message, stack } = (await call(false, 'caused')).frame
      assert.deepEqual([type, message], ['OrderError', 'outer'])
      assert.match(String(stack), /outer\n[^]*\nCaused by: Error: inner\n/)
    })

    for (const [name, result, message] of [
      ['a Map', 'new Map([[1, 2]])', 'is a Map, which has no JSON form'],
      ['a fetch Response', "new Response('x')", 'is a Response, which has no JSON form'],
      ['an Error', "new Error('x')", 'is an Error, which has no JSON form'],
      ['a function', '() => 1', 'is a function'],
      ['a BigInt', '1n', 'is a bigint'],
      ['a generator', '(function* () {})()', 'is a Generator; only the answer as a whole can be a stream'],
    ] as const) {
      it(`refuses ${name} instead of answering something else`, async () => {
        await load(`export const handler = () => ({ part: ${result} })`)
        const { code, message: said } = (await call(null, 'refused')).frame
        assert.deepEqual([code, said], ['RESULT_INVALID', `the result is not JSON: $.part ${message}`])
      })
    }

    it('answers what has a JSON form of its own, and leaves undefined out', async () => {
      await load(`class Money { constructor(n) { this.n = n } }
        export const handler = () => ({ at: new Date(0), money: new Money(3), gone: undefined, list: [undefined] })`)
      const { body } = await call(null, 'forms')
      assert.equal(body.toString(), '{"at":"1970-01-01T00:00:00.000Z","money":{"n":3},"list":[null]}')
    })
  }

  if (language.name === 'python') {
    for (const [name, source] of [
      ['a function', 'import sys\ndef handler(event):\n  if event: sys.exit(3)\n  return 1'],
      ['a coroutine', 'import sys\nasync def handler(event):\n  if event: sys.exit(3)\n  return 1'],
      [
        'a task of a coroutine',
        'import asyncio, sys\nasync def leave(): sys.exit(3)\nasync def handler(event):\n  if event: await asyncio.create_task(leave())\n  return 1',
      ],
    ] as const) {
      it(`fails the call alone when ${name} calls sys.exit`, async () => {
        await load(source)
        const { code, type, message } = (await call(true, 'leaving')).frame
        assert.deepEqual([code, type, message], ['FUNCTION_FAILED', 'SystemExit', '3'])
        assert.equal((await call(false, 'next')).body.toString(), '1')
      })
    }

    it('answers a call that is cancelled before its coroutine began', async () => {
      await load('import time\nasync def handler(event):\n  print("busy", flush=True)\n  time.sleep(event)\n  return 1')
      // Long enough for the call and its cancel to arrive while the loop is held up.
      const first = call(2, 'first')
      await runtime.waitForLog(log => log.text === 'busy')
      const second = runtime.call({ id: 'second', body: '0', headers: { 'content-type': 'application/json' } })
      runtime.cancel('second', 'client')
      assert.deepEqual([(await second).frame.code, (await second).frame.type], ['FUNCTION_FAILED', 'CancelledError'])
      assert.equal((await first).body.toString(), '1')
      assert.deepEqual(
        runtime.logs.filter(log => log.stream === 'err'),
        [],
      )
    })

    it('tells a plain function that its call was given up', async () => {
      await load(
        'def handler(event, context):\n  print("waiting")\n  return [context.signal.wait(30), context.signal.aborted, context.signal.reason]',
      )
      const answer = runtime.call({ id: 'held' })
      await runtime.waitForLog(log => log.text === 'waiting')
      runtime.cancel('held', 'timeout')
      assert.equal((await answer).body.toString(), '[true,true,"timeout"]')
    })

    it('ties the lines of pools, tasks and logging to the call that gave the work', async () => {
      await load(`
import asyncio, logging, sys
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(1)
logging.basicConfig(stream=sys.stdout, format="%(message)s", level="INFO")
async def handler(event):
    await asyncio.get_running_loop().run_in_executor(pool, lambda: print(f"pool {event}"))
    await asyncio.to_thread(print, f"thread {event}")
    await asyncio.gather(asyncio.create_task(log(event)))
async def log(event):
    logging.info("log %s", event)
`)
      await Promise.all([1, 2, 3, 4].map(n => call(n, `call-of-${n}`)))
      for (const n of [1, 2, 3, 4]) assert.deepEqual(linesOf(`call-of-${n}`), [`pool ${n}`, `thread ${n}`, `log ${n}`])
    })

    it('ties the lines of a pool that a plain function makes', async () => {
      await load(`
pools = []
def handler(event):
    from concurrent.futures import ThreadPoolExecutor
    if not pools:
        pools.append(ThreadPoolExecutor(1))
    pools[0].submit(print, f"pool {event}").result()
`)
      for (const n of [1, 2, 3]) await call(n, `call-of-${n}`)
      for (const n of [1, 2, 3]) assert.deepEqual(linesOf(`call-of-${n}`), [`pool ${n}`])
    })

    it('keeps the channel out of children made by fork', async () => {
      await load(`
import multiprocessing, os, stat
def work(queue):
    print("from the child", flush=True)
    queue.put(stat.S_ISSOCK(os.fstat(3).st_mode))
def handler(event):
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    child = context.Process(target=work, args=(queue,))
    child.start()
    child.join()
    return [queue.get(), child.exitcode]
`)
      assert.equal((await call(null, 'forking')).body.toString(), '[false,0]')
      assert.match(runtime.raw.out, /from the child/)
      assert.equal((await call(null, 'again')).frame.status, 200)
    })

    it('prints the whole chain of an exception, and survives one that can not be printed', async () => {
      await load(`
class Broken(Exception):
    def __str__(self): raise RuntimeError("no words")
def handler(event):
    if event: raise Broken()
    try: {}["missing"]
    except KeyError as cause: raise ValueError("outer") from cause
`)
      const { stack } = (await call(false, 'chain')).frame
      assert.match(
        String(stack),
        /^Traceback[^]*KeyError: 'missing'\n[^]*direct cause[^]*File "main\.py", line 7[^]*ValueError: outer$/,
      )
      const { type, message } = (await call(true, 'broken')).frame
      assert.deepEqual([type, message], ['Broken', 'the exception can not be printed'])
    })

    it('refuses handlers that take no argument or more than two', async () => {
      await writeFile(join(dir, 'main.py'), 'def handler(): pass')
      const { frame } = await runtime.load(dir, 'main.handler')
      assert.deepEqual([frame.code, frame.type], ['LOAD_FAILED', 'TypeError'])
      assert.equal(
        frame.message,
        'handler "main.handler" takes no argument; it is called with (event) or (event, context)',
      )
    })

    it('offers what libraries expect of sys.stdout', async () => {
      await load(`
import sys
def handler(event):
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.writelines(["a", "b\\n"])
    sys.stdout.flush()
    sys.stdout.close()
    print("after", sys.stdout.isatty(), sys.stdout.encoding, sys.stdout.fileno(), sys.stdout.closed)
`)
      assert.equal((await call(null, 'stream')).frame.t, 'result')
      assert.deepEqual(linesOf('stream'), ['ab', 'after False utf-8 1 False'])
    })
  }

  if (language.name === 'go') {
    const goFunction = (imports: readonly string[], body: string, more = '') => `package function

import (
${['hexabase.io/hks', ...imports].map(name => `\t"${name}"\n`).join('')})

${more}

func Handle(ctx *hks.Context, event any) (any, error) {
${body}
}
`

    it('ends on a panic of another goroutine, with its text on the plain pipe', async () => {
      await load(goFunction([], '\tgo panic("lost")\n\tselect {}'))
      await assert.rejects(call(null, 'crash'), /the runtime ended \(2\): panic: lost\n[^]*goroutine/)
    })

    it('fails the call alone when the handler ends its goroutine', async () => {
      await load(goFunction(['runtime'], '\tif event == true {\n\t\truntime.Goexit()\n\t}\n\treturn 1, nil'))
      const { code, message } = (await call(true, 'leaving')).frame
      assert.equal(code, 'FUNCTION_FAILED')
      assert.match(String(message), /ended its goroutine \(runtime\.Goexit\)/)
      assert.equal((await call(false, 'next')).body.toString(), '1')
    })

    it('names the type of an error that is returned, and writes it to the log of the call', async () => {
      await load(goFunction(['fmt', 'os'], '\t_, err := os.Open("missing")\n\treturn nil, fmt.Errorf("open: %w", err)'))
      const { code, type, message, stack } = (await call(null, 'returned')).frame
      const text = 'open: open missing: no such file or directory'
      assert.deepEqual([code, type, message, stack], ['FUNCTION_FAILED', 'fmt.wrapError', text, ''])
      assert.deepEqual(linesOf('returned'), [text])
    })

    it('reports an error that panics when it is printed, and cuts one that fits into no frame', async () => {
      const more = 'type hostile struct{}\n\nfunc (hostile) Error() string { panic("no words") }'
      const body = `\tif event == "hostile" {
\t\tpanic(hostile{})
\t}
\treturn nil, errors.New(strings.Repeat("\\x01", 5_000_000))`
      await load(goFunction(['errors', 'strings'], body, more))
      const { type, message } = (await call('hostile', 'hostile')).frame
      assert.deepEqual([type, message], ['function.hostile', 'the error can not be printed'])
      const long = (await call('long', 'long')).frame
      assert.match(String(long.message), /… \(4967232 characters more\)$/)
    })

    it('refuses headers that no client takes', async () => {
      const headers = 'map[string][]string{"X-A": {strings.Repeat("x", 2_000_000)}}'
      await load(goFunction(['strings'], `\treturn ctx.Response(200, ${headers}, nil)`))
      const { type, message } = (await call(null, 'headers')).frame
      assert.deepEqual([type, message], ['hks.ResponseError', 'response: the headers are longer than 65536 bytes'])
    })

    it('ties what the goroutines of a call print after its answer, and ends a line before os.Exit', async () => {
      const body = `\tif event == "exit" {
\t\tfmt.Print("last words")
\t\tlog.Fatal("fatal")
\t}
\tgo func() {
\t\t<-answered
\t\tfmt.Println("late")
\t}()
\tif event == "next" {
\t\tclose(answered)
\t}
\treturn nil, nil`
      await load(goFunction(['fmt', 'log'], body, 'var answered = make(chan struct{})'))
      await call(null, 'first')
      await call('next', 'second')
      await runtime.waitForLog(log => log.text === 'late' && log.invocationId === 'first')
      await assert.rejects(call('exit', 'exit'), /the runtime ended \(1\)/)
      assert.equal(linesOf('exit').length, 2)
      assert.ok(linesOf('exit').includes('last words'))
      assert.match(linesOf('exit').find(text => text !== 'last words') ?? '', /fatal$/)
    })

    it('answers structs as their tags say, and names a part of one that is no JSON', async () => {
      const more = 'type order struct {\n\tID string `json:"id"`\n\tParts []any `json:"parts"`\n}'
      await load(goFunction([], '\treturn order{"<a&b>", []any{event, func() {}}[:1]}, nil', more))
      assert.equal((await call(1, 'struct')).body.toString(), '{"id":"<a&b>","parts":[1]}')
    })

    it('sees its environment before anything of the function is initialised', async () => {
      const source = goFunction(['time'], '\treturn zone, nil', 'var _, zone = time.Unix(0, 0).Zone()')
      await writeFile(join(dir, 'function.go'), source)
      const built = await language.build!(dir, 'Handle')
      await runtime.load(built, 'Handle', { environment: { TZ: 'Asia/Tokyo' } })
      assert.equal((await call(null, 'zone')).body.toString(), '32400')
    })

    it('says that a folder was not built, and answers every call with that', async () => {
      const { frame } = await runtime.load(dir, 'Handle')
      assert.deepEqual([frame.t, frame.code, frame.type], ['error', 'HANDLER_NOT_FOUND', 'HandlerNotFound'])
      assert.equal((await call(null, 'unbuilt')).frame.message, frame.message)
      const gone = await startRuntime(language)
      assert.equal((await gone.load(join(dir, 'gone'), 'Handle')).frame.code, 'LOAD_FAILED')
      await gone.stop()
    })

    it('refuses an environment that is larger than a program can get', async () => {
      const source = goFunction([], '\treturn 1, nil')
      await writeFile(join(dir, 'function.go'), source)
      const { frame } = await runtime.load(await language.build!(dir, 'Handle'), 'Handle', {
        environment: { HUGE: 'x'.repeat(1_000_000) },
      })
      assert.deepEqual([frame.code, frame.type], ['LOAD_FAILED', 'NotStarted'])
      assert.match(String(frame.message), /the environment is larger/)
    })
  }
})
