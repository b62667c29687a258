import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { writeCanonicalTar } from '../../src/base/canonicalTar.ts'
import { freePort, type PodRuntime, startPod } from '../support/podRuntime.ts'
import { canConnect, sendRaw } from '../support/rawHttp.ts'
import { describePods, type PodLanguage } from '../support/runtimeLanguages.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const file = { node: 'index.mjs', python: 'main.py', go: 'function.go' }
const goHead = 'package function\n\nimport (\n\t"hexabase.io/hks"\n'
const goHandler = 'func Handle(*hks.Context, any) (any, error) { return nil, nil }\n'

/** Sources that can't be loaded, with what the last of stderr says. */
const faulty: Readonly<Record<string, Partial<Record<PodLanguage['name'], readonly [string, RegExp]>>>> = {
  'source that does not parse': {
    node: [
      'export const handler = () => 1\nconst a = ]\n',
      /^SOURCE_INVALID SyntaxError: Unexpected token.*\(at index\.mjs:2:11\)\n$/,
    ],
    python: ['def handler(event):\n    return ]\n', /^SOURCE_INVALID SyntaxError: .*\(at main\.py:2:\d+\)\n$/],
  },
  'a module that throws': {
    node: [
      'function connect() {\n  throw new TypeError(`no\\ndatabase`)\n}\nconnect()\n',
      /^LOAD_FAILED TypeError: no database \(at index\.mjs:2:9\)\nTypeError: no\ndatabase\n {4}at connect \(index\.mjs:2:9\)\n(.*\n)+$/,
    ],
    python: [
      'def connect():\n    raise KeyError("no database")\nconnect()\n',
      /^LOAD_FAILED KeyError: 'no database' \(at main\.py:2\)\nTraceback(.*\n)+KeyError: 'no database'\n$/,
    ],
  },
  'a handler that is not there': {
    node: [
      'export const other = () => 1\n',
      /^HANDLER_NOT_FOUND HandlerNotFound: handler "index\.handler": .* it exports other\n$/,
    ],
    python: [
      'def other(event): pass\n',
      /^HANDLER_NOT_FOUND HandlerNotFound: handler "main\.handler": .* it defines other\n$/,
    ],
  },
  'a process that ends while it loads': {
    node: [
      'console.error(`no database`)\nprocess.exit(3)\n',
      /^PROCESS_ENDED ProcessEnded: The process ended while the code was loaded \(exit code 3\)\.\nno database\n$/,
    ],
    python: [
      'import os, sys\nprint("no database", file=sys.stderr)\nos._exit(3)\n',
      /^PROCESS_ENDED ProcessEnded: The process ended while the code was loaded \(exit code 3\)\.\nno database\n$/,
    ],
    go: [
      `${goHead})\n\nfunc init() { panic("no database") }\n\n${goHandler}`,
      /^PROCESS_ENDED ProcessEnded: The process ended while the code was loaded \(exit code 2\): panic: no database\n(.*\n)*panic: no database\n(.*\n)+$/,
    ],
  },
}

const slow = {
  node: 'console.log("loading")\nawait new Promise(resolve => setTimeout(resolve, 400))\nexport const handler = () => 1\n',
  python: 'import time\nprint("loading")\ntime.sleep(0.4)\ndef handler(event): return 1\n',
  go: `${goHead}\t"fmt"\n\t"time"\n)\n\nfunc init() {\n\tfmt.Println("loading")\n\ttime.Sleep(400 * time.Millisecond)\n}\n\n${goHandler}`,
}

const wrong: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
  ['no source', { HKS_SOURCE: '' }, /HKS_SOURCE/],
  ['a number that is none', { HKS_TIMEOUT_SECONDS: '5s' }, /HKS_TIMEOUT_SECONDS: "5s" is not a whole number/],
  ['a time of zero', { HKS_TIMEOUT_SECONDS: '0' }, /HKS_TIMEOUT_SECONDS: "0"/],
  ['a negative number', { HKS_CONCURRENCY: '-1' }, /HKS_CONCURRENCY: "-1"/],
  ['an unknown format', { HKS_LOG_FORMAT: 'xml' }, /HKS_LOG_FORMAT: "xml" is not one of plain, marked/],
]

describePods('start of a pod', language => {
  let folder: ReturnType<typeof temporaryFolder>
  let pod: PodRuntime | undefined

  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(async () => {
    await pod?.stop()
    pod = undefined
    folder[Symbol.dispose]()
  })

  /** Starts a function of one file. */
  async function start(source: string, variables: Readonly<Record<string, string>> = {}): Promise<PodRuntime> {
    const dir = join(folder.path, 'source')
    await mkdir(dir)
    await writeFile(join(dir, file[language.name]), source)
    const { dir: loaded, ...command } = await language.podOf(dir)
    pod = await startPod(command, { HKS_SOURCE: loaded, HKS_HANDLER: language.defaultHandler, ...variables })
    return pod
  }

  it('listens when the handler has loaded, not before', async () => {
    const { port, waitFor, listening, printed } = await start(slow[language.name])
    await waitFor('out', 'loading\n')
    assert.equal(await canConnect(port), false)
    await listening
    assert.equal((await sendRaw(port, { path: '/' })).status, 200)
    assert.deepEqual(printed, { out: 'loading\n', err: '' })
  })

  for (const [title, sources] of Object.entries(faulty)) {
    const faultyHere = sources[language.name]
    if (faultyHere === undefined) continue
    const [source, reason] = faultyHere
    it(`ends with code 1 and the reason: ${title}`, async () => {
      const { ended, printed } = await start(source)
      assert.deepEqual(await ended, { code: 1, signal: null })
      const at = printed.err.search(/^[A-Z]+_[A-Z_]+ \w+: /m)
      assert.match(printed.err.slice(at), reason)
    })
  }

  for (const [title, variables, message] of wrong) {
    it(`ends with code 64 on ${title}`, async () => {
      const { ended, printed } = await start(slow[language.name], variables)
      assert.deepEqual(await ended, { code: 64, signal: null })
      assert.match(printed.err, message)
      assert.equal(printed.err.trim().split('\n').length, 1)
    })
  }

  it('ends with code 64 on a port that is none, and on too many arguments', async () => {
    const { dir, handler, ...command } = await language.pod()
    for (const given of [['http'], ['70000'], ['1', '2']]) {
      const started = await startPod(command, { HKS_SOURCE: dir, HKS_HANDLER: handler }, given)
      assert.equal((await started.ended).code, 64, started.printed.err)
    }
  })

  it('takes the port from PORT, and gives the function the rest of the environment', async () => {
    const { dir, handler, ...command } = await language.pod()
    const free = await freePort()
    const variables = { HKS_SOURCE: dir, HKS_HANDLER: handler, PORT: String(free), PLAIN: 'plain', SECRET: 'secret' }
    pod = await startPod(command, variables, [])
    await pod.listeningOn(free)
    const { body } = await sendRaw(free, { path: '/environment' })
    assert.equal(body.toString(), '["plain","secret"]')
  })

  it('prints to a file as well', async () => {
    const { dir, handler, command, args } = await language.pod()
    const log = join(folder.path, 'log')
    const shell = { command: 'sh', args: ['-c', 'exec "$@" >"$LOG" 2>&1', 'sh', command, ...args] }
    pod = await startPod(shell, { HKS_SOURCE: dir, HKS_HANDLER: handler, LOG: log })
    await pod.listening
    assert.equal((await sendRaw(pod.port, { path: '/nothing' })).status, 200)
    assert.equal(await readFile(log, 'utf8'), 'loading\nno newline at the end of the load\n')
  })

  it('ends with code 1 where there is no source', async () => {
    const { ended, printed } = await start(slow[language.name], { HKS_SOURCE: join(folder.path, 'nowhere') })
    assert.equal((await ended).code, 1)
    assert.match(printed.err, /^SOURCE_UNREADABLE SourceUnreadable: HKS_SOURCE: \S+nowhere can not be read: .+\n$/)
  })

  it('ends with code 1 where the port is taken', async () => {
    const taken = createServer().listen(0)
    await once(taken, 'listening')
    const { dir, handler, ...command } = await language.pod()
    const { port } = taken.address() as AddressInfo
    const started = await startPod(command, { HKS_SOURCE: dir, HKS_HANDLER: handler }, [String(port)])
    assert.equal((await started.ended).code, 1)
    assert.match(started.printed.err, /^LISTEN_FAILED EADDRINUSE: .+\n$/m)
    taken.close()
  })

  it('unpacks a source, packed or not', async () => {
    const deep = `${'a-folder-with-a-name-that-is-long/'.repeat(6)}data.txt`
    const { dir, handler, ...command } = await language.pod()
    const routes = language.extension === 'go' ? '.hks/function' : `routes.${language.extension}`
    const tar = writeCanonicalTar([
      { path: routes, executable: true, data: await readFile(join(dir, routes)) },
      { path: deep, executable: false, data: Buffer.from('deep') },
    ])
    for (const [name, bytes] of Object.entries({ 'source.tgz': gzipSync(tar), 'source.tar': tar })) {
      const archive = join(folder.path, name)
      await writeFile(archive, bytes)
      pod = await startPod(command, { HKS_SOURCE: archive, HKS_HANDLER: handler, TMPDIR: folder.path })
      await pod.listening
      assert.equal((await sendRaw(pod.port, { path: '/text' })).body.toString(), '"grüße 日本"')
      await pod.stop()
    }
    const found = await readFile(join(folder.path, await unpackedIn(folder.path), deep), 'utf8')
    assert.equal(found, 'deep')
  })

  it('refuses an archive that is cut off, that is none, or that leaves its folder', async () => {
    const tar = writeCanonicalTar([{ path: 'index.mjs', executable: false, data: Buffer.alloc(2000, 'a') }])
    const leaving = Buffer.from(tar)
    leaving.write('../x.mjs\0', 0)
    leaving.fill(' ', 148, 156)
    const sum = leaving.subarray(0, 512).reduce((all, byte) => all + byte, 0)
    leaving.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    const { dir: _dir, handler, ...command } = await language.pod()
    for (const [bytes, message] of [
      [tar.subarray(0, 1500), /cut off/],
      [Buffer.alloc(1024, 'x'), /no tar/],
      [gzipSync(tar).subarray(0, 30), /can not be read/],
      [leaving, /leaves its folder/],
    ] as const) {
      const archive = join(folder.path, 'source')
      await writeFile(archive, bytes)
      pod = await startPod(command, { HKS_SOURCE: archive, HKS_HANDLER: handler, TMPDIR: folder.path })
      assert.equal((await pod.ended).code, 1)
      assert.match(pod.printed.err, message)
    }
  })
})

async function unpackedIn(folder: string): Promise<string> {
  const found = (await readdir(folder)).find(name => name.startsWith('hks-source-'))
  return found ?? assert.fail('nothing was unpacked')
}
