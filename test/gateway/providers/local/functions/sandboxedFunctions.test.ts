import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { listProcesses } from '../../../../../src/gateway/platform/processTable.ts'
import { lackOfSandbox } from '../../../../support/lackOfSandbox.ts'
import { jsonOf } from '../../../../support/functionInputs.ts'
import { type LocalFunctionsRig, openLocalFunctions } from '../../../../support/localFunctionsRig.ts'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'

/** Runs what it is sent, and answers what that returns or the code of its error. */
const interpreter = `import fs from 'node:fs'
import { spawnSync } from 'node:child_process'
const AsyncFunction = (async () => undefined).constructor
export const handler = async ({ script, given }) => {
  try {
    return { value: await new AsyncFunction('fs', 'spawnSync', 'here', 'given', script)(fs, spawnSync, import.meta.dirname, given) }
  } catch (error) {
    return { error: error.code ?? error.cause?.code ?? error.message }
  }
}`
const rigFile = join(import.meta.dirname, '../../../../support/localFunctionsRig.ts')
const run = promisify(execFile)

for (const level of ['strict', 'landlock'] as const) {
  describe(`functions in a sandbox, at the level ${level}`, function () {
    this.timeout(120_000)
    let rig: LocalFunctionsRig
    let id = ''
    before(async function () {
      const lack = await lackOfSandbox(level)
      if (lack !== undefined) {
        this.test!.parent!.title += ` (skipped: sandbox: ${lack})`
        return this.skip()
      }
      rig = await openLocalFunctions({ sandbox: level })
      id = (await rig.deploy(interpreter, { name: 'interpreter' })).id
    })
    after(() => rig?.[Symbol.asyncDispose]())

    const evaluate = async (script: string, given?: unknown, of = id) => {
      const answer = await rig.call(of, { script, given })
      assert.equal(answer.status, 200, answer.message)
      return jsonOf(answer) as { readonly value?: unknown; readonly error?: string }
    }

    it('say which level they have', async () => {
      assert.equal((await rig.functions.sandboxInfo()).level, level)
      const answer = await rig.call(id, { script: 'return 1' })
      assert.equal(answer.sandbox, level)
    })

    it('read neither keys, nor the files of the gateway, nor the code of others', async () => {
      using home = temporaryFolder()
      const key = join(home.path, '.ssh/id_ed25519')
      mkdirSync(join(home.path, '.ssh'))
      writeFileSync(key, 'secret')
      const other = await rig.deploy('export const handler = () => "other"', { name: 'other' })
      await rig.functions.access(other.id)
      const codes = readdirSync(join(rig.folder, 'functions')).map(name => join(rig.folder, 'functions', name))
      const files = [key, join(rig.folder, 'function-tokens.json'), join(rig.folder, 'gateway.db')]
      for (const file of [...files, ...codes.map(code => join(code, 'source.tar'))]) {
        const { error } = await evaluate('return fs.readFileSync(given, "latin1").length', file)
        assert.match(String(error), /^(ENOENT|EACCES)$/, file)
      }
      const slots = join(rig.folder, 'sandbox/slots')
      const { value } = await evaluate('try { return fs.readdirSync(given) } catch { return [] }', slots)
      assert.deepEqual(value, [])
    })

    it('see no environment of another process', async () => {
      const script = `const seen = []
for (const pid of fs.readdirSync('/proc').filter(name => /^\\d+$/.test(name) && name !== String(process.pid))) {
  try { if (fs.readFileSync('/proc/' + pid + '/environ', 'latin1').includes(given)) seen.push(pid) } catch {}
}
return seen`
      const marker = `HKS_TEST_MARK=${randomUUID()}`
      const [name = '', value = ''] = marker.split('=')
      const child = spawn('/bin/sleep', ['60'], { env: { [name]: value }, stdio: 'ignore' })
      try {
        const answer = await evaluate(`try { ${script} } catch (error) { return [] }`, marker)
        assert.deepEqual(answer, { value: [] })
      } finally {
        child.kill('SIGKILL')
      }
    })

    it('find their code where it can not be changed', async () => {
      const refused = level === 'strict' ? 'EROFS' : 'EACCES'
      assert.deepEqual(await evaluate('return fs.readdirSync(here)'), { value: ['index.mjs'] })
      for (const script of [
        'fs.writeFileSync(here + "/index.mjs", "")',
        'fs.writeFileSync(here + "/new", "")',
        'fs.unlinkSync(here + "/index.mjs")',
      ]) {
        assert.deepEqual(await evaluate(script), { error: refused }, script)
      }
    })

    it('have a temporary folder of their own, with a limit at the level strict', async () => {
      const script = `fs.writeFileSync(process.env.TMPDIR + '/file', Buffer.alloc(given * 2 ** 20)); return given`
      assert.deepEqual(await evaluate(script, 32), { value: 32 })
      assert.deepEqual(await evaluate(script, 100), level === 'strict' ? { error: 'ENOSPC' } : { value: 100 })
      await evaluate(`fs.rmSync(process.env.TMPDIR + '/file')`)
    })

    it('reach the network that they ask for', async () => {
      const server = createServer((_, response) => void response.end('welcome')).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      try {
        const fetched = 'return (await fetch(given)).text()'
        assert.deepEqual(await evaluate(fetched, url), { value: 'welcome' })
        const closed = await rig.deploy(interpreter, { name: 'closed', network: 'none' })
        const { error } = await evaluate(fetched, url, closed.id)
        // At `strict` it has a loopback of its own, at `landlock` no sockets.
        assert.equal(error, level === 'strict' ? 'ECONNREFUSED' : 'EAFNOSUPPORT')
      } finally {
        server.close()
      }
    })

    it('get their environment and secrets, and nothing by which the platform finds them', async () => {
      await rig.secrets.write(rig.projectId, 'API', { token: 'a-secret-value' })
      const secrets = [{ name: 'TOKEN', from: 'API/token' }]
      const { id: own } = await rig.deploy(interpreter, { name: 'own', environment: { MINE: 'yes' }, secrets })
      const { value } = await evaluate('return process.env', undefined, own)
      const { MINE, TOKEN, ...rest } = value as Record<string, string>
      assert.deepEqual([MINE, TOKEN], ['yes', 'a-secret-value'])
      assert.deepEqual(
        Object.keys(rest).filter(name => name.startsWith('HKS_')),
        [],
      )
    })

    it('in Python have the packages of a virtual environment', async () => {
      using folder = temporaryFolder()
      const venv = join(folder.path, 'venv')
      await run('python3', ['-m', 'venv', '--without-pip', venv])
      const [version = ''] = readdirSync(join(venv, 'lib'))
      writeFileSync(join(venv, 'lib', version, 'site-packages/installed.py'), 'answer = 42\n')
      const PATH = `${join(venv, 'bin')}:${process.env['PATH']}`
      await using python = await openLocalFunctions({
        sandbox: level,
        environment: async () => ({ PATH, HOME: folder.path, LANG: 'C.UTF-8' }),
      })
      const source = 'import installed, ssl, sqlite3\ndef handler(event, context):\n    return installed.answer\n'
      const { id: packaged } = await python.deploy(source, { runtime: 'python', handler: 'main.handler' })
      assert.equal(jsonOf(await python.call(packaged)), 42)
    })

    it('end with the same words as outside of one', async () => {
      for (const [script, words] of [
        ['process.exit(3)', 'exit code 3'],
        [`process.kill(process.pid, 'SIGSEGV')`, 'signal SIGSEGV'],
      ] as const) {
        const { code, message } = await rig.call(id, { script })
        assert.deepEqual(
          [code, message],
          ['FUNCTION_CRASHED', `The function's process ended during the call (${words}).`],
        )
      }
    })

    it('that allocate 4 GB or start processes without end are ended alone', async () => {
      const bystander = await rig.deploy('export const handler = () => process.pid', { name: 'bystander' })
      const before = jsonOf(await rig.call(bystander.id))
      const greedy = await rig.call(id, {
        script:
          'const held = []; for (let n = 0; n < 4096; n++) held.push(Buffer.alloc(2 ** 20, 1)); return held.length',
      })
      assert.deepEqual(
        [greedy.code, greedy.message],
        [
          'LIMIT_EXCEEDED',
          "The function's process was ended: it used more than 1Gi of memory. Raise resources.memory in function.yaml, or hold less at once.",
        ],
      )
      const bomb = await rig.call(id, {
        script: `return spawnSync('/bin/sh', ['-c', 'while :; do sleep 30 & done'], { encoding: 'utf8' }).stderr`,
      })
      // Where the kernel counts its processes, the shell itself gives up.
      if (bomb.status === 200) assert.match(Buffer.from(bomb.body).toString(), /fork/i)
      else assert.match(String(bomb.message), /ended: it had more than 256 processes and threads\. /)
      assert.equal(jsonOf(await rig.call(bystander.id)), before)
    })

    it('leave nothing a second after the gateway was killed', async () => {
      using folder = temporaryFolder()
      const homeId = randomUUID()
      const source = `import { openLocalFunctions } from ${JSON.stringify(rigFile)}
const rig = await openLocalFunctions({ folder: ${JSON.stringify(folder.path)}, homeId: ${JSON.stringify(homeId)}, sandbox: ${JSON.stringify(level)} })
const { id } = await rig.deploy("import { spawn } from 'node:child_process'; export const handler = () => { spawn('/bin/sh', ['-c', 'trap \\"\\" TERM; sleep 1000'], { detached: true, stdio: 'ignore' }).unref(); console.log(1); for (;;); }", { timeoutSeconds: 3600 })
void rig.call(id)
while (!(await rig.log(id)).some(({ text }) => text === '1')) await new Promise(resolve => setTimeout(resolve, 5))
console.log('spinning')`
      const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const exit = once(child, 'exit')
      await once(child.stdout, 'data')
      child.kill('SIGKILL')
      await exit
      await sleep(1000)
      assert.deepEqual(
        listProcesses().filter(entry => entry.homeId === homeId),
        [],
      )
    })
  })
}

describe('functions without a sandbox', function () {
  this.timeout(60_000)

  it('are not deployed when they ask for no network', async () => {
    await using rig = await openLocalFunctions({ sandbox: 'none' })
    assert.deepEqual(await rig.functions.sandboxInfo(), {
      level: 'none',
      problems: [{ what: 'HKS_SANDBOX is set to none: no sandbox is looked for.' }],
    })
    await assert.rejects(rig.deploy('export const handler = () => 1', { network: 'none' }), {
      code: 'SANDBOX_UNAVAILABLE',
      hint: 'Deploy it with network: full.',
    })
    assert.deepEqual(await rig.functions.list(rig.projectId), [])
    const { id } = await rig.deploy('export const handler = () => 1')
    assert.equal((await rig.call(id, {})).sandbox, 'none')
  })
})
