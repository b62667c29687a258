// One handler whose request path says what it does; routes.py beside it does the same.
import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

console.log('loading')
process.stderr.write('no newline at the end of the load')

const kindOf = event => {
  if (event === null) return 'null'
  if (event instanceof Uint8Array) return 'bytes'
  return typeof event === 'string' ? 'text' : 'json'
}

function circle() {
  const list = [1]
  list.push({ again: list })
  return list
}

const routes = {
  event: event => ({
    kind: kindOf(event),
    value: event instanceof Uint8Array ? Buffer.from(event).toString('hex') : event,
  }),
  body: (_event, { request }) => ({
    bytes: Buffer.from(request.body).toString('hex'),
    isBytes: request.body instanceof Uint8Array,
    request,
  }),
  context: (_event, { functionName, revision, invocationId, deadline, signal, request, cloudEvent }) => ({
    functionName,
    revision,
    invocationId,
    hasTime: deadline > Date.now(),
    aborted: signal.aborted,
    method: request.method,
    query: request.query,
    headers: request.headers,
    cloudEvent,
  }),
  respond: (event, context) => context.response(event.status, event.headers, event.body),
  respondDefault: (_event, context) => context.response(),
  respondBytes: (event, context) => context.response(201, { 'X-Kind': 'bytes', 'Content-Length': '3' }, event),
  lookalike: () => ({ status: 404, headers: {}, body: 'plain data' }),
  later: async event => {
    await sleep(event.ms)
    return event
  },
  nothing: () => undefined,
  surrogate: () => 'a\ud800b',
  text: () => 'grüße 日本',
  fail: () => {
    throw new RangeError('too far')
  },
  throwValue: index => {
    const huge = { text: 'x'.repeat(1_000_000), list: Array(1_000_000).fill(0) }
    throw [{ a: 1, b: [{ c: { d: 1 } }] }, 'plain text', ['a'], Symbol('s'), undefined, huge][index]
  },
  raise: event => {
    throw new RangeError(`no ${event}`)
  },
  names: () => Object.keys(process.env),
  notFinite: () => ({ a: [1, 2, Number.NaN] }),
  resultBytes: () => ({ picture: Buffer.from('x') }),
  resultCircle: () => circle(),
  resultPending: () => ({ a: { 'b c': sleep(0) } }),
  resultDeep: () => {
    let value = []
    for (let i = 0; i < 200_000; i++) value = [value]
    return value
  },
  environment: () => [process.env.PLAIN, process.env.SECRET],
  folder: () => readdirSync('.').includes('routes.mjs'),
  print: async event => {
    process.stdout.write(`${event} `)
    console.error(`${event} to err`)
    await sleep(5)
    console.log('one\ntwo')
    console.log('')
    process.stdout.write('unfinished')
    return null
  },
  printFromBackground: event =>
    new Promise(resolve =>
      setTimeout(() => {
        console.log(`background ${event}`)
        resolve(null)
      }, 5),
    ),
  printBytes: () => {
    const bytes = Buffer.from('ä\n')
    process.stdout.write(bytes.subarray(0, 1))
    process.stdout.write(bytes.subarray(1))
    process.stdout.write(Buffer.from([0x66, 0xff, 0x0a]))
    return null
  },
  printLong: () => {
    console.log(`${'a'.repeat(65_535)}ä${'b'.repeat(100_000)}`)
    for (let i = 0; i < 200; i++) process.stdout.write('c'.repeat(1000))
    console.log('\nshort')
    return null
  },
  printMany: event => {
    for (let i = 0; i < event; i++) console.log(`line ${i}`)
    return event
  },
  printPlain: event => {
    for (let i = 0; i < event; i++) writeSync(1, `plain ${i}\n`)
    return event
  },
  subprocess: () => {
    const script = 'echo from a subprocess; ( : >&3 ) 2>/dev/null && exit 3; exit 0'
    return spawnSync('sh', ['-c', script], { stdio: ['ignore', 'inherit', 'inherit'] }).status
  },
  chunks: async function* () {
    yield Buffer.from([0, 255])
    yield 'ä'
    yield { n: 1 }
  },
  typedChunks: (_event, { response }) =>
    response(
      201,
      { 'Content-Type': 'text/event-stream' },
      (function* () {
        yield 'data: 1\n\n'
      })(),
    ),
  breaks: async function* () {
    yield 'before'
    throw new RangeError('in the middle')
  },
  hold: (_event, { signal }) =>
    new Promise((_resolve, reject) => {
      console.log('holding')
      signal.addEventListener('abort', () => {
        console.log('told to stop')
        reject(signal.reason)
      })
    }),
  spin: () => {
    console.log('spinning')
    for (;;);
  },
  compute: ({ ms }) => {
    const used = () => Object.values(process.cpuUsage()).reduce((sum, time) => sum + time)
    const end = used() + ms * 1000
    while (used() < end);
    return ms
  },
  computeElsewhere: () => {
    spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }).unref()
    return null
  },
  exit: () => {
    process.stdout.write('last words')
    process.exit(7)
  },
}

export async function handler(event, context) {
  return routes[context.request.path.slice(1)](event, context)
}
