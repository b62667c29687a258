import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { listProcesses, startTimeOf } from '../../../../src/gateway/platform/processTable.ts'
import { createResourceWatch, type Excess } from '../../../../src/gateway/platform/sandbox/resourceWatch.ts'
import { pathInside, type SandboxMount } from '../../../../src/gateway/platform/sandbox/sandbox.ts'
import type { SandboxProcess } from '../../../../src/gateway/platform/sandbox/sandboxProcess.ts'
import { startSandbox } from '../../../../src/gateway/platform/sandbox/startSandbox.ts'
import { commandLineOf } from './commandLines.ts'
import { pythonProgram } from './pythonProgram.ts'
import { describeEachLevel, shellCommand } from './sandboxLevels.ts'

const pipes = { stdout: 'pipe', stderr: 'pipe' } as const
const nodeMount: SandboxMount = { path: dirname(dirname(process.execPath)), access: 'read' }

/** Resolves with the first output of a process. */
const firstWord = async (started: SandboxProcess) => String(((await once(started.stdout!, 'data')) as [Buffer])[0])

const left = (mark: string) => listProcesses().filter(({ pid }) => commandLineOf(pid).includes(mark))

describeEachLevel('a sandbox', context => {
  const start = (script: string, more: Parameters<typeof shellCommand>[1] = {}) =>
    startSandbox(context.support(), shellCommand(script, more), pipes)

  it('tells what the command said and how it ended', async () => {
    const started = await start('echo out; echo err >&2; exit 7')
    const said = await Promise.all([text(started.stdout!), text(started.stderr!)])
    assert.deepEqual(said, ['out\n', 'err\n'])
    assert.deepEqual(await started.exited, { exitCode: 7 })
    await started.closed
  })

  it('gives the command the environment that it is given, and a temporary folder as its home', async () => {
    process.env['HKS_NOT_FOR_SANDBOXES'] = 'secret'
    const started = await start('env; touch "$TMPDIR/file" && echo written', {
      environment: { PATH: '/usr/bin:/bin', GREETING: 'a b\nc' },
    })
    delete process.env['HKS_NOT_FOR_SANDBOXES']
    const said = await text(started.stdout!)
    assert.match(said, /^GREETING=a b\nc$/m)
    assert.match(said, /^written$/m)
    assert.doesNotMatch(said, /NOT_FOR_SANDBOXES/)
    assert.equal(/^HOME=(.*)$/m.exec(said)?.[1], /^TMPDIR=(.*)$/m.exec(said)?.[1])
  })

  it('lets the command end by itself when it is told to', async () => {
    const started = await start('trap "echo bye; exit 3" TERM; echo ready; while :; do sleep 0.05; done')
    assert.equal(await firstWord(started), 'ready\n')
    const said = text(started.stdout!)
    await started.end(20_000)
    assert.equal(await said, 'bye\n')
    assert.deepEqual(await started.exited, { exitCode: 3 })
  })

  it('ends a command that ignores it, with all that it started', async () => {
    const mark = `stubborn-${context.level}`
    const started = await start(
      `trap "" TERM; setsid sh -c "sleep 600; : ${mark}" & echo ready; while :; do sleep 0.1; done`,
    )
    await firstWord(started)
    const root = await started.root
    await started.end(100)
    assert.equal(startTimeOf(root!), undefined)
    assert.deepEqual(left(mark), [])
  })

  it('ends what a command leaves behind', async () => {
    const mark = `daemon-${context.level}`
    const started = await start(`setsid env -i sh -c "sleep 600; : ${mark}" >/dev/null 2>&1 & exit 0`)
    await started.closed
    assert.deepEqual(await started.exited, { exitCode: 0 })
    assert.deepEqual(left(mark), [])
  })

  it('can be ended before it has begun', async () => {
    const mark = `early-${context.level}`
    for (let round = 0; round < 10; round++) await (await start(`sleep 600; : ${mark}`)).end(0)
    assert.deepEqual(left(mark), [])
  })

  it('hands descriptor 3 to a command that ends by itself', async () => {
    const started = await start('read line <&3; echo "got $line" >&3; read more <&3; exit 5', {
      onStarterGone: 'channel',
    })
    started.channel!.write('hello\n')
    const [answer] = (await once(started.channel!, 'data')) as [Buffer]
    assert.equal(String(answer), 'got hello\n')
    started.channel!.end()
    assert.deepEqual(await started.exited, { exitCode: 5 })
    await started.closed
  })

  it('shows a slot into which code is moved later', async () => {
    const slot = join(context.folder(), 'slot')
    const staged = join(context.folder(), 'staged')
    mkdirSync(slot)
    mkdirSync(staged)
    writeFileSync(join(staged, 'index.mjs'), "console.log('moved in', process.argv.length)")
    const mounts: readonly SandboxMount[] = [nodeMount, { path: slot, access: 'read', at: '/fn' }]
    const inside = pathInside(context.level, mounts, slot)
    assert.equal(inside, context.level === 'strict' ? '/fn' : slot)
    const started = await startSandbox(
      context.support(),
      shellCommand(`read _ <&3; touch ${inside}/x || ${process.execPath} ${inside}/code/index.mjs`, {
        mounts,
        onStarterGone: 'channel',
      }),
      pipes,
    )
    renameSync(staged, join(slot, 'code'))
    started.channel!.write('\n')
    assert.equal(await text(started.stdout!), 'moved in 2\n')
    assert.deepEqual(readdirSync(slot), ['code'])
  })

  it('runs python from its own folder and nothing beside that', async function () {
    const python = pythonProgram()
    if (python === '') return this.skip()
    const started = await start(`${python} -c 'import ssl, sqlite3, subprocess; print(subprocess.run(["true"]))'`, {
      mounts: python.startsWith('/usr/') ? [] : [{ path: dirname(dirname(python)), access: 'read' }],
    })
    assert.match(await text(started.stdout!), /returncode=0/)
  })

  it('lets code write where it may', async () => {
    const folder = join(context.folder(), 'out')
    mkdirSync(folder)
    const started = await start(`echo done > ${folder}/file`, { mounts: [{ path: folder, access: 'write' }] })
    assert.deepEqual(await started.exited, { exitCode: 0 })
    assert.equal(readFileSync(join(folder, 'file'), 'utf8'), 'done\n')
  })

  it('reaches the network when it has it', async () => {
    const server = createServer((_, response) => response.end('served')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const script = `fetch('http://127.0.0.1:${port}').then(r => r.text()).then(console.log, e => console.log(e.cause.code))`
    const command = `${process.execPath} -e "${script}"`
    const open = await start(command, { mounts: [nodeMount], network: { kind: 'full' } })
    assert.equal(await text(open.stdout!), 'served\n')
    const shut = await start(command, { mounts: [nodeMount] })
    assert.match(await text(shut.stdout!), /^(ECONNREFUSED|EAFNOSUPPORT)\n$/)
    server.close()
  })

  it('limits processor time and open files', async () => {
    const limits = { ...shellCommand('').limits, cpuSeconds: 1, files: 64 }
    const started = await start('ulimit -n; ulimit -c; while :; do :; done', { limits })
    assert.equal(await text(started.stdout!), '64\n0\n')
    const { exitCode, signal } = await started.exited
    assert.ok(exitCode === 137 || signal === 'SIGKILL', `${exitCode} ${signal}`)
  })

  it('is ended when it holds more memory than it may', async () => {
    using watch = createResourceWatch()
    const script = 'const held = []; setInterval(() => held.push(Buffer.alloc(8e6, 1)), 5)'
    const started = await start(`exec ${process.execPath} -e "${script}"`, { mounts: [nodeMount] })
    const root = (await started.root)!
    const excess = await new Promise<Excess>(resolve => watch.watch(root, { bytes: 200e6, processes: 100 }, resolve))
    await started.end(0)
    assert.equal(excess.limit, 'bytes')
    assert.ok(excess.bytes > 200e6 && excess.bytes < 1000e6, `${excess.bytes} bytes`)
    assert.equal(startTimeOf(root), undefined)
  })

  it('is ended when it has more processes than it may', async () => {
    using watch = createResourceWatch()
    const started = await start('while :; do sleep 600 & done')
    const root = (await started.root)!
    const excess = await new Promise<Excess>(resolve => watch.watch(root, { bytes: 4e9, processes: 50 }, resolve))
    await started.end(0)
    assert.equal(excess.limit, 'processes')
    assert.ok(excess.processes > 50)
  })
})
