import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { eventually } from '../support/eventually.ts'
import { type PodRuntime, startPod } from '../support/podRuntime.ts'
import { canConnect, type RawAnswer, sendRaw } from '../support/rawHttp.ts'
import { describePods } from '../support/runtimeLanguages.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const goHead = 'package function\n\nimport (\n\t"hexabase.io/hks"\n'

/** Loads, and ends a moment later, whether it is called or not. */
const shortLived = {
  node: 'setTimeout(() => { console.error("no more"); process.exit(9) }, 60)\nexport const handler = () => 1\n',
  python: `
import os, sys, threading, time
def leave():
    time.sleep(0.06)
    print("no more", file=sys.stderr)
    os._exit(9)
threading.Thread(target=leave).start()
def handler(event): return 1
`,
  go: `${goHead}\t"fmt"\n\t"os"\n\t"time"\n)\n
func init() {
	go func() {
		time.Sleep(60 * time.Millisecond)
		fmt.Fprintln(os.Stderr, "no more")
		os.Exit(9)
	}()
}

func Handle(*hks.Context, any) (any, error) { return 1, nil }
`,
}
const file = { node: 'index.mjs', python: 'main.py', go: 'function.go' }
const id = '5f0e8f0a-8a0c-4a4e-9d3e-0f6e0d6d9d0b'

describePods('life of a pod', language => {
  let pod: PodRuntime | undefined

  afterEach(async () => {
    await pod?.stop()
    pod = undefined
  })

  async function start(variables: Readonly<Record<string, string>> = {}): Promise<PodRuntime> {
    const { dir, handler, ...command } = await language.pod()
    pod = await startPod(command, {
      HKS_SOURCE: dir,
      HKS_HANDLER: handler,
      HKS_DIAGNOSTIC_KEY: 'key',
      HKS_LOG_FORMAT: 'marked',
      ...variables,
    })
    await pod.listening
    return pod
  }
  const call = (route: string, event: unknown = null, invocationId?: string): Promise<RawAnswer> =>
    sendRaw(pod!.port, {
      path: `/${route}`,
      headers: [
        ['Content-Type', 'application/json'],
        ['HKS-Diagnostic-Key', 'key'],
        ...(invocationId === undefined ? [] : [['HKS-Invocation-Id', invocationId] as const]),
      ],
      body: JSON.stringify(event),
    })
  const bodyOf = (answer: RawAnswer) =>
    JSON.parse(answer.body.toString()) as {
      code?: string
      error?: string
      details?: { exception: { message: string; stack: string } }
    }
  const codeOf = async (answer: Promise<RawAnswer>) => bodyOf(await answer).code
  /** The process with the handler. */
  const childOf = async ({ process: { pid } }: PodRuntime): Promise<number> => {
    const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').filter(Boolean)
    assert.equal(children.length, 1)
    return Number(children[0])
  }

  it('marks each line with its stream and its call', async () => {
    const { printed, waitFor } = await start()
    await call('print', 'a', id)
    await waitFor('out', 'unfinished')
    assert.equal(
      printed.out,
      [`loading\t[out]`, `a one\t[out ${id}]`, `two\t[out ${id}]`, `\t[out ${id}]`, `unfinished\t[out ${id}]`, ''].join(
        '\n',
      ),
    )
    assert.equal(printed.err, ['no newline at the end of the load\t[err]', `a to err\t[err ${id}]`, ''].join('\n'))
    const before = printed.out.length
    await call('printLong', null, id)
    await waitFor('out', 'short\t')
    const lines = printed.out.slice(before).split('\n')
    assert.match(lines[0]!.slice(-60), new RegExp(`a\\t\\[out ${id} \\+100002\\]$`))
    assert.match(lines[1]!.slice(-60), new RegExp(`c\\t\\[out ${id} \\+134464\\]$`))
  })

  it('prints lines as they are where nobody asks for marks', async () => {
    const { printed, waitFor } = await start({ HKS_LOG_FORMAT: '' })
    await call('print', 'a')
    await call('subprocess')
    await waitFor('out', 'from a subprocess\n')
    assert.deepEqual(printed, {
      out: 'loading\na one\ntwo\n\nunfinished\nfrom a subprocess\n',
      err: 'no newline at the end of the load\na to err\n',
    })
  })

  it('ties what a subprocess prints to the only call, and none of many lines is lost', async () => {
    const { printed, waitFor } = await start()
    await call('subprocess', null, id)
    // In Go nothing says which of two descriptors was written to first.
    const tie = language.name === 'go' ? `( ${id})?` : ` ${id}`
    await waitFor('out', new RegExp(`from a subprocess\t\\[out${tie}\\]\n`))
    const before = printed.out.length
    await call('printMany', 5000, id)
    await waitFor('out', 'line 4999\t')
    const lines = printed.out.slice(before).trimEnd().split('\n')
    assert.deepEqual(
      lines,
      Array.from({ length: 5000 }, (_, n) => `line ${n}\t[out ${id}]`),
    )
  })

  it('gives the function the environment without what is meant for the runtime, and hides secrets', async () => {
    const { printed } = await start({ PLAIN: 'plain', SECRET: 'top secret\n1', HKS_SECRET_NAMES: 'SECRET, MISSING' })
    assert.equal((await call('environment')).body.toString(), '["plain","top secret\\n1"]')
    await call('print', 'my top secret!')
    assert.match(printed.out, /^my \*\*\*! one\t/m)
    const { details } = bodyOf(await call('raise', 'top secret'))
    assert.equal(details?.exception.message, 'no ***')
    assert.doesNotMatch(`${printed.out}${printed.err}`, /top secret/)
    const names = JSON.parse((await call('names')).body.toString()) as string[]
    assert.deepEqual(
      names.filter(name => name.startsWith('HKS_')),
      [],
    )
    assert.ok(names.includes('PLAIN'))
  })

  it('answers all calls of a process that ends, and replaces it', async () => {
    const { waitFor } = await start()
    const held = [call('hold'), call('hold')]
    await waitFor('out', /(holding[^\n]*\n[^]*){2}/)
    const crashed = bodyOf(await call('exit'))
    assert.equal(crashed.error, "The function's process ended during the call (exit code 7).")
    assert.equal(crashed.code, 'FUNCTION_CRASHED')
    for (const answer of held) assert.equal(await codeOf(answer), 'FUNCTION_CRASHED')
    assert.equal((await call('text')).status, 200)
    await waitFor('err', 'The process ended (exit code 7). A new process takes its place.\t[system]\n')
  })

  it('lets the other calls of a process that hangs go on, and a new process takes those that come', async () => {
    const { waitFor } = await start({ HKS_TIMEOUT_SECONDS: '2' })
    const other = call('later', { ms: 500 })
    const spinning = call('spin')
    await waitFor('out', 'spinning')
    assert.equal(await codeOf(spinning), 'TIMEOUT')
    assert.equal((await call('text')).status, 200)
    await waitFor('err', 'A call did not end after its time was up (2 s). A new process takes its place.\t[system]\n')
    // In Node and in Python's loop nothing else runs; in Go and on Python's threads it does.
    const expected = language.name === 'node' ? 504 : 200
    assert.equal((await other).status, expected)
  })

  it('tells the handler when the caller goes away', async () => {
    const { port, waitFor } = await start()
    const socket = connect(port, '127.0.0.1')
    socket.write('GET /hold HTTP/1.1\r\nHost: a\r\n\r\n')
    await waitFor('out', 'holding')
    socket.destroy()
    await waitFor('out', 'told to stop')
  })

  it('makes calls wait beyond the concurrency, and refuses them beyond the queue', async () => {
    const { waitFor } = await start({ HKS_CONCURRENCY: '1', HKS_TIMEOUT_SECONDS: '5' })
    const held = call('hold')
    await waitFor('out', 'holding')
    const answers = Promise.all(Array.from({ length: 11 }, () => call('text')))
    assert.equal((await held).status, 504)
    const [refused, ...others] = (await answers).toSorted((a, b) => b.status - a.status)
    assert.equal(refused?.status, 429)
    assert.equal(refused.headers.find(([name]) => name === 'retry-after')?.[1], '1')
    assert.equal(bodyOf(refused).code, 'FUNCTION_OVERLOADED')
    for (const { status } of others) assert.equal(status, 200)
  })

  it('ends a process whose calls compute for longer than they may, and each call has its own time', async () => {
    const { waitFor } = await start({ HKS_CPU_SECONDS: '1' })
    for (const ms of [600, 600]) assert.equal((await call('compute', { ms })).status, 200)
    const other = call('hold')
    await waitFor('out', 'holding')
    const answer = await call('spin')
    assert.deepEqual(
      [answer.status, bodyOf(answer)],
      [
        502,
        {
          error:
            "The function's process was ended: it used more than 1 second of processor time for a call. Raise resources.cpuSeconds in function.yaml, or compute less; what goes on after an answer counts, too.",
          code: 'LIMIT_EXCEEDED',
        },
      ],
    )
    assert.equal(await codeOf(other), 'LIMIT_EXCEEDED')
    assert.equal((await call('text')).status, 200)
    const reason = 'it used more than 1 second of processor time for a call'
    await waitFor('err', `The process ended (${reason}). A new process takes its place.\t[system]\n`)
  })

  it('ends a process that goes on computing when all is answered, and counts what it has started', async () => {
    const { waitFor } = await start({ HKS_CPU_SECONDS: '1' })
    assert.equal((await call('computeElsewhere')).status, 200)
    await waitFor('err', 'The process ended (it used more than 1 second of processor time for a call).')
    assert.equal((await call('text')).status, 200)
  })

  it('takes a large body from who asks first', async () => {
    const { port } = await start()
    const body = JSON.stringify('x'.repeat(9 * 1024 * 1024))
    const large = await sendRaw(port, {
      path: '/event',
      headers: [
        ['Content-Type', 'application/json'],
        ['Expect', '100-continue'],
      ],
      body,
    })
    assert.equal(large.status, 100)
    assert.match(large.body.toString('latin1', 0, 20), /^HTTP\/1\.1 200 OK/)
  })

  it('ends with code 1 when one process after the other ends', async () => {
    using folder = temporaryFolder()
    const source = join(folder.path, 'source')
    await mkdir(source)
    await writeFile(join(source, file[language.name]), shortLived[language.name])
    const { dir, ...command } = await language.podOf(source)
    pod = await startPod(command, { HKS_SOURCE: dir, HKS_HANDLER: language.defaultHandler })
    assert.deepEqual(await pod.ended, { code: 1, signal: null })
    assert.match(
      pod.printed.err,
      /\nCRASH_LOOP ProcessEnded: 5 processes were lost within 60 seconds without an answer; the last one: The process ended \(exit code 9\)\.\n$/,
    )
    assert.equal(pod.printed.err.match(/no more/g)?.length, 5)
  })

  it('ends at once at SIGTERM when it is idle, also with a connection that is kept', async () => {
    const { port, process, ended } = await start()
    const socket = connect(port, '127.0.0.1')
    const answered = new Promise(resolve => socket.once('data', resolve))
    socket.write('GET /text HTTP/1.1\r\nHost: a\r\n\r\n')
    await answered
    const begun = performance.now()
    process.kill('SIGTERM')
    assert.deepEqual(await ended, { code: 0, signal: null })
    assert.ok(performance.now() - begun < 1500)
    socket.destroy()
  })

  it('lets what is under way end at SIGTERM, and takes nothing new', async () => {
    const { port, process, ended, waitFor } = await start()
    const later = call('later', { ms: 1500 })
    const held = connect(port, '127.0.0.1')
    held.write('GET /hold HTTP/1.1\r\nHost: a\r\n\r\n')
    await waitFor('out', 'holding')
    process.kill('SIGTERM')
    await eventually(async () => assert.equal(await canConnect(port), false))
    const answer = await later
    assert.equal(answer.body.toString(), '{"ms":1500}')
    assert.equal(pod?.printed.out.includes('told to stop'), false)
    held.destroy()
    assert.deepEqual(await ended, { code: 0, signal: null })
  })

  it('takes the process with the handler along, however it ends', async () => {
    const killed = await start()
    const child = await childOf(killed)
    killed.process.kill('SIGKILL')
    await eventually(() => assert.throws(() => process.kill(child, 0), { code: 'ESRCH' }))
    const asked = await start()
    const other = await childOf(asked)
    asked.process.kill('SIGTERM')
    await asked.ended
    await eventually(() => assert.throws(() => process.kill(other, 0), { code: 'ESRCH' }))
  })
})
