import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { writeCanonicalTar } from '../../../../src/base/canonicalTar.ts'
import { debugFunction } from '../../../../src/client/debugFunction.ts'
import type { FunctionDebug } from '../../../../src/contract/debug.ts'
import type { HksError } from '../../../../src/contract/errors.ts'
import type { Function } from '../../../../src/contract/functions.ts'
import { eventually } from '../../../support/eventually.ts'
import { attachDebugger } from '../../../support/debuggerClients.ts'
import { debugpyPackage } from '../../../support/debugpyPackage.ts'
import { lackOfSandbox } from '../../../support/lackOfSandbox.ts'
import { openPythonIndex } from '../../../support/pythonIndex.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'
import { startTestGateway, type TestGateway } from '../../../support/testGateway.ts'

/** A function in one language, as it is deployed and as it is in the workspace. */
interface Language {
  readonly runtime: 'node' | 'python'
  readonly deployed: string
  readonly file: string
  readonly edited: string
  /** The line of `edited` at which `text` is known. */
  readonly line: number
  readonly words: readonly [file: string, text: string]
  /** A requirements.txt that is deployed with it. */
  readonly requirements?: string
}

const node: Language = {
  runtime: 'node',
  deployed: "export const handler = () => 'deployed'",
  file: 'index.mjs',
  edited: `import { greeting } from './words.mjs'
export function handler(event) {
  const text = greeting + (event?.name ?? '')
  return { text, kind: process.env.KIND ?? 'none' }
}
`,
  line: 4,
  words: ['words.mjs', "export const greeting = 'Hello '"],
}
const python: Language = {
  runtime: 'python',
  deployed: "def handler(event):\n    return 'deployed'\n",
  file: 'main.py',
  edited: `import os
from words import greeting
def handler(event):
    text = greeting + (event or {}).get('name', '')
    return {'text': text, 'kind': os.environ.get('KIND', 'none')}
`,
  line: 5,
  words: ['words.py', "greeting = 'Hello '\n"],
}

/** One gateway with a project that has a deployed function and another text of it in its folder. */
interface Rig extends AsyncDisposable {
  readonly gateway: TestGateway
  readonly fn: Function
  readonly folder: string
  /** The file of the handler. */
  readonly file: string
  readonly line: number
  debug(request?: Partial<FunctionDebug>): ReturnType<typeof debugFunction>
  call(event?: unknown): Promise<unknown>
}

/** One file, or a folder with its requirements. */
function packed({ deployed, file, requirements }: Language): Buffer {
  if (requirements === undefined) return Buffer.from(deployed)
  const files = { [file]: deployed, 'requirements.txt': requirements }
  const entries = Object.entries(files).map(([path, text]) => ({ path, executable: false, data: Buffer.from(text) }))
  return gzipSync(writeCanonicalTar(entries))
}

async function openRig(level: string, language: Language = node, own: Partial<FunctionDebug> = {}): Promise<Rig> {
  const { runtime } = language
  const home = temporaryFolder()
  const workspace = temporaryFolder()
  const gateway = await startTestGateway(home.path, { HKS_SANDBOX: level })
  const { client } = gateway
  const project = await client.call('openProject', { body: { path: workspace.path } })
  const source = packed(language).toString('base64')
  const body = { name: 'greet', runtime, source, timeout: 1 } as const
  const fn = await client.call('deployFunction', { params: { id: project.id }, body })
  const folder = join(workspace.path, 'greet')
  mkdirSync(folder)
  const [words, text] = language.words
  writeFileSync(join(folder, language.file), language.edited)
  writeFileSync(join(folder, words), text)
  return {
    gateway,
    fn,
    folder,
    file: join(folder, language.file),
    line: language.line,
    debug: request => debugFunction(gateway.ready, fn.id, { folder, ...own, ...request }),
    call: async event => {
      const sent = event === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(event))
      const { status, body: answer } = await client.invoke(fn.id, sent, { contentType: 'application/json' })
      const value: unknown = JSON.parse(Buffer.from(answer).toString())
      return status === 200 ? value : (value as { code: string }).code
    },
    [Symbol.asyncDispose]: async () => {
      await gateway.stop()
      home[Symbol.dispose]()
      workspace[Symbol.dispose]()
    },
  }
}

/** The process of the session is gone: nobody listens where its debugger did. */
const untilGone = (port: number) =>
  eventually(async () => {
    const { promise, resolve } = Promise.withResolvers<string>()
    const socket = createConnection(port, '127.0.0.1', () => resolve('somebody listens'))
    socket.on('error', error => resolve((error as NodeJS.ErrnoException).code ?? ''))
    const seen = await promise
    socket.destroy()
    assert.equal(seen, 'ECONNREFUSED')
  })

/** A call that has stopped at the breakpoint. */
async function stoppedCall(rig: Rig) {
  const session = await rig.debug()
  const attached = await attachDebugger(session.waiting)
  await attached.breakAt(rig.file, rig.line)
  await attached.run()
  await session.ready
  const answer = rig.call({ name: 'Ada' })
  answer.catch(() => undefined)
  return { session, attached, answer, stop: await attached.stop() }
}

const levels = ['strict', 'landlock', 'none'] as const
const suites = [node, python].flatMap(language => levels.map(level => ({ language, level })))

for (const { language, level } of suites) {
  describe(`a ${language.runtime} function that is debugged, at the level ${level}`, function () {
    this.timeout(120_000)
    let rig: Rig
    before(async function () {
      const debugpy = language === python ? await debugpyPackage() : undefined
      const lack = await lackOfSandbox(level)
      const missing = lack === undefined ? undefined : `sandbox: ${lack}`
      const why = missing ?? (debugpy && 'missing' in debugpy ? debugpy.missing : undefined)
      if (why !== undefined) {
        this.test!.parent!.title += ` (skipped: ${why})`
        return this.skip()
      }
      rig = await openRig(level, language, debugpy && 'path' in debugpy ? { debugpy: debugpy.path } : {})
    })
    after(() => rig?.[Symbol.asyncDispose]())

    it('stops in the file of the workspace, and a call that stands there longer than its timeout is answered', async () => {
      const { session, attached, answer, stop } = await stoppedCall(rig)
      assert.deepEqual([stop.path, stop.line], [rig.file, rig.line])
      assert.equal(await stop.evaluate('text'), 'Hello Ada')
      await sleep(rig.fn.timeout * 1000 + 500)
      await attached.resume()
      assert.deepEqual(await answer, { text: 'Hello Ada', kind: 'none' })
      session.close()
      await untilGone(session.waiting.port)
      assert.equal(await rig.call(), 'deployed')
    })

    it('ends with its client, while a call stands still', async () => {
      const { session, answer } = await stoppedCall(rig)
      session.close()
      assert.equal(await answer, 'FUNCTION_UNAVAILABLE')
      await untilGone(session.waiting.port)
      assert.equal(await rig.call(), 'deployed')
    })

    it('ends with a gateway that is killed while a call stands still', async () => {
      const { session, attached } = await stoppedCall(rig)
      await rig.gateway.kill()
      await untilGone(session.waiting.port)
      attached[Symbol.dispose]()
    })
  })
}

for (const level of ['strict', 'none'] as const) {
  describe(`a function with a requirements.txt that is debugged, at the level ${level}`, function () {
    this.timeout(120_000)

    it('finds the packages of the revision that serves', async function () {
      const debugpy = await debugpyPackage()
      if ('missing' in debugpy || (await lackOfSandbox(level)) !== undefined) return this.skip()
      await using index = await openPythonIndex()
      index.publish('salute', '1.0', { 'salute.py': "word = 'Salute'\n" })
      const edited = `from salute import word\n${python.edited.replace('greeting + ', "word + ' ' + ")}`
      const language = { ...python, edited, requirements: `${index.option}salute\n` }
      await using rig = await openRig(level, language, { debugpy: debugpy.path })
      const session = await rig.debug()
      using attached = await attachDebugger(session.waiting)
      await attached.run()
      await session.ready
      assert.deepEqual(await rig.call({ name: 'Ada' }), { text: 'Salute Ada', kind: 'none' })
      session.close()
    })
  })
}

describe('debug sessions', function () {
  this.timeout(60_000)
  let rig: Rig
  before(async () => {
    rig = await openRig('strict')
  })
  after(() => rig[Symbol.asyncDispose]())

  const running = async (request?: Partial<FunctionDebug>) => {
    const session = await rig.debug(request)
    const attached = await attachDebugger(session.waiting)
    await attached.run()
    return { session, attached }
  }
  const end = async (session: Awaited<ReturnType<typeof debugFunction>>) => {
    session.close()
    await untilGone(session.waiting.port)
  }
  const log = async () => {
    const { items } = await rig.gateway.client.call('getFunctionLogs', { params: { id: rig.fn.id } })
    return items.map(({ text }) => text)
  }

  it('have the code stop before anything of it runs, and calls wait for it', async () => {
    const session = await rig.debug()
    const answer = rig.call()
    const attached = await attachDebugger(session.waiting)
    await attached.breakAt(rig.file.replace('index', 'words'), 1)
    await attached.run()
    assert.match((await attached.stop()).path, /words\.mjs$/)
    await attached.resume()
    assert.deepEqual(await answer, { text: 'Hello ', kind: 'none' })
    await end(session)
  })

  it('tell the address of the inspector to their client alone', async () => {
    const { session } = await running()
    await session.ready
    const { port, url } = session.waiting
    const answer = await fetch(`http://127.0.0.1:${port}/json/list`).then(
      response => response.text(),
      () => '',
    )
    const secret = new URL(url!).pathname.slice(1)
    assert.equal(answer.includes(secret), false)
    await end(session)
    assert.equal(
      (await log()).some(text => text.includes(secret) || text.startsWith('Debugger')),
      false,
    )
  })

  it('take environment and handler as they are in the workspace', async () => {
    writeFileSync(join(rig.folder, 'other.mjs'), 'export const run = () => process.env.KIND')
    const { session } = await running({ handler: 'other.run', environment: { KIND: 'edited' } })
    assert.equal(await rig.call(), 'edited')
    await end(session)
  })

  it('find packages of the workspace above the folder', async () => {
    const packages = join(rig.folder, '../node_modules/above')
    mkdirSync(packages, { recursive: true })
    writeFileSync(join(packages, 'index.js'), "module.exports = 'from above'")
    writeFileSync(join(rig.folder, 'above.mjs'), "import text from 'above'\nexport const handler = () => text")
    const { session } = await running({ handler: 'above.handler' })
    assert.equal(await rig.call(), 'from above')
    await end(session)
  })

  it('are told to everybody who looks at the function', async () => {
    const isDebugged = async () => {
      const { debugging } = await rig.gateway.client.call('getFunction', { params: { id: rig.fn.id } })
      return debugging === true
    }
    assert.equal(await isDebugged(), false)
    const { session } = await running()
    assert.equal(await isDebugged(), true)
    await end(session)
    assert.equal(await isDebugged(), false)
  })

  it('are one a function', async () => {
    const { session } = await running()
    await assert.rejects(rig.debug(), { code: 'CONFLICT' } satisfies Partial<HksError>)
    await end(session)
    await end(await rig.debug())
  })

  it('say at which line code can not be loaded, and are over', async () => {
    writeFileSync(join(rig.folder, 'broken.mjs'), "\nthrow new RangeError('at load')")
    const { session } = await running({ handler: 'broken.handler' })
    await assert.rejects(session.ready, (error: HksError) => {
      assert.equal(error.code, 'DEPLOY_FAILED')
      assert.match(error.message, /^The code can not be debugged: broken\.mjs, line 2: RangeError: at load/)
      return true
    })
    await untilGone(session.waiting.port)
    assert.equal(await rig.call(), 'deployed')
  })

  it('say why they are over when their process ends, and calls go back to what is deployed', async () => {
    writeFileSync(join(rig.folder, 'exit.mjs'), 'export const handler = () => process.reallyExit(3)')
    const { session, attached } = await running({ handler: 'exit.handler' })
    await session.ready
    attached[Symbol.dispose]()
    assert.equal(await rig.call(), 'FUNCTION_CRASHED')
    assert.match(await session.ended, /exit code 3/)
    assert.equal(await rig.call(), 'deployed')
  })

  it('are refused for a folder that is none, or not the project’s', async () => {
    using elsewhere = temporaryFolder()
    for (const folder of ['greet', join(rig.folder, 'nowhere'), elsewhere.path, join(rig.folder, 'index.mjs')]) {
      await assert.rejects(rig.debug({ folder }), { code: 'INVALID_REQUEST' } satisfies Partial<HksError>)
    }
    await assert.rejects(debugFunction(rig.gateway.ready, 'nobody', { folder: rig.folder }), { code: 'NOT_FOUND' })
    await assert.rejects(rig.debug({ debugpy: rig.folder }), { code: 'INVALID_REQUEST' })
  })

  it("are refused for an agent's code, which would get the network of this machine", async () => {
    const source = Buffer.from(node.deployed).toString('base64')
    const body = { name: 'generated', runtime: 'node', source, profile: 'agent' } as const
    // Without a sandbox it is not deployed at all.
    if ((await rig.gateway.client.call('getGateway', {})).sandbox.level === 'none') return
    const { id } = await rig.gateway.client.call('deployFunction', { params: { id: rig.fn.projectId }, body })
    await assert.rejects(debugFunction(rig.gateway.ready, id, { folder: rig.folder }), {
      code: 'SANDBOX_UNAVAILABLE',
      hint: 'Read the code and deploy it with profile: function.',
    })
  })

  it('say that debugpy is missing, or does not work', async () => {
    const debugpy = join(rig.folder, 'debugpy')
    mkdirSync(debugpy)
    writeFileSync(join(debugpy, '__init__.py'), "raise ImportError('too old')\n")
    const { client } = rig.gateway
    const source = Buffer.from(python.deployed).toString('base64')
    const body = { name: 'snake', runtime: 'python', source } as const
    const { id } = await client.call('deployFunction', { params: { id: rig.fn.projectId }, body })
    await assert.rejects(debugFunction(rig.gateway.ready, id, { folder: rig.folder, debugpy }), {
      code: 'RUNTIME_MISSING',
      hint: 'Install it with: python3 -m pip install debugpy',
    } satisfies Partial<HksError>)
    const { items } = await client.call('getFunctionLogs', { params: { id } })
    assert.ok(items.some(({ text }) => text === 'There is no debugger: ImportError: too old'))
    assert.equal(Buffer.from((await client.invoke(id, new Uint8Array())).body).toString(), '"deployed"')
  })

  it('begin for a function whose deployment failed', async () => {
    const { client } = rig.gateway
    const source = Buffer.from("throw new Error('not yet')").toString('base64')
    const body = { name: 'failing', runtime: 'node', source } as const
    await assert.rejects(client.call('deployFunction', { params: { id: rig.fn.projectId }, body }))
    const { items } = await client.call('listFunctions', { params: { id: rig.fn.projectId } })
    const { id } = items.find(({ name }) => name === 'failing')!
    const session = await debugFunction(rig.gateway.ready, id, { folder: rig.folder })
    await (await attachDebugger(session.waiting)).run()
    const answer = await client.invoke(id, new Uint8Array())
    assert.equal(answer.status, 200)
    await end(session)
  })

  it('end with the function', async () => {
    const { session } = await running()
    await session.ready
    await rig.gateway.client.call('deleteFunction', { params: { id: rig.fn.id } })
    await untilGone(session.waiting.port)
  })
})
