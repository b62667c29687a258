import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureGateway } from '../../src/client/ensureGateway.ts'
import { gatewayEnvironment } from '../../src/client/spawnGateway.ts'
import { HksError } from '../../src/contract/errors.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

async function failureOf(script: string): Promise<{ error: HksError; home: string }> {
  using folder = temporaryFolder()
  const gatewayProgram = join(folder.path, 'gateway.mjs')
  writeFileSync(gatewayProgram, script)
  const home = join(folder.path, 'home')
  mkdirSync(home)
  writeFileSync(join(home, 'gateway-start.log'), 'of an earlier start\n')
  const options = { home, gatewayProgram, execPath: process.execPath, env: process.env, version: '0.1.0' }
  const error = await ensureGateway(options).then(
    () => assert.fail('a gateway was found'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof HksError, String(error))
  assert.match(readFileSync(join(home, 'gateway-start.log'), 'utf8'), /^of an earlier start\n/)
  return { error, home }
}

describe('starting a gateway', () => {
  it('hands on who and where the user is, and nothing else of the client', () => {
    const kept = {
      HOME: '/home/user',
      LANG: 'de_DE.UTF-8',
      LC_ALL: 'C',
      TZ: 'UTC',
      XDG_DATA_HOME: '/x',
      HKS_RUNTIMES: '/r',
    }
    const dropped = { PATH: '/venv/bin', AWS_SECRET_ACCESS_KEY: 'x', NODE_OPTIONS: '--inspect', VSCODE_PID: '1' }
    const env = gatewayEnvironment({
      home: '/data',
      env: { ...kept, ...dropped, USER: undefined, HKS_HOME: 'relative' },
    })
    assert.deepEqual(env, { ...kept, HKS_HOME: '/data' })
  })

  it('hands on no mark of the run that the client is part of', () => {
    const env = gatewayEnvironment({ home: '/data', env: { HKS_RUN_ID: 'r', HKS_HOME_ID: 'h', HKS_IDLE_SECONDS: '9' } })
    assert.deepEqual(env, { HKS_IDLE_SECONDS: '9', HKS_HOME: '/data' })
  })

  it('shows what a gateway said that failed, without what an earlier one said', async () => {
    const { error } = await failureOf(
      `console.error('warning: x\\nSTORE_NEWER: The database is newer.'); process.exit(6)`,
    )
    assert.deepEqual([error.code, error.message], ['STORE_NEWER', 'The database is newer.'])
    assert.equal(error.details?.['exitCode'], 6)
    assert.equal(error.details?.['tail'], 'warning: x\nSTORE_NEWER: The database is newer.')
  })

  it('tells the hint of a gateway that failed from its sentence, also when Node warns afterwards', async () => {
    const { error } = await failureOf(
      `console.error('STORE_FAILED: The disk is full.\\n  Free some space.\\nWarning: x'); process.exit(6)`,
    )
    assert.deepEqual([error.code, error.message, error.hint], ['STORE_FAILED', 'The disk is full.', 'Free some space.'])
  })

  it('says how a gateway ended that said nothing', async () => {
    const { error } = await failureOf(`process.kill(process.pid, 'SIGKILL')`)
    assert.deepEqual(
      [error.code, error.message],
      ['GATEWAY_START_FAILED', 'The gateway did not start: it was ended by SIGKILL.'],
    )
  })

  it('shows the last words of a gateway that ends without a code of the list', async () => {
    const { error } = await failureOf(`console.error('ERR_ODD: no such thing'); process.exit(1)`)
    assert.deepEqual(
      [error.code, error.message],
      ['GATEWAY_START_FAILED', 'The gateway did not start: ERR_ODD: no such thing'],
    )
  })

  it('says which program cannot be run', async () => {
    using folder = temporaryFolder()
    const options = { home: folder.path, gatewayProgram: 'x', execPath: '/nowhere/node', env: {}, version: '0.1.0' }
    await assert.rejects(ensureGateway(options), {
      code: 'GATEWAY_START_FAILED',
      message: /\/nowhere\/node cannot be run/,
    })
  })

  it('says which data folder cannot be made', async () => {
    using folder = temporaryFolder()
    const home = join(folder.path, 'file', 'home')
    writeFileSync(join(folder.path, 'file'), '')
    const options = { home, gatewayProgram: 'x', execPath: process.execPath, env: {}, version: '0.1.0' }
    await assert.rejects(ensureGateway(options), {
      code: 'INVALID_REQUEST',
      message: `HKS_HOME: the data folder ${home} cannot be a folder: a file is in its place or above it.`,
    })
  })

  it('can be cancelled while the gateway starts', async () => {
    using folder = temporaryFolder()
    const gatewayProgram = join(folder.path, 'gateway.mjs')
    // Ends by itself soon after, so that nothing is left.
    writeFileSync(gatewayProgram, 'setTimeout(() => undefined, 500)')
    const controller = new AbortController()
    const options = {
      home: folder.path,
      gatewayProgram,
      execPath: process.execPath,
      env: {},
      version: '0.1.0',
      signal: controller.signal,
      onProgress: () => setImmediate(() => controller.abort()),
    }
    await assert.rejects(ensureGateway(options), { code: 'CANCELLED' })
  })
})
