import assert from 'node:assert/strict'
import { once } from 'node:events'
import { AnswerBroken } from '../../../../../src/gateway/domain/functionAnswer.ts'
import { randomUUID } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HksError } from '../../../../../src/contract/errors.ts'
import type { FunctionRecord } from '../../../../../src/gateway/domain/function.ts'
import { defaultScaling } from '../../../../../src/gateway/domain/functionScaling.ts'
import { listProcesses } from '../../../../../src/gateway/platform/processTable.ts'
import { eventually } from '../../../../support/eventually.ts'
import { createFakeClock } from '../../../../support/fakeClock.ts'
import { functionSpec, jsonOf, jsonRequest, patient, sourceOf } from '../../../../support/functionInputs.ts'
import { type LocalFunctionsRig, openLocalFunctions } from '../../../../support/localFunctionsRig.ts'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'

const echo = 'export const handler = event => event'
const slow = `import { setTimeout as sleep } from 'node:timers/promises'
export async function handler(milliseconds, { signal }) {
  console.log('begun')
  await sleep(milliseconds, undefined, { signal })
  return 'slept'
}`
const isCode = (code: string) => (error: unknown) => {
  assert.ok(error instanceof HksError, String(error))
  assert.equal(error.code, code, error.message)
  return true
}
/** Processes that the rig's functions run in. */
const processesOf = (rig: LocalFunctionsRig) => listProcesses().filter(({ homeId }) => homeId === rig.homeId)
const texts = async (rig: LocalFunctionsRig, id: string) => (await rig.log(id)).map(({ text }) => text)
const untilLogged = async (rig: LocalFunctionsRig, id: string, text: string) => {
  while (!(await texts(rig, id)).includes(text)) await new Promise(resolve => setImmediate(resolve))
}

describe('local functions', function () {
  this.timeout(120_000)

  it('run in one process each, which ends with the gateway', async () => {
    let rig: LocalFunctionsRig
    {
      await using opened = await openLocalFunctions({ warmProcesses: 0 })
      rig = opened
      await rig.deploy(echo, { name: 'a' })
      await rig.deploy(echo, { name: 'b' })
      assert.equal(processesOf(rig).length, 2)
      assert.equal(await rig.functions.deployedCount(), 2)
    }
    assert.deepEqual(processesOf(rig), [])
    assert.deepEqual(rig.reported, [])
  })

  it('take what their processes started with them', async () => {
    await using rig = await openLocalFunctions({ warmProcesses: 0 })
    const { id } = await rig.deploy(`import { spawn } from 'node:child_process'
export function handler() {
  const child = spawn('sh', ['-c', 'trap "" TERM; setsid sleep 600 & sleep 600'], { stdio: 'ignore', detached: true })
  return new Promise(resolve => child.once('spawn', () => resolve(child.pid)))
}`)
    await rig.call(id)
    assert.ok(processesOf(rig).length > 1)
    await rig.functions.remove(id)
    assert.deepEqual(processesOf(rig), [])
  })

  it('scale to zero when no call comes, and start again with the next', async () => {
    const clock = createFakeClock('2026-01-01T00:00:00Z')
    await using rig = await openLocalFunctions({ clock, idleSeconds: 300 })
    const { id, replicas } = await rig.deploy(echo)
    assert.equal(replicas, 1)
    const zero = rig.seen(
      change => change.kind === 'function' && change.function.replicas === 0 && change.function.status === 'ready',
    )
    await clock.advanceTo(clock.now() + 299_000)
    assert.equal((await rig.call(id, 1)).coldStart, false)
    await clock.advanceTo(clock.now() + 299_000)
    assert.equal((await rig.functions.get(id))?.replicas, 1)
    await clock.advanceTo(clock.now() + 2000)
    await zero
    assert.equal((await rig.functions.get(id))?.status, 'ready')
    assert.ok((await texts(rig, id)).includes('Scaled to zero after 300 seconds without a call.'))
    const first = await rig.call(id, 2)
    assert.deepEqual([jsonOf(first), first.coldStart], [2, true])
    assert.equal((await rig.functions.get(id))?.replicas, 1)
  })

  it('are not scaled to zero in the middle of a call', async () => {
    const clock = createFakeClock('2026-01-01T00:00:00Z')
    await using rig = await openLocalFunctions({ clock, idleSeconds: 10 })
    const { id } = await rig.deploy(slow)
    const call = rig.call(id, 2000)
    await untilLogged(rig, id, 'begun')
    await clock.advanceTo(clock.now() + 60_000)
    assert.equal((await rig.functions.get(id))?.replicas, 1)
    assert.equal(jsonOf(await call), 'slept')
  })

  it('start once for calls that come together', async () => {
    const clock = createFakeClock('2026-01-01T00:00:00Z')
    await using rig = await openLocalFunctions({ clock, idleSeconds: 1 })
    const { id } = await rig.deploy('export const handler = () => process.pid')
    await clock.advanceTo(clock.now() + 2000)
    const answers = await Promise.all(Array.from({ length: 20 }, () => rig.call(id)))
    assert.equal(new Set(answers.map(jsonOf)).size, 1)
  })

  it('let the old revision finish its calls after the switch', async () => {
    await using rig = await openLocalFunctions()
    const { id } = await rig.deploy(slow)
    const old = rig.call(id, 1500)
    await untilLogged(rig, id, 'begun')
    await rig.deploy('export const handler = () => "new"')
    const next = await rig.call(id)
    assert.deepEqual([jsonOf(next), next.revision], ['new', 2])
    const late = await old
    assert.deepEqual([jsonOf(late), late.revision], ['slept', 1])
  })

  it('deployed at once under one name end at the last one asked for', async () => {
    await using rig = await openLocalFunctions()
    const deployed = await Promise.all([1, 2, 3, 4].map(n => rig.deploy(`export const handler = () => ${n}`)))
    assert.equal(new Set(deployed.map(({ id }) => id)).size, 1)
    const { id } = deployed[0]!
    const record = (await rig.functions.get(id))!
    assert.deepEqual(
      record.revisions.map(({ number, status }) => [number, status]),
      [4, 3, 2, 1].map(n => [n, 'ready']),
    )
    assert.deepEqual([record.status, record.serving, jsonOf(await rig.call(id))], ['ready', 4, 4])
  })

  it('fail every call under way when their process crashes, with its last words', async () => {
    await using rig = await openLocalFunctions()
    const { id } = await rig.deploy(`export async function handler(event) {
  if (event === 'wait') { console.log('waiting'); await new Promise(() => {}) }
  console.error('the last straw')
  process.abort()
}`)
    const waiting = rig.call(id, 'wait')
    await untilLogged(rig, id, 'waiting')
    const [first, second] = await Promise.all([waiting, rig.call(id, 'crash')])
    assert.deepEqual([first.code, second.code], ['FUNCTION_CRASHED', 'FUNCTION_CRASHED'])
    assert.match(second.message ?? '', /signal SIGABRT/)
    assert.match(second.exception?.stack ?? '', /the last straw/)
    assert.match((await texts(rig, id)).join('\n'), /The process ended \(signal SIGABRT\)\./)
  })

  it('that break the protocol lose their process, and the gateway goes on', async () => {
    await using rig = await openLocalFunctions()
    const { id } = await rig.deploy(`import { writeSync } from 'node:fs'
export function handler(event) {
  if (event) writeSync(3, event)
  return 'fine'
}`)
    for (const garbage of ['garbage\n', '{"t":"result","id":7}\n', '{"t":"surprise"}\n', 'x'.repeat(2_000_000)]) {
      const broken = await rig.call(id, garbage)
      assert.equal(broken.code, 'FUNCTION_CRASHED')
      assert.match(broken.message ?? '', /broke the runtime protocol/)
      assert.equal(jsonOf(await rig.call(id, '')), 'fine')
    }
  })

  it('that send a stream faster than it is read lose their process', async () => {
    await using rig = await openLocalFunctions()
    const { id } = await rig.deploy(`import { writeSync } from 'node:fs'
export function handler(event) {
  if (event === null) return 'fine'
  write('{"t":"result","id":"1","stream":true}\\n')
  for (let n = 0; n < 6; n++) write('{"t":"chunk","id":"1","bytes":65536}\\n' + 'x'.repeat(65536))
}
function write(text) {
  for (let left = Buffer.from(text); left.length > 0; ) {
    try { left = left.subarray(writeSync(3, left)) } catch (error) { if (error.code !== 'EAGAIN') throw error }
  }
}`)
    const { stream } = await rig.call(id, 1)
    await once(stream!.broken, 'abort')
    await assert.rejects(
      async () => {
        for await (const chunk of stream!) assert.equal(chunk.length, 65536)
      },
      error => error instanceof AnswerBroken && /broke the runtime protocol/.test(error.message),
    )
    assert.equal(jsonOf(await rig.call(id, null)), 'fine')
  })

  it('that answer too much are told so', async () => {
    await using rig = await openLocalFunctions()
    const { id } = await rig.deploy(`export const handler = n => 'x'.repeat(n)`)
    const large = await rig.call(id, 33 * 1024 * 1024)
    assert.equal(large.code, 'RESULT_INVALID')
    assert.match(large.message ?? '', /at most 32 MiB/)
    assert.equal(jsonOf(await rig.call(id, 3)), 'xxx')
  })

  it('hear that their caller went away', async () => {
    await using rig = await openLocalFunctions()
    const { id } = await rig.deploy(`export const handler = (event, { signal }) => new Promise(resolve => {
  signal.addEventListener('abort', () => { console.log('told: ' + signal.reason.name); resolve() })
  console.log('begun')
})`)
    const abort = new AbortController()
    const call = rig.call(id, null, abort.signal)
    await untilLogged(rig, id, 'begun')
    abort.abort()
    assert.equal((await call).code, 'CANCELLED')
    await untilLogged(rig, id, 'told: AbortError')
  })

  it('get a new process when a call does not end though its time is up', async () => {
    await using rig = await openLocalFunctions()
    const { id } = await rig.deploy(
      `export const handler = event => event === 'forever' ? new Promise(() => {}) : process.pid`,
      { timeoutSeconds: 3, scaling: { ...defaultScaling, maxScale: 1 } },
    )
    const before = jsonOf(await rig.call(id))
    assert.equal((await rig.call(id, 'forever')).code, 'TIMEOUT')
    const after = await rig.call(id)
    assert.notEqual(jsonOf(after), before)
    assert.equal(after.coldStart, true)
    assert.ok((await texts(rig, id)).some(text => text.includes('so its process is replaced')))
  })

  it('read their secrets when they start, and print them masked', async () => {
    await using rig = await openLocalFunctions()
    const secrets = [{ name: 'KEY', from: 'db/password' }]
    await assert.rejects(rig.deploy(echo, { secrets }), (error: unknown) => {
      isCode('DEPLOY_FAILED')(error)
      assert.match((error as HksError).message, /db\/password/)
      assert.match((error as HksError).hint ?? '', /hks-func secret set db password/)
      return true
    })
    assert.deepEqual(await rig.functions.list(), [])
    await rig.secrets.write(rig.projectId, 'db', { password: 'correct-horse' })
    const { id, spec } = await rig.deploy(
      `export function handler(event) {
  console.log('key: ' + process.env.KEY)
  if (event) throw new Error('no ' + process.env.KEY)
  return process.env.KEY
}`,
      { secrets },
    )
    assert.equal(jsonOf(await rig.call(id)), 'correct-horse')
    assert.deepEqual(spec.secrets, secrets)
    const failed = await rig.call(id, 1)
    assert.equal(failed.exception?.message, 'no ***')
    const log = (await texts(rig, id)).join('\n')
    assert.match(log, /key: \*\*\*/)
    assert.doesNotMatch(log, /correct-horse/)
    for (const name of await readdir(rig.folder)) {
      if (name === 'secrets.json' || !(await stat(join(rig.folder, name))).isFile()) continue
      assert.doesNotMatch(await readFile(join(rig.folder, name), 'latin1'), /correct-horse/)
    }
  })

  it('serve with the secret that was set while they were loaded', async () => {
    await using rig = await openLocalFunctions()
    const mark = join(rig.folder, 'loading')
    await rig.secrets.write(rig.projectId, 'db', { password: 'old' })
    const deployed = rig.deploy(
      `import { writeFileSync } from 'node:fs'
if (process.env.KEY === 'old') {
  const told = new Promise(done => process.once('SIGUSR2', done))
  writeFileSync(process.env.MARK, String(process.pid))
  await told
}
export const handler = () => process.env.KEY`,
      { secrets: [{ name: 'KEY', from: 'db/password' }], environment: { MARK: mark } },
    )
    const pid = await eventually(async () => {
      const text = await readFile(mark, 'utf8')
      assert.notEqual(text, '')
      return Number(text)
    })
    await rig.secrets.write(rig.projectId, 'db', { password: 'new' })
    process.kill(pid, 'SIGUSR2')
    assert.equal(jsonOf(await rig.call((await deployed).id)), 'new')
    assert.deepEqual(rig.reported, [])
  })

  it('say which secret is gone when they can not start for it', async () => {
    const clock = createFakeClock('2026-01-01T00:00:00Z')
    await using rig = await openLocalFunctions({ clock, idleSeconds: 1 })
    await rig.secrets.write(rig.projectId, 'db', { password: 'correct-horse' })
    const { id } = await rig.deploy(echo, { secrets: [{ name: 'KEY', from: 'db/password' }] })
    await rig.secrets.remove(rig.projectId, 'db')
    await clock.advanceTo(clock.now() + 2000)
    const answer = await rig.call(id)
    assert.equal(answer.code, 'FUNCTION_UNAVAILABLE')
    assert.match(answer.exception?.message ?? '', /db\/password.*hks-func secret set/)
  })

  it('get nothing of the environment that the gateway was started in', async () => {
    process.env['HKS_TEST_LEAK'] = 'leaked'
    try {
      await using rig = await openLocalFunctions()
      const { id } = await rig.deploy('export const handler = () => process.env', { environment: { MINE: '1' } })
      const seen = jsonOf(await rig.call(id)) as Record<string, string>
      assert.deepEqual(Object.keys(seen).sort(), ['HKS_HOME_ID', 'HKS_RUN_ID', 'HOME', 'LANG', 'MINE', 'PATH'])
    } finally {
      delete process.env['HKS_TEST_LEAK']
    }
  })

  it('may not set the variables by which they are found', async () => {
    await using rig = await openLocalFunctions()
    await assert.rejects(rig.deploy(echo, { environment: { HKS_RUN_ID: 'x' } }), isCode('INVALID_REQUEST'))
  })

  it('whose code never finishes loading fail to deploy, and their process ends', async () => {
    await using rig = await openLocalFunctions({ loadSeconds: 2, warmProcesses: 0 })
    await assert.rejects(rig.deploy('for (;;);'), (error: unknown) => {
      isCode('DEPLOY_FAILED')(error)
      return /longer than 2 seconds/.test((error as HksError).message)
    })
    assert.deepEqual(processesOf(rig), [])
  })

  it('whose code ends the process while it is loaded say so with its last lines', async () => {
    await using rig = await openLocalFunctions()
    await assert.rejects(rig.deploy('console.error("goodbye"); process.exit(3)'), (error: unknown) => {
      isCode('DEPLOY_FAILED')(error)
      assert.match((error as HksError).message, /exit code 3/)
      assert.deepEqual((error as HksError).details?.lines, ['goodbye'])
      return true
    })
  })

  it('can be cancelled before they are there: nothing of them is left', async () => {
    await using rig = await openLocalFunctions({ warmProcesses: 0 })
    const refused = assert.rejects(
      rig.deploy('await new Promise(() => setTimeout(() => 0, 600_000))'),
      isCode('CANCELLED'),
    )
    const begun = await rig.seen(change => change.kind === 'deployment' && change.step.phase === 'starting')
    assert.ok(begun.kind === 'deployment')
    assert.equal(await rig.functions.cancelDeployment(begun.step.functionId), undefined)
    await refused
    assert.deepEqual([await rig.functions.list(), rig.functions.deployments(), processesOf(rig)], [[], [], []])
    await assert.rejects(rig.functions.cancelDeployment(begun.step.functionId), isCode('NOT_FOUND'))
  })

  it('can be cancelled while they are deployed', async () => {
    await using rig = await openLocalFunctions({ warmProcesses: 0 })
    const first = await rig.deploy(echo)
    const source = await sourceOf('await new Promise(resolve => setTimeout(resolve, 600_000))', 'node', 'index.handler')
    const { function: record, settled } = await rig.functions.deploy(rig.projectId, functionSpec(), source, patient)
    assert.deepEqual([record.status, record.serving, record.revisions[0]?.status], ['deploying', 1, 'deploying'])
    const refused = assert.rejects(settled, isCode('CANCELLED'))
    assert.deepEqual(
      rig.functions.deployments().map(step => [step.functionId, step.name, step.revision, step.phase]),
      [[record.id, record.spec.name, 2, 'starting']],
    )
    const after = (await rig.functions.cancelDeployment(record.id))!
    await refused
    assert.deepEqual([after.status, after.serving, after.revisions[0]?.status], ['ready', 1, 'failed'])
    const ended = rig.changes.findLast(change => change.kind === 'deployment')
    assert.ok(ended?.kind === 'deployment' && ended.step.outcome === 'cancelled')
    assert.equal(jsonOf(await rig.call(first.id, 'still')), 'still')
    await assert.rejects(rig.functions.cancelDeployment(record.id), isCode('CONFLICT'))
    assert.equal(processesOf(rig).length, 1)
  })

  it('tell of a deployment as it goes', async () => {
    await using rig = await openLocalFunctions()
    await rig.deploy(echo)
    const steps = rig.changes.flatMap(change =>
      change.kind === 'deployment' ? [[change.step.phase, change.step.message, change.step.outcome]] : [],
    )
    assert.deepEqual(steps, [
      ['checking', 'checking the source', undefined],
      ['starting', 'starting', undefined],
      ['starting', 'Revision 1 is serving.', 'ready'],
    ])
    assert.deepEqual(rig.functions.deployments(), [])
  })

  it('tell of a deployment that was refused, and of none when it is asked what is under way', async () => {
    await using rig = await openLocalFunctions()
    const { id } = await rig.deploy(echo)
    await assert.rejects(rig.deploy('export const = 1'), isCode('INVALID_SOURCE'))
    const last = rig.changes.findLast(change => change.kind === 'deployment')
    assert.ok(last?.kind === 'deployment' && last.step.done)
    assert.deepEqual([last.step.functionId, last.step.revision, last.step.outcome], [id, 2, 'failed'])
    assert.match(last.step.message, /^source: .*line 1/)
    assert.deepEqual(rig.functions.deployments(), [])
  })

  it('keep their own token and URL', async () => {
    await using rig = await openLocalFunctions({ origin: () => 'http://127.0.0.1:4000' })
    const a = await rig.deploy(echo, { name: 'a' })
    const b = await rig.deploy(echo, { name: 'b' })
    const open = await rig.deploy(echo, { name: 'c', public: true })
    const accessOf = ({ id }: FunctionRecord) => rig.functions.access(id)
    const given = await accessOf(a)
    const { url, headers } = given
    assert.equal(url, `http://127.0.0.1:4000/f/${a.id}`)
    assert.match(headers['HKS-Function-Token']!, /^[\w-]{43}$/)
    assert.equal(given.way, 'gateway')
    assert.deepEqual(await accessOf(a), given)
    assert.notDeepEqual((await accessOf(b)).headers, headers)
    assert.deepEqual((await accessOf(open)).headers, {})
    assert.equal((await stat(join(rig.folder, 'function-tokens.json'))).mode & 0o777, 0o600)
  })

  it('leave nothing behind when they are deleted', async () => {
    await using rig = await openLocalFunctions({ warmProcesses: 0 })
    const { id } = await rig.deploy('export const handler = () => console.log("here")')
    await rig.call(id)
    await rig.functions.access(id)
    await rig.functions.remove(id)
    assert.deepEqual(await rig.functions.list(), [])
    assert.deepEqual(await readdir(join(rig.folder, 'functions')), [])
    assert.deepEqual(await rig.log(id), [])
    assert.equal(await readFile(join(rig.folder, 'function-tokens.json'), 'utf8'), '{}')
    assert.deepEqual(rig.changes.at(-1), { kind: 'deleted', what: 'function', id })
    assert.deepEqual(processesOf(rig), [])
  })

  it('refuse work once the gateway stops', async () => {
    await using rig = await openLocalFunctions()
    const { id } = await rig.deploy(slow)
    const call = rig.call(id, 300)
    await untilLogged(rig, id, 'begun')
    const stopped = rig.functions.stop(30)
    await assert.rejects(rig.call(id, 1), isCode('GATEWAY_DRAINING'))
    await assert.rejects(rig.deploy(echo), isCode('GATEWAY_DRAINING'))
    assert.equal(jsonOf(await call), 'slept')
    await stopped
    assert.deepEqual(processesOf(rig), [])
  })
})

describe('local functions that stop', function () {
  this.timeout(120_000)

  it('do not wait for the calls of an old revision for longer than they are told', async () => {
    await using rig = await openLocalFunctions()
    const { id } = await rig.deploy(slow, { timeoutSeconds: 3600 })
    const old = rig.call(id, 600_000)
    await untilLogged(rig, id, 'begun')
    await rig.deploy(echo)
    await rig.functions.stop(0)
    assert.equal((await old).code, 'FUNCTION_UNAVAILABLE')
    assert.deepEqual(processesOf(rig), [])
  })
})

describe('local functions after a restart', function () {
  this.timeout(120_000)

  it('serve what they served, from the next call on', async () => {
    using folder = temporaryFolder()
    let id: string
    let projectId: string
    {
      await using rig = await openLocalFunctions({ folder: folder.path })
      projectId = rig.projectId
      id = (await rig.deploy(echo)).id
      await rig.deploy('export const handler = () => "second"')
    }
    await using rig = await openLocalFunctions({ folder: folder.path, projectId })
    const record = (await rig.functions.get(id))!
    assert.deepEqual([record.status, record.replicas, record.serving], ['ready', 0, 2])
    const first = await rig.call(id)
    assert.deepEqual([jsonOf(first), first.coldStart, first.revision], ['second', true, 2])
  })

  it('bring to rest what a killed gateway left half done', async () => {
    using folder = temporaryFolder()
    let kept: FunctionRecord
    let projectId: string
    {
      await using rig = await openLocalFunctions({ folder: folder.path })
      projectId = rig.projectId
      kept = await rig.deploy(echo, { name: 'kept' })
      const { store } = rig
      const stored = (await store.functions.get(kept.id))!
      const [revision] = kept.revisions
      // As a kill leaves it: a later deployment, a first one, one between its two last writes, and a deletion.
      await store.functions.saveRevision({ ...revision!, id: randomUUID(), number: 2, status: 'deploying' })
      await store.functions.update({ ...stored, status: 'deploying' })
      for (const [name, status] of [
        ['first', 'deploying'],
        ['between', 'ready'],
        ['deleted', 'ready'],
      ] as const) {
        const id = `id-${name}`
        const spec = { ...stored.spec, name }
        await store.functions.insert({
          ...stored,
          id,
          spec,
          status: name === 'deleted' ? 'deleting' : 'deploying',
          serving: 0,
        })
        await store.functions.saveRevision({ ...revision!, id: randomUUID(), functionId: id, spec, status })
      }
      await mkdir(join(folder.path, 'functions', '.unfinished-x', 'code'), { recursive: true })
      await writeFile(join(folder.path, 'functions', '.unfinished-x', 'code', 'a'), '')
      await chmod(join(folder.path, 'functions', '.unfinished-x', 'code'), 0o555)
    }
    await using rig = await openLocalFunctions({ folder: folder.path, projectId })
    const found = Object.fromEntries((await rig.functions.list()).map(record => [record.spec.name, record]))
    assert.deepEqual(Object.keys(found).sort(), ['between', 'first', 'kept'])
    assert.deepEqual(
      [found.kept?.status, found.kept?.serving, found.kept?.revisions[0]?.status],
      ['ready', 1, 'failed'],
    )
    assert.match(found.kept?.reason ?? '', /The gateway ended during the deployment/)
    assert.deepEqual([found.first?.status, found.first?.serving], ['failed', 0])
    assert.deepEqual([found.between?.status, found.between?.serving], ['ready', 1])
    assert.equal(jsonOf(await rig.call('id-between', 'x')), 'x')
    assert.deepEqual(await readdir(join(folder.path, 'functions')), [kept.revisions[0]!.sourceDigest])
  })
})

describe('the programs that run functions', function () {
  this.timeout(60_000)

  /** A PATH with only these programs. */
  const pathWith = async (folder: string, programs: Readonly<Record<string, string>>) => {
    await mkdir(join(folder, 'bin'))
    for (const [name, script] of Object.entries(programs)) {
      await writeFile(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    }
    return join(folder, 'bin')
  }

  it('are named with the command that installs them when they are missing', async () => {
    using folder = temporaryFolder()
    const path = await pathWith(folder.path, { 'apt-get': 'exit 0' })
    await using rig = await openLocalFunctions({ environment: async () => ({ PATH: path }) })
    await assert.rejects(rig.deploy('def handler(event): pass', { runtime: 'python' }), (error: unknown) => {
      isCode('RUNTIME_MISSING')(error)
      assert.equal((error as HksError).hint, 'Install it with: sudo apt-get install -y python3')
      return true
    })
    const [node, python] = await rig.functions.runtimeInfo()
    assert.equal(node?.path, process.execPath)
    assert.match(python?.problem ?? '', /python3 is not installed/)
    assert.match(python?.hint ?? '', /apt-get install/)
  })

  it('are found once they are there', async () => {
    using folder = temporaryFolder()
    const path = await pathWith(folder.path, {})
    await using rig = await openLocalFunctions({ environment: async () => ({ PATH: path }) })
    assert.ok((await rig.functions.runtimeInfo())[1]?.problem)
    await writeFile(join(path, 'python3'), '#!/bin/sh\nprintf "/opt/py/bin/python3\\n3.12.1\\n"\n', { mode: 0o755 })
    assert.deepEqual((await rig.functions.runtimeInfo())[1], {
      name: 'python',
      version: '3.12.1',
      path: '/opt/py/bin/python3',
    })
  })

  it("are the user's own node when it is recent, else the gateway's", async () => {
    using folder = temporaryFolder()
    const path = await pathWith(folder.path, { node: 'printf "/opt/node\\n22.18.0\\n"' })
    await using old = await openLocalFunctions({ environment: async () => ({ PATH: path }) })
    assert.equal((await old.functions.runtimeInfo())[0]?.path, process.execPath)
    await writeFile(join(path, 'node'), '#!/bin/sh\nprintf "/opt/node\\n22.19.0\\n"\n')
    await using recent = await openLocalFunctions({ environment: async () => ({ PATH: path }) })
    assert.deepEqual((await recent.functions.runtimeInfo())[0], { name: 'node', version: '22.19.0', path: '/opt/node' })
  })

  it('are told from the shims in front of them', async () => {
    using folder = temporaryFolder()
    await mkdir(join(folder.path, 'real'))
    await symlink(process.execPath, join(folder.path, 'real', 'node'))
    const path = await pathWith(folder.path, { node: `exec ${process.execPath} "$@"` })
    await using rig = await openLocalFunctions({ environment: async () => ({ PATH: path }) })
    assert.equal((await rig.functions.runtimeInfo())[0]?.path, process.execPath)
    const { id } = await rig.deploy('export const handler = () => process.execPath')
    assert.equal(
      jsonOf(
        await rig.functions.invoke(id, randomUUID(), jsonRequest(), {
          diagnostics: true,
          signal: new AbortController().signal,
        }),
      ),
      process.execPath,
    )
  })
})
