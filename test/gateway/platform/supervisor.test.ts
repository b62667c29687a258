import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { findSupervisor } from '../../../src/gateway/platform/findSupervisor.ts'
import { startTimeOf } from '../../../src/gateway/platform/processTable.ts'
import {
  type Supervised,
  type SupervisedCommand,
  startSupervised,
  type Supervisor,
} from '../../../src/gateway/platform/supervisor.ts'
import { eventually } from '../../support/eventually.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const folder = resolve(import.meta.dirname, '../../../runtimes/sandbox')
const fixture = (name: string) => resolve(import.meta.dirname, '../../fixtures/processes', name)

describe('a supervised command', function () {
  this.timeout(30_000)
  let supervisor: Supervisor
  before(async function () {
    const found = await findSupervisor(folder)
    if (found === undefined) {
      this.test!.parent!.title += ' (skipped: sandbox: it needs Linux and perl)'
      return this.skip()
    }
    supervisor = found
  })

  const start = (argv: [string, ...string[]], more: Partial<SupervisedCommand> = {}): Promise<Supervised> =>
    startSupervised(supervisor, {
      argv,
      cwd: '/',
      environment: { PATH: '/usr/bin:/bin' },
      marks: {},
      stdout: 'pipe',
      stderr: 'pipe',
      channel: 'none',
      ...more,
    })
  const shell = (script: string, more?: Partial<SupervisedCommand>) => start(['sh', '-c', script], more)
  const firstWord = async ({ child }: Supervised) => String(((await once(child.stdout!, 'data')) as [Buffer])[0])

  it('tells how it ended', async () => {
    assert.deepEqual(await (await shell('exit 7')).exited, { exitCode: 7 })
    assert.deepEqual(await (await shell('kill -9 $$')).exited, { signal: 'SIGKILL' })
    assert.deepEqual(await (await shell('kill -ABRT $$')).exited, { signal: 'SIGABRT' })
  })

  it('gets its arguments, environment and folder to the byte, and nothing else', async () => {
    const strange = 'a "b"\n$c ü\\'
    const supervised = await start(['sh', '-c', 'printf "%s|" "$@"; pwd; env', 'sh', strange, ''], {
      cwd: folder,
      environment: { PATH: '/usr/bin:/bin', STRANGE: strange, EMPTY: '' },
      marks: { HKS_RUN_ID: 'not for the command' },
    })
    const said = await text(supervised.child.stdout!)
    assert.ok(said.startsWith(`${strange}||${folder}\n`), said)
    assert.ok(said.includes(`STRANGE=${strange}\n`))
    assert.deepEqual([...said.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name).sort(), [
      'EMPTY',
      'PATH',
      'PWD',
      'STRANGE',
    ])
  })

  it('runs as from a shell: a session of its own, ordinary signals, no descriptor but the three', async () => {
    const script = 'cut -d" " -f5,6 /proc/self/stat; grep -E "^Sig(Blk|Ign)" /proc/self/status; ls /proc/self/fd'
    const supervised = await shell(`echo $$; ${script}`)
    const [pid, groupAndSession, ...rest] = (await text(supervised.child.stdout!)).split('\n')
    assert.equal(Number(pid), supervised.pid)
    assert.equal(groupAndSession, `${pid} ${pid}`)
    // `ls` has a descriptor for the folder that it lists.
    assert.deepEqual(
      rest.join(' ').replace(/\s+/g, ' ').trim(),
      'SigBlk: 0000000000000000 SigIgn: 0000000000000000 0 1 2 3',
    )
  })

  it('may gain rights, as sudo does', async () => {
    const supervised = await shell('grep NoNewPrivs /proc/self/status')
    assert.match(await text(supervised.child.stdout!), /NoNewPrivs:\s+0/)
  })

  it('is refused with the error of the system', async () => {
    await assert.rejects(start(['no-such-command-here']), { code: 'ENOENT' })
    await assert.rejects(start([folder]), { code: 'EACCES' })
    await assert.rejects(shell('true', { cwd: '/no/such/folder' }), { code: 'ENOENT' })
    await assert.rejects(start(['true', 'x'.repeat(4 * 1024 * 1024)]), { code: 'E2BIG' })
    await assert.rejects(start(['true', 'a\0b']), { code: 'EINVAL' })
  })

  it('closes its outputs when it ends, while its supervisor waits for what it left behind', async () => {
    const supervised = await shell('setsid sleep 600 >/dev/null 2>&1 & echo ended')
    assert.equal(await text(supervised.child.stdout!), 'ended\n')
    assert.deepEqual(await supervised.exited, { exitCode: 0 })
    assert.equal(supervised.child.exitCode, null)
    supervised.end(0)
    assert.equal(await supervised.closed, 'complete')
  })

  it('lets a tree end by itself within the grace, and not longer', async () => {
    const polite = await start([fixture('polite.sh')])
    await firstWord(polite)
    polite.end(20_000)
    assert.deepEqual(await polite.exited, { exitCode: 0 })
    const stubborn = await start([fixture('stubborn.sh')])
    await firstWord(stubborn)
    stubborn.end(100)
    assert.deepEqual(await stubborn.exited, { signal: 'SIGKILL' })
    assert.equal(await stubborn.closed, 'complete')
  })

  /** A daemon in a session of its own that has nothing of its parent: no descriptors, no environment. */
  const daemon = (file: string, then: string) =>
    `setsid env -i sh -c 'sh -c "echo \\$\\$ > ${file}; exec sleep 600" </dev/null >/dev/null 2>&1 &' </dev/null >/dev/null 2>&1
     while [ ! -s ${file} ]; do sleep 0.01; done; echo ready; ${then}`

  it('takes a daemon with it that nothing marks', async () => {
    using place = temporaryFolder()
    const file = join(place.path, 'pid')
    const supervised = await shell(daemon(file, 'exit 0'))
    await supervised.exited
    const pid = Number(readFileSync(file, 'utf8'))
    assert.ok(startTimeOf(pid), 'the daemon runs')
    supervised.end(0)
    assert.equal(await supervised.closed, 'complete')
    assert.equal(startTimeOf(pid), undefined)
  })

  it('ends with all that it started when its starter is killed', async () => {
    using place = temporaryFolder()
    const file = join(place.path, 'pid')
    const script = `
      const { startSupervised } = await import(${JSON.stringify(resolve(folder, '../../src/gateway/platform/supervisor.ts'))})
      await startSupervised(${JSON.stringify(supervisor)}, ${JSON.stringify({
        argv: ['sh', '-c', daemon(file, 'trap "" TERM; while :; do sleep 0.1; done')],
        cwd: '/',
        environment: { PATH: '/usr/bin:/bin' },
        marks: {},
        stdout: 'pipe',
        stderr: 'pipe',
        channel: 'none',
      })}).then(({ child, pid }) => child.stdout.once('data', () => console.log(pid)))`
    const starter = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [said] = (await once(starter.stdout, 'data')) as [Buffer]
    const pids = [Number(said), Number(readFileSync(file, 'utf8'))]
    assert.ok(pids.every(pid => startTimeOf(pid) !== undefined))
    starter.kill('SIGKILL')
    await eventually(() => assert.deepEqual(pids.map(startTimeOf), [undefined, undefined]), 5000)
  })

  it('ends when its supervisor is killed', async () => {
    const supervised = await shell('echo ready; exec sleep 600')
    await firstWord(supervised)
    supervised.child.kill('SIGKILL')
    assert.equal(await supervised.closed, 'broken')
    assert.deepEqual(await supervised.exited, { signal: 'SIGKILL' })
    await eventually(() => assert.equal(startTimeOf(supervised.pid), undefined), 5000)
  })

  it('gets the signals that its supervisor gets', async () => {
    const supervised = await start([fixture('polite.sh')])
    await firstWord(supervised)
    supervised.child.kill('SIGTERM')
    assert.deepEqual(await supervised.exited, { exitCode: 0 })
  })
})
