import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createGatewayClient } from '../../src/client/gatewayClient.ts'
import type { GatewayReady, GatewayStatus } from '../../src/contract/gateway.ts'
import { version } from '../../src/base/version.ts'
import { finished, openWorkplace, programs, untilWritten, type Workplace } from './hksFunc.ts'

describe('hks-func gateway', function () {
  this.timeout(120_000)
  let place: Workplace
  beforeEach(async () => {
    place = await openWorkplace()
  })
  afterEach(() => place.close())

  it('runs in the foreground, prints exactly one line of JSON when ready, and ends on Ctrl-C', async () => {
    const gateway = place.start(['gateway', 'run', '--json'])
    const end = finished(gateway)
    const { url, token, pid, ...rest } = JSON.parse(await untilWritten(gateway, 'stdout', /\n/)) as GatewayReady
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
    assert.deepEqual(rest, { version })
    const status = await createGatewayClient({ url, token }).call('getGateway')
    assert.equal(status.pid, pid)

    const [shown, listed, second] = await Promise.all([
      place.json<GatewayStatus & { url: string }>('gateway', 'status'),
      place.run(['list', '--json']),
      place.run(['gateway', 'run', '--json']),
    ])
    assert.deepEqual([shown.pid, shown.url, shown.mode], [pid, url, 'embedded'])
    assert.deepEqual([listed.code, JSON.parse(listed.stdout)], [0, { items: [] }])
    assert.deepEqual([second.code, second.stdout], [5, ''])
    assert.match(second.stderr, /"A gateway \(process \d+\) runs with the data folder/)

    gateway.kill('SIGINT')
    const { code, stdout, stderr } = await end
    assert.deepEqual([code, stderr], [0, ''])
    assert.equal(stdout.split('\n').length, 2)
    assert.equal((await place.run(['gateway', 'status'])).code, 6)
  })

  it('is found, shown and stopped, whoever started it', async () => {
    const gateway = place.start(['gateway', 'run'])
    const end = finished(gateway)
    await untilWritten(gateway, 'stderr', /The gateway runs with the data folder .*home\. Ctrl-C stops it\.\n/)
    // In text there is no line that says when it is ready; any other command waits for it.
    assert.equal((await place.run(['list'])).code, 0)
    const { stdout } = await place.run(['gateway', 'status'])
    assert.match(stdout, /^Version: +\S+\nAddress: +http:\/\/127\.0\.0\.1:\d+\nProcess: +\d+\n/)
    assert.match(stdout, /^CronJobs: +0 enabled\nFunctions: +0 deployed\nKeeps running: while a CronJob is enabled/m)
    assert.match(stdout, /^node: +\d+\.\d+\.\d+ \(/m)
    assert.match(stdout, /^Sandbox: +(strict|landlock|none)$/m)
    const level = /^Sandbox: +(\w+)$/m.exec(stdout)?.[1]
    const checked = await place.run(['gateway', 'check'])
    assert.deepEqual([checked.code, checked.stdout.split('\n')[0]], [0, `Sandbox: ${level}`])
    const stopped = await place.run(['gateway', 'stop', '--grace', '0'])
    assert.deepEqual([stopped.code, stopped.stdout], [0, 'Stopped.\n'])
    assert.equal((await end).code, 0)
    assert.equal((await place.run(['gateway', 'stop'])).stdout, 'No gateway runs.\n')
    assert.equal((await place.run(['gateway', 'check'])).code, 6, 'none is started to be asked')
  })

  it('says with exit code 6 why a gateway does not start', async () => {
    mkdirSync(place.home, { recursive: true })
    const lock = join(place.home, 'gateway.lock.db')
    writeFileSync(lock, 'no lock\n'.repeat(1000))
    const [list, run, told] = await Promise.all([
      place.run(['list', '--json']),
      place.run(['gateway', 'run', '--json']),
      place.run(['gateway', 'run']),
    ])
    rmSync(lock)
    for (const { code, stdout, stderr } of [list, run]) {
      const error = JSON.parse(stderr.split('\n').find(line => line.startsWith('{'))!) as { code: string; hint: string }
      assert.deepEqual([code, stdout, error.code], [6, '', 'STORE_CORRUPT'])
      assert.match(error.hint, /^Delete it; /)
    }
    assert.equal(told.code, 6)
    assert.match(told.stderr, /^error: The lock file .* is damaged: .* \(STORE_CORRUPT\)\n {2}Delete it; /m)
    assert.doesNotMatch(told.stderr, /^STORE_CORRUPT/m)
  })

  it('is stopped while a client waits for it to start, which is exit code 130', async () => {
    const client = place.start(['list'])
    const end = finished(client)
    await untilWritten(client, 'stderr', /Starting the gateway/)
    client.kill('SIGINT')
    const { code, stderr } = await end
    assert.deepEqual([code, stderr.split('\n').at(-2)], [130, 'Cancelled while the gateway was starting.'])
    // The gateway is nobody's child: it comes up all the same, and is stopped like any other.
    assert.equal((await place.run(['list'])).code, 0)
  })
})

describe('hks-func on a Node.js below the floor', function () {
  this.timeout(60_000)
  let place: Workplace
  before(async () => {
    place = await openWorkplace()
  })
  after(() => place.close())

  const next = ['schedule', 'next', '@daily', '--from', '2026-01-01T00:00:00Z', '--count', '1', '--json']

  /** A module that makes a Node.js say that it is an old one, to whoever asks later. */
  function pretendOld(): readonly string[] {
    const file = join(place.folder, 'pretendOld.mjs')
    const versions = "{ value: { ...process.versions, node: '20.20.2' } }"
    writeFileSync(file, `Object.defineProperty(process, 'versions', ${versions})\n`)
    return [process.execPath, '--import', file]
  }

  it('runs itself again under the packaged Node.js, with the same arguments, input and exit code', async () => {
    const node = pretendOld()
    const [fine, wrong, piped] = await Promise.all([
      place.run(next, { program: programs.launcher, node }),
      place.run(['schedule', 'next', 'bad one'], { program: programs.launcher, node }),
      place.run(['cronjob', 'apply', '-f', '-'], { program: programs.launcher, node, input: 'kind: [' }),
    ])
    assert.deepEqual([fine.code, fine.stderr], [0, ''])
    assert.deepEqual((JSON.parse(fine.stdout) as { next: string[] }).next, ['2026-01-02T00:00:00.000Z'])
    assert.equal(wrong.code, 2)
    assert.deepEqual([piped.code, piped.stderr.includes('-:1:')], [2, true], piped.stderr)
  })

  it('passes Ctrl-C on and ends as the other one ends', async () => {
    const child = place.start(['cronjob', 'apply', '-f', '-'], { program: programs.launcher, node: pretendOld() })
    const end = finished(child)
    await new Promise<void>(resolve => child.stdin!.write(' '.repeat(2_000_000), () => resolve()))
    child.kill('SIGTERM')
    assert.equal((await end).code, 130)
  })

  it('says what is missing when there is no other Node.js', async () => {
    const alone = join(place.folder, 'hks-func.mjs')
    copyFileSync(programs.launcher, alone)
    const { code, stderr } = await place.run(next, { program: alone, node: pretendOld() })
    assert.equal(code, 6)
    assert.match(
      stderr,
      /^hks-func needs Node\.js 22\.19 or newer; this is 20\.20\.2\.\nInstall .*npm install node@24\n$/,
    )
  })

  it('works as a program on the PATH, also with a real old Node.js', async function () {
    const old = (process.env['PATH'] ?? '')
      .split(delimiter)
      .map(folder => join(folder, 'node'))
      .find(node => /^v(1\d|20|21)\./.test(versionOf(node)))
    if (old === undefined) {
      this.test!.title += ': no Node.js below 22 is on the PATH'
      this.skip()
    }
    const { code, stdout } = await place.run(next, { program: programs.launcher, node: [old] })
    assert.equal(code, 0)
    assert.equal((JSON.parse(stdout) as { next: string[] }).next.length, 1)
  })
})

function versionOf(node: string): string {
  try {
    return execFileSync(node, ['--version'], { encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    // Most folders of the PATH hold no such program.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
