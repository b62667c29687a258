import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createSharedScan, isAlive, startTimeOf } from '../../../src/gateway/platform/processTable.ts'
import { createPipeStock } from '../../../src/gateway/platform/pipeStock.ts'
import { findSupervisor } from '../../../src/gateway/platform/findSupervisor.ts'
import { startProcessTree } from '../../../src/gateway/platform/processTree.ts'
import type { Supervisor } from '../../../src/gateway/platform/supervisor.ts'
import { sweepOrphans } from '../../../src/gateway/platform/sweepOrphans.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const fixture = (name: string) => resolve(import.meta.dirname, '../../fixtures/processes', name)
const scan = createSharedScan()
const pipesFolder = temporaryFolder()
const pipes = createPipeStock(join(pipesFolder.path, 'pipes'))
after(() => {
  pipes[Symbol.dispose]()
  pipesFolder[Symbol.dispose]()
})

/** Starts a tree and gathers its lines; `said` waits for a line that begins with a text. */
async function start(
  argv: [string, ...string[]],
  environment: Record<string, string> = {},
  supervisor?: Promise<Supervisor | undefined>,
) {
  const lines: string[] = []
  let heard = () => {}
  const runId = randomUUID()
  const tree = await startProcessTree(
    {
      argv,
      cwd: '/',
      environment: { PATH: process.env['PATH'] ?? '', ...environment },
      runId,
      onLines: (_stream, more) => {
        lines.push(...more.map(line => line.text))
        heard()
      },
    },
    { scan, pipes, ...(supervisor === undefined ? {} : { supervisor: () => supervisor }) },
  )
  const said = async (begin: string): Promise<string> => {
    for (;;) {
      const line = lines.find(text => text.startsWith(begin))
      if (line !== undefined) return line
      await new Promise<void>(resolve => {
        heard = resolve
      })
    }
  }
  return { tree, lines, said, runId }
}

const left = async (runId: string) => (await scan()).filter(entry => entry.runId === runId).map(entry => entry.pid)

describeBoth('startProcessTree', start => {
  it('delivers all output before it says that the tree has ended', async () => {
    const { tree, lines } = await start([
      'sh',
      '-c',
      'i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done; printf last',
    ])
    assert.deepEqual(await tree.ended, { exitCode: 0 })
    assert.equal(lines.length, 5001)
    assert.equal(lines[4999], 'line 4999')
    assert.equal(lines[5000], 'last')
  })

  it('gives a process outputs that it can open again', async () => {
    const { tree, lines } = await start(['sh', '-c', 'echo a > /dev/stdout; echo b | tee /dev/stderr >/dev/null'])
    assert.deepEqual(await tree.ended, { exitCode: 0 })
    assert.deepEqual(lines.toSorted(), ['a', 'b'])
  })

  it('tells the exit code and the signal', async () => {
    assert.deepEqual(await (await start(['sh', '-c', 'exit 7'])).tree.ended, { exitCode: 7 })
    assert.deepEqual(await (await start(['sh', '-c', 'kill -9 $$'])).tree.ended, { signal: 'SIGKILL' })
  })

  it('refuses what can not be started with the error of the system', async () => {
    await assert.rejects(start(['no-such-command-here']), { code: 'ENOENT' })
    await assert.rejects(start([resolve(import.meta.dirname)]), { code: 'EACCES' })
    await assert.rejects(start(['true', 'x'.repeat(4 * 1024 * 1024)]), { code: 'E2BIG' })
  })

  it('lets a process end by itself within the grace', async () => {
    const { tree, said, lines } = await start([fixture('polite.sh')])
    await said('ready')
    assert.deepEqual(await tree.end(20_000), { exitCode: 0 })
    // The shell itself may say "Terminated" on stderr, before or after.
    assert.ok(lines.includes('bye'), lines.join('\n'))
  })

  it('kills a parent and a child that ignore SIGTERM', async () => {
    const { tree, said, runId } = await start([fixture('stubborn.sh')])
    await said('parent')
    const child = Number((await said('child')).split(' ')[1])
    assert.ok(startTimeOf(child))
    assert.deepEqual(await tree.end(200), { signal: 'SIGKILL' })
    assert.deepEqual(await left(runId), [])
    assert.equal(startTimeOf(child), undefined)
  })

  it('ends a daemon that was forked twice into a session of its own', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'pid')
    const { tree, said, runId } = await start([fixture('daemon.sh'), file, 'stay'])
    await said('daemon')
    const pid = Number(readFileSync(file, 'utf8'))
    assert.ok(startTimeOf(pid), 'the daemon runs')
    await tree.end(5000)
    assert.equal(startTimeOf(pid), undefined)
    assert.deepEqual(await left(runId), [])
  })

  it('ends what a process leaves behind when it ends by itself', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'pid')
    const { tree } = await start([fixture('daemon.sh'), file])
    assert.deepEqual(await tree.ended, { exitCode: 0 })
    assert.equal(startTimeOf(Number(readFileSync(file, 'utf8'))), undefined)
  })

  it('does not wait for a daemon that holds the pipes, and keeps what it wrote', async () => {
    const { tree, lines } = await start([fixture('holder.sh')])
    assert.deepEqual(await tree.ended, { exitCode: 0 })
    assert.deepEqual(lines.toSorted(), ['ended', 'late'])
  })

  it('gives a process no environment but its own', async () => {
    const { tree, lines, runId } = await start(['env'], { GREETING: 'hello' })
    await tree.ended
    const names = lines.map(line => line.slice(0, line.indexOf('='))).filter(name => name !== '_' && name !== 'PWD')
    assert.deepEqual(names.sort(), ['GREETING', 'HKS_RUN_ID', 'PATH'])
    assert.ok(lines.includes(`HKS_RUN_ID=${runId}`))
  })
})

/** A suite for trees that a supervisor keeps together and for those that only marks do. */
function describeBoth(
  title: string,
  suite: (begin: (...args: Parameters<typeof start>) => ReturnType<typeof start>) => void,
) {
  describe(`${title}, without a supervisor`, function () {
    this.timeout(30_000)
    suite(start)
  })
  describe(`${title}, under a supervisor`, function () {
    this.timeout(30_000)
    const supervisor = findSupervisor(resolve(import.meta.dirname, '../../../runtimes/sandbox'))
    before(async function () {
      if ((await supervisor) !== undefined) return
      this.test!.parent!.title += ' (skipped: sandbox: it needs Linux and perl)'
      this.skip()
    })
    suite((argv, environment) => start(argv, environment, supervisor))

    it('ends a daemon that nothing marks', async () => {
      using folder = temporaryFolder()
      const file = join(folder.path, 'pid')
      const forget = ['env', '-i', fixture('daemon.sh'), file, 'stay'] as [string, ...string[]]
      const { tree, said } = await start(forget, {}, supervisor)
      await said('daemon')
      const pid = Number(readFileSync(file, 'utf8'))
      assert.ok(startTimeOf(pid), 'the daemon runs')
      await tree.end(0)
      assert.equal(startTimeOf(pid), undefined)
    })

    it('ends what is left when its supervisor is killed', async () => {
      const { tree, said, runId } = await start(
        ['sh', '-c', 'setsid sleep 600 & echo ready; exec sleep 600'],
        {},
        supervisor,
      )
      await said('ready')
      process.kill((await scan()).find(entry => entry.pid === tree.pid)!.parent, 'SIGKILL')
      assert.deepEqual(await tree.ended, { signal: 'SIGKILL' })
      assert.deepEqual(await left(runId), [])
    })
  })
}

describe('sweepOrphans', function () {
  this.timeout(30_000)

  it('ends all runs of its own home and touches no other', async () => {
    using folder = temporaryFolder()
    const [mine, other] = [randomUUID(), randomUUID()]
    const orphan = await start([fixture('daemon.sh'), join(folder.path, 'pid'), 'stay'], { HKS_HOME_ID: mine })
    const foreign = await start(['sleep', '600'], { HKS_HOME_ID: other })
    await orphan.said('daemon')
    const daemon = Number(readFileSync(join(folder.path, 'pid'), 'utf8'))
    const bystander = { pid: foreign.tree.pid, startTime: startTimeOf(foreign.tree.pid)! }

    const sweep = await sweepOrphans(mine, 5000)

    assert.deepEqual(sweep, { runIds: [orphan.runId], survivors: [] })
    assert.equal(startTimeOf(daemon), undefined)
    assert.ok(isAlive(bystander), 'the other home keeps its run')
    await orphan.tree.ended
    await foreign.tree.end(0)
  })

  it('finds nothing where nothing was left', async () => {
    assert.deepEqual(await sweepOrphans(randomUUID(), 0), { runIds: [], survivors: [] })
    assert.ok(existsSync('/proc/self'))
  })
})
