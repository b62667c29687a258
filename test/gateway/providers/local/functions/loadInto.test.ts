import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { NewLogLine } from '../../../../../src/gateway/domain/log.ts'
import { createSharedScan, listProcesses } from '../../../../../src/gateway/platform/processTable.ts'
import { LoadFailure } from '../../../../../src/gateway/domain/loadFailure.ts'
import type { RevisionCode } from '../../../../../src/gateway/providers/local/functions/functionPool.ts'
import { loadInto } from '../../../../../src/gateway/providers/local/functions/loadInto.ts'
import { createLoadLimit } from '../../../../../src/gateway/providers/local/functions/loadLimit.ts'
import { createResourceWatch } from '../../../../../src/gateway/platform/sandbox/resourceWatch.ts'
import { launchPlain } from '../../../../../src/gateway/providers/local/functions/launchPlain.ts'
import { startRuntime } from '../../../../../src/gateway/providers/local/functions/startRuntime.ts'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'

const runtimesFolder = resolve(import.meta.dirname, '../../../../../runtimes')
const never = new AbortController().signal
const isLoadFailure = (type: string, printed: readonly string[]) => (error: unknown) => {
  assert.ok(error instanceof LoadFailure, String(error))
  assert.equal(error.type, type, error.message)
  assert.deepEqual(error.context.printed, printed)
  return true
}

describe('a runtime process', function () {
  this.timeout(60_000)
  const folder = temporaryFolder()
  const runId = randomUUID()
  const reported: unknown[] = []
  const processes = () => listProcesses().filter(process => process.runId === runId)
  after(() => {
    assert.deepEqual(processes(), [])
    assert.deepEqual(reported, [])
    folder[Symbol.dispose]()
  })

  const start = (
    args: readonly string[] = [join(runtimesFolder, 'node/main.mjs'), '--fd', '3'],
    { seconds = 30, signal = never, lines = [] as NewLogLine[], program = process.execPath } = {},
  ) =>
    startRuntime(
      launchPlain({
        program,
        args,
        cwd: runtimesFolder,
        environment: { PATH: process.env['PATH'] ?? '', HKS_RUN_ID: runId },
        runId,
        scan: createSharedScan(),
        watch: createResourceWatch().watch,
        assemble: ({ folder }) => Promise.resolve(folder),
      }),
      { onLines: more => lines.push(...more), report: error => reported.push(error) },
      createLoadLimit(seconds, signal),
    )
  /** A program that is no runtime. */
  const script = (text: string) => ['-e', text]
  const revision = (source: string, secrets: Record<string, string> = {}): RevisionCode => {
    writeFileSync(join(folder.path, 'index.mjs'), source)
    return {
      functionId: 'f',
      functionName: 'f',
      revision: 1,
      runtime: 'node',
      handler: 'index.handler',
      folder: folder.path,
      environment: {},
      secrets,
      secretReferences: [],
      timeoutSeconds: 10,
      limits: { memoryBytes: 2 ** 30, cpuSeconds: 20 },
      profile: 'function',
      network: 'full',
    }
  }
  const load = async (
    runtime: Awaited<ReturnType<typeof start>>,
    code: RevisionCode,
    { seconds = 30, signal = never, lines = [] as NewLogLine[] } = {},
  ) =>
    loadInto(runtime, code, {
      listener: { onRoom: () => undefined, onLost: () => undefined },
      limit: createLoadLimit(seconds, signal),
      onLines: more => lines.push(...more),
      now: Date.now,
    })

  it('is ready before it is known what it will run, then takes the code and answers calls', async () => {
    const runtime = await start()
    const lines: NewLogLine[] = []
    const code = revision(
      `console.log('loaded with ' + process.env.KEY)
export const handler = event => ({ doubled: event * 2, folder: process.cwd() })`,
      { KEY: 'a-secret-value' },
    )
    const instance = await load(runtime, code, { lines })
    const request = {
      method: 'POST',
      path: '/',
      query: '',
      headers: { 'content-type': 'application/json' },
      body: new TextEncoder().encode('21'),
    }
    const outcome = await instance.call({ invocationId: 'i', request, signal: never })
    assert.ok(outcome.kind === 'answer', JSON.stringify(outcome))
    assert.deepEqual(JSON.parse(new TextDecoder().decode(outcome.body)), { doubled: 42, folder: folder.path })
    assert.deepEqual(
      lines.map(({ text }) => text),
      ['loaded with ***'],
    )
    await instance.close(0)
    assert.deepEqual(processes(), [])
  })

  it('that is missing or ends before it is ready can not be started; its last lines say why', async () => {
    await assert.rejects(start([], { program: '/nowhere/node' }), isLoadFailure('ProcessEnded', []))
    const lines: NewLogLine[] = []
    const failing = start(script(`console.error('no luck'); process.exit(3)`), { lines })
    await assert.rejects(failing, isLoadFailure('ProcessEnded', ['no luck']))
    assert.deepEqual(
      lines.map(({ text, stream }) => [stream, text]),
      [['stderr', 'no luck']],
    )
  })

  it('that speaks another protocol is ended', async () => {
    const speaker = script(
      `require('fs').writeSync(3, '{"t":"ready","version":99,"pid":1}\\n'); setInterval(() => {}, 1e6)`,
    )
    await assert.rejects(start(speaker), isLoadFailure('ProtocolVersion', []))
    assert.deepEqual(processes(), [])
  })

  it('that is not ready in time is ended', async () => {
    const idle = start(script('setInterval(() => {}, 1e6)'), { seconds: 0.2 })
    await assert.rejects(idle, isLoadFailure('LoadTimeout', []))
    assert.deepEqual(processes(), [])
  })

  it('that nobody waits for any more is ended, before and after it is ready', async () => {
    const reason = new Error('left')
    await assert.rejects(start(undefined, { signal: AbortSignal.abort(reason) }), reason)
    const runtime = await start()
    await assert.rejects(
      load(runtime, revision('export const handler = () => 1'), { signal: AbortSignal.abort(reason) }),
      reason,
    )
    assert.deepEqual(processes(), [])
  })

  it('that ended while it was empty says so to whom loads into it', async () => {
    const runtime = await start()
    await runtime.end()
    await assert.rejects(load(runtime, revision('export const handler = () => 1')), isLoadFailure('ProcessEnded', []))
  })

  it('whose code does not finish loading in time is ended', async () => {
    const runtime = await start()
    const lines: NewLogLine[] = []
    const waiting = revision(`console.log('waiting'); await new Promise(() => setInterval(() => {}, 1e6))`)
    await assert.rejects(load(runtime, waiting, { seconds: 2, lines }), isLoadFailure('LoadTimeout', ['waiting']))
    assert.deepEqual(
      lines.map(({ text }) => text),
      ['waiting'],
    )
    assert.deepEqual(processes(), [])
  })
})
