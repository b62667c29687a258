import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { version } from '../../../src/base/version.ts'
import { findGateway } from '../../../src/client/findGateway.ts'
import { createGatewayClient } from '../../../src/client/gatewayClient.ts'
import { stopGateway } from '../../../src/client/stopGateway.ts'
import type { LockFile } from '../../../src/contract/gateway.ts'
import { ownIdentity } from '../../../src/gateway/platform/processIdentity.ts'
import { startTimeOf } from '../../../src/gateway/platform/processTable.ts'
import { buildGateway, environmentOf, gatewayProgram, gone, killAndWait, temporaryHome } from './lifeRig.ts'

const lockOf = (home: string) => JSON.parse(readFileSync(join(home, 'gateway.json'), 'utf8')) as LockFile

/** Gateways that serve a data folder, by their environment. */
const gatewaysOf = (home: string): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter(pid => Number.isInteger(pid) && startTimeOf(pid) !== undefined)
    .filter(pid => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
        return (
          command.some(word => /gateway[^/]*\.mjs$|gateway\/main\.ts$/.test(word)) &&
          environmentOf(pid)['HKS_HOME'] === home
        )
      } catch (error) {
        // It ended between two looks.
        if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
        throw error
      }
    })

describe('the life of an embedded gateway', function () {
  this.timeout(180_000)

  it('begins once, when eight clients ask at the same time', async () => {
    await using rig = temporaryHome()
    const ask = () =>
      promisify(execFile)(process.execPath, [join(import.meta.dirname, 'ensure.ts'), rig.home, gatewayProgram, version])
    const answers = await Promise.all(Array.from({ length: 8 }, ask))
    const got = answers.map(({ stdout }) => JSON.parse(stdout) as { url: string; token: string; pid: number })
    assert.equal(new Set(got.map(one => `${one.url} ${one.token} ${one.pid}`)).size, 1, JSON.stringify(got))
    const status = await createGatewayClient(got[0]!).call('getGateway')
    assert.equal(status.pid, got[0]!.pid)
    while (gatewaysOf(rig.home).length > 1) await new Promise(done => setTimeout(done, 50))
    assert.deepEqual(gatewaysOf(rig.home), [got[0]!.pid])
  })

  it('is that of a process of its own, with nothing of the client in it', async () => {
    await using rig = temporaryHome()
    const told: string[] = []
    const gateway = await rig.ensure({
      env: { ...process.env, AWS_SECRET_ACCESS_KEY: 'x', PATH: '/venv/bin' },
      onProgress: sentence => told.push(sentence),
    })
    assert.deepEqual(told, ['Starting the gateway'])
    assert.equal(gateway.started, true)
    const stat = readFileSync(`/proc/${gateway.pid}/stat`, 'utf8')
    const session = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3])
    assert.equal(session, gateway.pid, 'it leads a session of its own')
    const environment = environmentOf(gateway.pid)
    assert.equal(environment['AWS_SECRET_ACCESS_KEY'], undefined)
    assert.equal(environment['PATH'], undefined)
    assert.equal(environment['HKS_HOME'], rig.home)
    assert.equal(readlinkSync(`/proc/${gateway.pid}/fd/0`), '/dev/null')
    assert.equal(readlinkSync(`/proc/${gateway.pid}/fd/1`), join(rig.home, 'gateway-start.log'))
    for (const file of ['gateway.json', 'gateway.db', 'gateway-start.log', 'logs/gateway.log']) {
      assert.equal(statSync(join(rig.home, file)).mode & 0o077, 0, file)
    }
    const again = await rig.ensure()
    assert.deepEqual([again.pid, again.started], [gateway.pid, false])
  })

  it('lets no other user write what it and its jobs write, whatever the umask of the client', async () => {
    await using rig = temporaryHome()
    const before = process.umask(0)
    const gateway = await rig.ensure().finally(() => process.umask(before))
    const status = readFileSync(`/proc/${gateway.pid}/status`, 'utf8')
    assert.equal(/^Umask:\s*(\d+)$/m.exec(status)?.[1], '0022')
  })

  it('goes on after a SIGKILL with a new process, whose token is new, too', async () => {
    await using rig = temporaryHome()
    const first = await rig.ensure()
    await killAndWait(first.pid)
    assert.ok(existsSync(join(rig.home, 'gateway.json')), 'the lock file was left behind')
    assert.deepEqual(await findGateway(rig.home), { kind: 'none' })
    const second = await rig.ensure()
    assert.notEqual(second.pid, first.pid)
    assert.notEqual(second.token, first.token)
    const old = createGatewayClient({ url: second.url, token: first.token })
    await assert.rejects(old.call('getGateway'), { code: 'UNAUTHENTICATED' })
  })

  it('is not mistaken for a process that has its pid now', async () => {
    await using rig = temporaryHome()
    const bystander = spawn('sleep', ['600'])
    await once(bystander, 'spawn')
    try {
      mkdirSync(rig.home)
      const stale = { ...ownIdentity(), pid: bystander.pid, host: hostname(), port: 9, token: 't', version }
      writeFileSync(join(rig.home, 'gateway.json'), JSON.stringify(stale))
      assert.equal(await stopGateway({ home: rig.home }), 'notRunning')
      const gateway = await rig.ensure()
      assert.notEqual(gateway.pid, bystander.pid)
      assert.equal(lockOf(rig.home).pid, gateway.pid)
      assert.ok(startTimeOf(bystander.pid!), 'the process that has the pid now lives')
    } finally {
      bystander.kill('SIGKILL')
      await once(bystander, 'exit')
    }
  })

  it('takes over a home that a gateway on another machine left behind', async () => {
    await using rig = temporaryHome()
    mkdirSync(rig.home)
    const foreign = { ...ownIdentity(), host: 'elsewhere', port: 9, token: 't', version: '99.0.0' }
    writeFileSync(join(rig.home, 'gateway.json'), JSON.stringify(foreign))
    assert.deepEqual(await findGateway(rig.home), { kind: 'none', otherHost: 'elsewhere' })
    const gateway = await rig.ensure()
    assert.equal(lockOf(rig.home).host, hostname())
    assert.equal(gateway.version, version)
  })

  it('makes way for a newer version, after its runs have ended', async () => {
    await using rig = temporaryHome()
    mkdirSync(join(rig.path, 'shop'))
    const old = await rig.ensure({ gatewayProgram: await buildGateway(rig.path, '0.0.9'), version: '0.0.9' })
    const client = createGatewayClient(old)
    const project = await client.call('openProject', { body: { path: join(rig.path, 'shop') } })
    const file = join(rig.path, 'finished')
    const job = await client.call('createCronJob', {
      body: {
        projectId: project.id,
        name: 'slow',
        schedule: '0 0 1 1 *',
        command: ['sh', '-c', `sleep 2; echo yes > ${file}`],
      },
    })
    const run = await client.call('triggerCronJob', { params: { id: job.id }, body: {} })

    const told: string[] = []
    const next = await rig.ensure({ onProgress: sentence => told.push(sentence) })
    assert.deepEqual(told, ['Waiting for the previous gateway to end its runs', 'Starting the gateway'])
    assert.equal(next.version, version)
    assert.equal(startTimeOf(old.pid), undefined)
    assert.equal(readFileSync(file, 'utf8'), 'yes\n')
    const kept = await createGatewayClient(next).call('getExecution', { params: { id: job.id, execId: run.id } })
    assert.equal(kept.status, 'succeeded')
  })

  it('stays when it is newer than the client, who is told to update', async () => {
    await using rig = temporaryHome()
    const newer = await rig.ensure({ gatewayProgram: await buildGateway(rig.path, '99.0.0'), version: '99.0.0' })
    await assert.rejects(rig.ensure(), {
      code: 'GATEWAY_NEWER',
      message: `The gateway that runs has version 99.0.0; this is version ${version}.`,
      hint: /^Update/,
    })
    assert.equal((await findGateway(rig.home)).kind, 'answering')
    assert.equal(lockOf(rig.home).pid, newer.pid)
  })

  it('does not begin on a damaged database, says why, and leaves it as it is', async () => {
    await using rig = temporaryHome()
    mkdirSync(rig.home)
    const file = join(rig.home, 'gateway.db')
    const damaged = 'no database\n'.repeat(1000)
    writeFileSync(file, damaged)
    await assert.rejects(rig.ensure(), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'STORE_CORRUPT')
      assert.match(error.message, new RegExp(`The database ${file} cannot be used: .*It was left as it is`))
      return true
    })
    assert.equal(readFileSync(file, 'utf8'), damaged)
    assert.ok(!existsSync(join(rig.home, 'gateway.json')))
  })

  it('does not begin on a damaged lock file, and says that nothing is lost when it is deleted', async () => {
    await using rig = temporaryHome()
    mkdirSync(rig.home)
    const file = join(rig.home, 'gateway.lock.db')
    writeFileSync(file, 'no lock\n'.repeat(1000))
    const message = new RegExp(`^The lock file ${file} is damaged: `)
    const hint = 'Delete it; it holds no data, and the next start makes a new one.'
    await assert.rejects(rig.ensure(), { code: 'STORE_CORRUPT', message, hint })
    rmSync(file)
    await rig.ensure()
  })

  it('ends when it is asked to, and takes its lock file away', async () => {
    await using rig = temporaryHome()
    const gateway = await rig.ensure()
    assert.equal(await stopGateway({ home: rig.home, graceSeconds: 0 }), 'stopped')
    assert.equal(startTimeOf(gateway.pid), undefined)
    assert.ok(!existsSync(join(rig.home, 'gateway.json')))
    assert.equal(await stopGateway({ home: rig.home }), 'notRunning')
  })

  it('is ended when it hangs', async () => {
    await using rig = temporaryHome()
    const gateway = await rig.ensure()
    process.kill(gateway.pid, 'SIGSTOP')
    assert.equal((await findGateway(rig.home)).kind, 'silent')
    assert.equal(await stopGateway({ home: rig.home, graceSeconds: 0 }), 'killed')
    assert.equal(startTimeOf(gateway.pid), undefined)
    assert.notEqual((await rig.ensure()).pid, gateway.pid)
  })

  it('ends by itself when nobody uses it and nothing is scheduled', async () => {
    await using rig = temporaryHome()
    const gateway = await rig.ensure({ env: { ...process.env, HKS_IDLE_SECONDS: '0.5' } })
    await gone(gateway.pid)
    assert.deepEqual(await findGateway(rig.home), { kind: 'none' })
    assert.match(readFileSync(join(rig.home, 'logs/gateway.log'), 'utf8'), /no client is attached/)
  })
})
