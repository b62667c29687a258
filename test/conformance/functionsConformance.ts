import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { HksError } from '../../src/contract/errors.ts'
import type { Runtime } from '../../src/contract/functions.ts'
import type {
  FunctionRecord,
  FunctionSpec,
  InvocationRequest,
  InvocationResponse,
} from '../../src/gateway/domain/function.ts'
import { AnswerBroken } from '../../src/gateway/domain/functionAnswer.ts'
import type { StoredLogLine } from '../../src/gateway/domain/log.ts'
import type { Functions } from '../../src/gateway/domain/ports.ts'
import { eventually } from '../support/eventually.ts'
import { functionSpec, jsonOf, jsonRequest, patient, sourceOf, sourceOfFiles } from '../support/functionInputs.ts'

/** A provider's functions in a project of the suite's own. */
export interface FunctionsHarness extends AsyncDisposable {
  readonly functions: Functions
  readonly projectId: string
  /** Lines of a function's log so far. */
  readonly log: (functionId: string) => Promise<readonly StoredLogLine[]>
  /** Sets keys of a secret of the project. */
  readonly writeSecret: (secret: string, data: Readonly<Record<string, string>>) => Promise<unknown>
  /** stdout and stderr come by ways of their own, so that only each of them has an order. */
  readonly hasStreamsApart?: true
  /** Headers that a request has on its way to a function here, whoever makes it; lower-case. */
  readonly addedHeaders?: readonly string[]
  /** Languages that can't be tested here, each with the reason. */
  readonly missing: Partial<Record<Runtime, string>>
}

/** One function in each language; all do the same. */
interface Sample {
  readonly name: string
  readonly code: Readonly<Record<Runtime, string>>
}

const sample = (name: string, node: string, python: string, go = ''): Sample => ({ name, code: { node, python, go } })

/** A function in Go: its imports besides hks, and the body of the handler. */
const goFunction = (imports: readonly string[], body: string) =>
  `package function

import (
${['hexabase.io/hks', ...imports].map(name => `\t"${name}"\n`).join('')})

func Handle(ctx *hks.Context, event any) (any, error) {
${body}
}
`

const echo = sample(
  'echo',
  'export const handler = event => event',
  'def handler(event):\n    return event\n',
  goFunction([], 'return event, nil'),
)
const versioned = (version: number) =>
  sample(
    'versioned',
    `export const handler = () => ${version}`,
    `def handler(event):\n    return ${version}\n`,
    goFunction([], `return ${version}, nil`),
  )
const misbehaving = sample(
  'misbehaving',
  `const held = []
export async function handler(event) {
  if (event === 'eat') for (let n = 0; n < 1024; n++) held.push(Buffer.alloc(2 ** 20, 1))
  if (event === 'throw') throw new TypeError('a plain mistake')
  if (event === 'nan') return { list: [1, NaN] }
  if (event === 'exit') process.exit(7)
  if (event === 'spin') for (;;);
  if (event === 'sleep') await new Promise(resolve => setTimeout(resolve, 60_000))
  return event
}`,
  `import os, time
held = []
def handler(event):
    if event == 'eat': held.extend(bytearray(b'x') * 2**20 for _ in range(1024))
    if event == 'throw': raise TypeError('a plain mistake')
    if event == 'nan': return {'list': [1, float('nan')]}
    if event == 'exit': os._exit(7)
    if event == 'spin':
        while True: pass
    if event == 'sleep': time.sleep(60)
    return event
`,
  `package function
import (
	"math"
	"os"
	"time"
	"hexabase.io/hks"
)
type TypeError struct{}
var held [][]byte
func fill() []byte {
	block := make([]byte, 1<<20)
	for n := range block {
		block[n] = 1
	}
	return block
}
func (TypeError) Error() string { return "a plain mistake" }
func Handle(ctx *hks.Context, event any) (any, error) {
	switch event {
	case "eat":
		for n := 0; n < 1024; n++ {
			held = append(held, fill())
		}
	case "throw":
		panic(TypeError{})
	case "nan":
		return map[string]any{"list": []any{1, math.NaN()}}, nil
	case "exit":
		os.Exit(7)
	case "spin":
		for {
		}
	case "sleep":
		time.Sleep(time.Minute)
	}
	return event, nil
}
`,
)
const inspecting = sample(
  'inspecting',
  `export const handler = (event, context) => ({
  kind: event === null ? 'null' : event instanceof Uint8Array ? 'bytes' : typeof event,
  size: event?.length ?? 0,
  event: event instanceof Uint8Array ? null : event,
  request: context.request,
  source: context.cloudEvent?.source ?? null,
  environment: process.env.GREETING ?? null,
  secret: process.env.KEY ?? null,
  revision: context.revision,
  name: context.functionName,
})`,
  `import os
def handler(event, context):
    is_bytes = isinstance(event, (bytes, bytearray))
    request = context.request
    names = {type(None): 'null', str: 'string', dict: 'object'}
    return {
        'kind': 'bytes' if is_bytes else names[type(event)],
        'size': len(event) if isinstance(event, (bytes, bytearray, str)) else 0,
        'event': None if is_bytes else event,
        'request': {'method': request.method, 'path': request.path, 'query': request.query, 'headers': request.headers},
        'source': (context.cloudEvent or {}).get('source'),
        'environment': os.environ.get('GREETING'),
        'secret': os.environ.get('KEY'),
        'revision': context.revision,
        'name': context.functionName,
    }
`,
  `package function
import (
	"os"
	"hexabase.io/hks"
)
type object = map[string]any
var greeting, key = fromEnvironment("GREETING"), fromEnvironment("KEY")
func fromEnvironment(name string) any {
	if value, found := os.LookupEnv(name); found {
		return value
	}
	return nil
}
func Handle(ctx *hks.Context, event any) (any, error) {
	kind, size := "object", 0
	switch value := event.(type) {
	case nil:
		kind = "null"
	case string:
		kind, size = "string", len(value)
	case []byte:
		kind, size, event = "bytes", len(value), nil
	}
	headers := object{}
	for name, values := range ctx.Request.Headers {
		headers[name] = values[0]
	}
	r := ctx.Request
	return object{
		"kind": kind, "size": size, "event": event,
		"request": object{"method": r.Method, "path": r.Path, "query": r.Query, "headers": headers},
		"source": ctx.CloudEvent["source"], "environment": greeting, "secret": key,
		"revision": ctx.Revision, "name": ctx.FunctionName,
	}, nil
}
`,
)
/** A process tells itself apart by a number it draws: where each has a namespace of its own, all have the same id. */
const counting = sample(
  'counting',
  `const drawn = Math.random()
let now = 0
let most = 0
export async function handler() {
  most = Math.max(most, ++now)
  await new Promise(resolve => setTimeout(resolve, 20))
  now -= 1
  return { process: drawn, most }
}`,
  `import random, threading, time
drawn = random.random()
lock = threading.Lock()
now = most = 0
def handler(event):
    global now, most
    with lock:
        now += 1
        most = max(most, now)
    time.sleep(0.02)
    with lock:
        now -= 1
    return {'process': drawn, 'most': most}
`,
  `package function
import (
	"math/rand"
	"sync"
	"time"
	"hexabase.io/hks"
)
var drawn = rand.Float64()
var lock sync.Mutex
var now, most int
func count(by int) int {
	lock.Lock()
	defer lock.Unlock()
	now += by
	most = max(most, now)
	return most
}
func Handle(ctx *hks.Context, event any) (any, error) {
	seen := count(1)
	time.Sleep(20 * time.Millisecond)
	count(-1)
	return map[string]any{"process": drawn, "most": seen}, nil
}
`,
)
const answering = sample(
  'answering',
  `export const handler = (event, { response }) =>
  response(418, { 'X-Kind': ['a', 'b'], 'HKS-Error': 'FAKE', 'Content-Type': 'text/x-pot' }, 'short and stout')`,
  `def handler(event, context):
    return context.response(418, {'X-Kind': ['a', 'b'], 'HKS-Error': 'FAKE', 'Content-Type': 'text/x-pot'}, 'short and stout')
`,
  goFunction(
    [],
    `headers := map[string][]string{"X-Kind": {"a", "b"}, "HKS-Error": {"FAKE"}, "Content-Type": {"text/x-pot"}}
	return ctx.Response(418, headers, "short and stout")`,
  ),
)
const streaming = sample(
  'streaming',
  `export async function* handler(event) {
  for (let n = 1; n <= 2; n++) yield { n }
  if (event === 'break') throw new Error('in the middle')
}`,
  `async def handler(event):
    for n in (1, 2):
        yield {'n': n}
    if event == 'break': raise ValueError('in the middle')
`,
  goFunction(
    ['errors'],
    `return func(yield func(any, error) bool) {
	for n := 1; n <= 2; n++ {
		if !yield(map[string]any{"n": n}, nil) {
			return
		}
	}
	if event == "break" {
		yield(nil, errors.New("in the middle"))
	}
}, nil`,
  ),
)
const printing = sample(
  'printing',
  `export function handler(event) { console.log('out ' + event); console.error('err ' + event); return null }`,
  `import sys
def handler(event):
    print('out %s' % event)
    print('err %s' % event, file=sys.stderr)
`,
  goFunction(['fmt', 'os'], 'fmt.Println("out", event)\nfmt.Fprintln(os.Stderr, "err", event)\nreturn nil, nil'),
)
const broken = sample(
  'versioned',
  'export const x = 1\nexport const = 2\n',
  'x = 1\ndef handler(event:\n',
  'package function\nfunc = 2\n',
)
const unloadable = sample(
  'versioned',
  "import './nowhere.mjs'\nexport const handler = () => 0",
  'import nowhere_at_all\ndef handler(event): return 0\n',
  `${goFunction([], 'return 0, nil')}func init() { panic("the database is nowhere") }\n`,
)

/** The plan's backup example as it stands there, with what it leaves undefined in front and `boto3` beside it. */
const backup = {
  'boto3.py': `
uploads = []
class Client:
    def upload_file(self, *args): uploads.append(args)
def client(service): return Client()
`,
  'main.py': `
def perform_backup(config): return '/tmp/%s.sql' % config['name']

import boto3
import os

def handler(event):
    # Get database credentials from event
    db_config = event['db_config']
    s3_bucket = event['s3_bucket']
    
    # Perform backup
    backup_file = perform_backup(db_config)
    
    # Upload to S3
    s3 = boto3.client('s3')
    s3.upload_file(backup_file, s3_bucket, f"backups/{event['timestamp']}.sql")
    
    return {"status": "success", "file": backup_file}
`,
}
/** The plan's alert example, likewise. */
const alert = {
  'main.py': `
def scale_deployment(name, replicas): print('scale', name, replicas)
def send_slack_message(text): print('say', text)

def handler(event):
    alert = event['alert']
    
    if alert['severity'] == 'critical':
        # Scale up replicas
        scale_deployment(alert['deployment'], replicas=5)
        
        # Notify on-call
        send_slack_message(alert['message'])
    
    return {"action": "handled"}
`,
}

/** What every provider's functions must do. `open` is called once; the suite disposes what it answers. */
export function functionsConformance(provider: string, open: () => Promise<FunctionsHarness>): void {
  describe(`functions of ${provider}`, function () {
    // The first build in Go compiles the standard library.
    this.timeout(300_000)
    let harness: FunctionsHarness
    before(async () => {
      harness = await open()
    })
    after(() => harness[Symbol.asyncDispose]())

    for (const runtime of ['node', 'python', 'go'] as const) {
      describe(`in ${runtime}`, () => {
        before(function () {
          const reason = harness.missing[runtime]
          if (reason === undefined) return
          this.test!.parent!.title += ` (skipped: ${reason})`
          this.skip()
        })
        suiteOf(runtime, () => harness)
      })
    }
  })
}

function suiteOf(runtime: Runtime, harnessOf: () => FunctionsHarness): void {
  const deploy = async (code: Sample, spec: Partial<FunctionSpec> = {}) => {
    const { functions, projectId } = harnessOf()
    const full = functionSpec({ runtime, name: `${code.name}-${runtime}`, ...spec })
    const deployment = await functions.deploy(
      projectId,
      full,
      await sourceOf(code.code[runtime], runtime, full.handler),
      patient,
    )
    return { ...deployment, record: await deployment.settled }
  }
  const invoke = (id: string, request: InvocationRequest, invocationId: string = randomUUID()) =>
    harnessOf().functions.invoke(id, invocationId, request, { diagnostics: true, signal: new AbortController().signal })
  const call = async (record: FunctionRecord, event?: unknown) => invoke(record.id, jsonRequest(event))
  const isRefused =
    (code: string, check: (error: HksError) => void = () => undefined) =>
    (error: unknown) => {
      assert.ok(error instanceof HksError, String(error))
      assert.equal(error.code, code, error.message)
      check(error)
      return true
    }
  const platformSaid = (response: InvocationResponse, code: string, status: number, message: RegExp) => {
    assert.deepEqual([response.code, response.status], [code, status], response.message)
    assert.match(response.message ?? '', message)
    const body = jsonOf(response) as { error: string; code: string }
    assert.deepEqual([body.error, body.code], [response.message, code])
  }

  it('deploys, answers, is listed and goes away', async () => {
    const { functions, projectId } = harnessOf()
    const { record, created } = await deploy(echo)
    assert.equal(created, true)
    assert.deepEqual([record.status, record.serving, record.revisions.length], ['ready', 1, 1])
    assert.match(record.url, /^https?:\/\//)
    assert.deepEqual(jsonOf(await call(record, { deep: [1, 'ä', null] })), { deep: [1, 'ä', null] })
    assert.ok((await functions.list(projectId)).some(({ id }) => id === record.id))
    await functions.remove(record.id)
    assert.equal(await functions.get(record.id), undefined)
    await assert.rejects(call(record), isRefused('NOT_FOUND'))
  })

  it('answers bit by bit what a generator gives, and says what broke it off', async () => {
    const { record } = await deploy(streaming)
    const read = async (event: string) => {
      const { status, headers, stream } = await call(record, event)
      assert.deepEqual([status, headers], [200, { 'content-type': 'application/x-ndjson' }])
      const chunks: Uint8Array[] = []
      let error: unknown
      try {
        for await (const chunk of stream!) chunks.push(chunk)
      } catch (thrown) {
        error = thrown
      }
      return { text: Buffer.concat(chunks).toString(), error }
    }
    assert.deepEqual(await read('fine'), { text: '{"n":1}\n{"n":2}\n', error: undefined })
    const { text, error } = await read('break')
    assert.equal(text, '{"n":1}\n{"n":2}\n')
    assert.ok(error instanceof AnswerBroken)
    assert.deepEqual([error.code, error.exception?.message], ['FUNCTION_FAILED', 'in the middle'])
  })

  it('says how each call was served', async () => {
    const { record } = await deploy(echo, { name: `served-${runtime}` })
    const { coldStart, revision, queueMs, sandbox } = await call(record, 1)
    assert.deepEqual([typeof coldStart, revision], ['boolean', 1])
    assert.ok(Number.isInteger(queueMs) && queueMs >= 0, String(queueMs))
    assert.match(sandbox ?? '', /^[a-z]+$/)
  })

  it('hides the secrets that a function names in what is kept of its calls', async () => {
    await harnessOf().writeSecret('mask', { key: 'correct-horse' })
    const { record } = await deploy(echo, { name: `masked-${runtime}`, secrets: [{ name: 'KEY', from: 'mask/key' }] })
    const mask = await harnessOf().functions.mask(record.id)
    assert.equal(Buffer.from(mask(Buffer.from('{"key":"correct-horse"}'))).toString(), '{"key":"***"}')
    const bytes = Buffer.from([0, 255, 10])
    assert.equal(mask(bytes), bytes)
  })

  it('answers 100 calls at once, each with its own payload', async () => {
    const { record } = await deploy(echo, { name: `many-${runtime}` })
    const numbers = Array.from({ length: 100 }, (_, i) => i)
    const answers = await Promise.all(numbers.map(number => call(record, { number })))
    assert.deepEqual(
      answers.map(answer => [answer.status, jsonOf(answer)]),
      numbers.map(number => [200, { number }]),
    )
  })

  it('switches to a new revision and keeps the old one when the new one fails', async () => {
    const first = await deploy(versioned(1))
    const second = await deploy(versioned(2))
    assert.deepEqual([first.created, second.created], [true, false])
    assert.equal(second.record.id, first.record.id)
    assert.equal(jsonOf(await call(first.record)), 2)

    await assert.rejects(
      deploy(unloadable),
      isRefused('DEPLOY_FAILED', ({ message, details }) => {
        assert.match(message, /nowhere/)
        assert.ok((details?.lines as string[]).length > 0)
      }),
    )
    const after = (await harnessOf().functions.get(first.record.id))!
    assert.deepEqual([after.status, after.serving], ['ready', 2])
    assert.match(after.reason ?? '', /nowhere/)
    assert.equal(after.revisions[0]!.status, 'failed')
    assert.equal(jsonOf(await call(first.record)), 2)

    const third = await deploy(versioned(3))
    assert.equal(third.record.reason, undefined)
    assert.equal(jsonOf(await call(first.record)), 3)
  })

  it('refuses a source with a syntax error, names the place and changes nothing', async () => {
    const { record } = await deploy(versioned(1), { name: `guarded-${runtime}` })
    await assert.rejects(
      deploy(broken, { name: `guarded-${runtime}` }),
      isRefused('INVALID_SOURCE', ({ details }) => {
        assert.deepEqual(
          [details?.file, details?.line],
          [{ node: 'index.mjs', python: 'main.py', go: 'function.go' }[runtime], 2],
        )
        assert.equal(typeof details?.message, 'string')
      }),
    )
    assert.deepEqual((await harnessOf().functions.get(record.id))?.revisions.length, 1)
    assert.equal(jsonOf(await call(record)), 1)

    await assert.rejects(deploy(broken, { name: `refused-${runtime}` }), isRefused('INVALID_SOURCE'))
    const { functions, projectId } = harnessOf()
    assert.ok(!(await functions.list(projectId)).some(({ spec }) => spec.name === `refused-${runtime}`))
  })

  it('is failed when its first revision can not serve, and can be deployed again', async () => {
    const { functions, projectId } = harnessOf()
    const name = `late-${runtime}`
    await assert.rejects(deploy(unloadable, { name }), isRefused('DEPLOY_FAILED'))
    const failed = (await functions.list(projectId)).find(({ spec }) => spec.name === name)!
    assert.deepEqual([failed.status, failed.serving], ['failed', 0])
    platformSaid(await call(failed), 'FUNCTION_UNAVAILABLE', 503, /serves/)
    await assert.rejects(
      deploy(echo, { name, handler: { node: 'index.other', python: 'main.other', go: 'Other' }[runtime] }),
      isRefused('DEPLOY_FAILED', ({ message }) => assert.match(message, /other/i)),
    )
    const { record } = await deploy(echo, { name })
    assert.deepEqual([record.id, record.status, record.serving], [failed.id, 'ready', 3])
  })

  it('gives each misfortune of a call its code, and the next call works', async () => {
    const { record } = await deploy(misbehaving)
    const thrown = await call(record, 'throw')
    platformSaid(thrown, 'FUNCTION_FAILED', 500, /exception/)
    assert.doesNotMatch(Buffer.from(thrown.body).toString(), /plain mistake/)
    assert.deepEqual(
      [thrown.exception?.type, thrown.exception?.message],
      [runtime === 'go' ? 'function.TypeError' : 'TypeError', 'a plain mistake'],
    )
    assert.match(thrown.exception?.stack ?? '', /handle/i)
    platformSaid(await call(record, 'nan'), 'RESULT_INVALID', 502, /\$\.list\[1\]/)
    platformSaid(await call(record, 'exit'), 'FUNCTION_CRASHED', 502, /exit code 7/)
    assert.equal(jsonOf(await call(record, 'after exit')), 'after exit')
    const { record: hasty } = await deploy(misbehaving, { name: `hasty-${runtime}`, timeoutSeconds: 3 })
    platformSaid(await call(hasty, 'sleep'), 'TIMEOUT', 504, /3 seconds/)
    assert.equal(jsonOf(await call(hasty, 'after sleep')), 'after sleep')
    platformSaid(await call(hasty, 'spin'), 'TIMEOUT', 504, /3 seconds/)
    assert.equal(jsonOf(await call(hasty, 'after spin')), 'after spin')
    const notJson = { ...jsonRequest(), headers: { 'content-type': 'application/json' }, body: Buffer.from('{') }
    platformSaid(await invoke(record.id, notJson), 'EVENT_INVALID', 400, /JSON/)
  })

  it('ends a process that uses more memory or processor time than it may, says so, and the next call works', async () => {
    const resources = { memoryBytes: 160 * 2 ** 20, cpuSeconds: 2 }
    const { record } = await deploy(misbehaving, { name: `greedy-${runtime}`, resources })
    const ended = "The function's process was ended: it used more than"
    platformSaid(
      await call(record, 'eat'),
      'LIMIT_EXCEEDED',
      502,
      new RegExp(`^${ended} 160Mi of memory\\. Raise resources\\.memory in function\\.yaml, or hold less at once\\.$`),
    )
    assert.equal(jsonOf(await call(record, 'after eat')), 'after eat')
    platformSaid(
      await call(record, 'spin'),
      'LIMIT_EXCEEDED',
      502,
      new RegExp(`^${ended} 2 seconds of processor time for a call\\. Raise resources\\.cpuSeconds `),
    )
    assert.equal(jsonOf(await call(record, 'after spin')), 'after spin')
    assert.deepEqual((await harnessOf().functions.get(record.id))?.spec.resources, resources)
  })

  it('gets JSON, text, bytes, nothing and CloudEvents as what they are', async () => {
    const { record } = await deploy(inspecting, { environment: { GREETING: 'hello' } })
    const kindOf = async (headers: Record<string, string>, body: string | Uint8Array) =>
      jsonOf(await invoke(record.id, { ...jsonRequest(), headers, body: Buffer.from(body) })) as Record<string, unknown>
    assert.equal((await kindOf({ 'content-type': 'application/json' }, '{"a":1}')).kind, 'object')
    assert.equal((await kindOf({ 'content-type': 'text/plain' }, 'häh')).event, 'häh')
    const bytes = await kindOf({ 'content-type': 'image/png' }, new Uint8Array([0, 255, 10]))
    assert.deepEqual([bytes.kind, bytes.size], ['bytes', 3])
    const nothing = await kindOf({}, '')
    assert.deepEqual([nothing.kind, nothing.environment, nothing.revision], ['null', 'hello', 1])
    const attributes = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-type': 't', 'ce-source': '/s' }
    const binary = await kindOf({ ...attributes, 'content-type': 'application/json' }, '{"x":2}')
    assert.deepEqual([binary.event, binary.source], [{ x: 2 }, '/s'])
    const envelope = { specversion: '1.0', id: '1', type: 't', source: '/t', data: { x: 3 } }
    const structured = await kindOf({ 'content-type': 'application/cloudevents+json' }, JSON.stringify(envelope))
    assert.deepEqual([structured.event, structured.source], [{ x: 3 }, '/t'])
  })

  it('gives a process no more calls at once than it may have, and has no more processes than it may', async () => {
    const { functions } = harnessOf()
    const scaling = { minScale: 0, maxScale: 2, containerConcurrency: 2 }
    const { record } = await deploy(counting, { scaling })
    assert.deepEqual(record.spec.scaling, scaling)
    const seen: { process: number; most: number }[] = []
    const processes = () => new Set(seen.map(({ process }) => process)).size
    // Where a process takes seconds to start others have answered the first calls by then.
    for (const began = Date.now(); processes() < 2 && Date.now() - began < 60_000; ) {
      const answers = await Promise.all(Array.from({ length: 30 }, () => call(record)))
      seen.push(...answers.map(answer => jsonOf(answer) as { process: number; most: number }))
    }
    assert.equal(Math.max(...seen.map(({ most }) => most)), 2)
    assert.equal(processes(), 2)
    await eventually(async () => assert.equal((await functions.get(record.id))?.replicas, 2))
  })

  it('sees method, path, query and headers of its request', async () => {
    const { record } = await deploy(inspecting, { name: `request-${runtime}` })
    const request = { ...jsonRequest(), method: 'DELETE', path: '/a/b%20c', query: 'x=1&x=2', headers: { 'x-y': 'z' } }
    const seen = jsonOf(await invoke(record.id, request)) as { request: { headers: object }; name: string }
    const added = harnessOf().addedHeaders ?? []
    const headers = Object.fromEntries(Object.entries(seen.request.headers).filter(([name]) => !added.includes(name)))
    assert.deepEqual(
      { ...seen.request, headers },
      {
        method: 'DELETE',
        path: '/a/b%20c',
        query: { x: ['1', '2'] },
        headers: { 'x-y': 'z' },
      },
    )
    assert.equal(seen.name, `request-${runtime}`)
  })

  it('answers with a status, headers and a body of its own, but not in the name of the platform', async () => {
    const { record } = await deploy(answering)
    const { status, headers, body, code } = await call(record)
    assert.deepEqual([status, code, Buffer.from(body).toString()], [418, undefined, 'short and stout'])
    assert.deepEqual(headers, { 'x-kind': ['a', 'b'], 'content-type': 'text/x-pot' })
  })

  it('takes and gives 10 MB', async () => {
    const { record } = await deploy(echo, { name: `large-${runtime}` })
    const text = 'x'.repeat(10_000_000)
    const answer = await call(record, text)
    assert.equal(answer.status, 200)
    assert.equal(Buffer.from(answer.body).equals(Buffer.from(JSON.stringify(text))), true)
  })

  it('ties each line of its log to the call that printed it, before the call is answered', async () => {
    const { record } = await deploy(printing)
    const ids = [randomUUID(), randomUUID(), randomUUID()]
    await Promise.all(ids.map(id => invoke(record.id, jsonRequest(id), id)))
    const { log, hasStreamsApart } = harnessOf()
    const printed = await log(record.id)
    const isErr = ({ stream }: StoredLogLine) => Number(stream === 'stderr')
    const lines = hasStreamsApart ? printed.toSorted((a, b) => isErr(a) - isErr(b)) : printed
    for (const id of ids) {
      assert.deepEqual(
        lines.filter(line => line.invocationId === id).map(({ stream, text }) => `${stream}: ${text}`),
        [`stdout: out ${id}`, `stderr: err ${id}`],
      )
    }
  })

  it('gives its deployed source back', async () => {
    const { record } = await deploy(echo, { name: `source-${runtime}` })
    const { tar, digest } = await sourceOf(echo.code[runtime], runtime, record.spec.handler)
    assert.equal(record.revisions[0]!.sourceDigest, digest)
    assert.deepEqual(Buffer.from((await harnessOf().functions.source(record.id))!), Buffer.from(tar))
  })

  if (runtime === 'python') {
    it("runs the plan's doubling example, unchanged", async () => {
      const code = '\n    def handler(event):\n        return {"result": event["input"] * 2}\n    '
      const { record } = await deploy(sample('doubling', '', code))
      assert.deepEqual(jsonOf(await call(record, { input: 21 })), { result: 42 })
    })

    it("runs the plan's backup and alert examples with their undefined names defined in front", async () => {
      const { functions, projectId, log } = harnessOf()
      const deployFolder = async (name: string, files: Readonly<Record<string, string>>) => {
        const spec = functionSpec({ runtime, name })
        return (await functions.deploy(projectId, spec, await sourceOfFiles(files, runtime, spec.handler), patient))
          .settled
      }
      const saved = await call(await deployFolder('backup', backup), {
        db_config: { name: 'shop' },
        s3_bucket: 'my-backups',
        timestamp: '2025-06-09T00:00:00',
      })
      assert.deepEqual(jsonOf(saved), { status: 'success', file: '/tmp/shop.sql' })
      const alerting = await deployFolder('alert', alert)
      const event = { alert: { severity: 'critical', deployment: 'web', message: 'down' } }
      assert.deepEqual(jsonOf(await call(alerting, event)), { action: 'handled' })
      const printed = (await log(alerting.id)).filter(({ stream }) => stream === 'stdout').map(({ text }) => text)
      assert.deepEqual(printed, ['scale web 5', 'say down'])
    })
  }
}
