import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { endProcessGroup } from '../../scripts/processGroup.ts'
import { eventually } from '../support/eventually.ts'
import { root } from '../support/vscodeHost.ts'

/** A `code` that writes down how it was called, and stays while its window would be open. */
const code = (calls: string) => `#!/usr/bin/env node
const { appendFileSync } = require('node:fs')
const args = process.argv.slice(2)
if (args.includes('--version')) {
  console.log('1.115.0\\n0123456789\\nx64')
} else {
  appendFileSync(${JSON.stringify(calls)}, JSON.stringify({ args, home: process.env.HKS_HOME, pid: process.pid }) + '\\n')
  if (args.includes('--wait')) setInterval(() => undefined, 60_000)
}
`

interface Call {
  readonly args: readonly string[]
  readonly home?: string
  readonly pid: number
}

describe('npm start with VS Code on PATH', function () {
  this.timeout(90_000)
  let home: string
  let calls: string
  let start: ChildProcess | undefined
  let said: string

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'hks-start-code-'))
    calls = join(home, 'calls.jsonl')
    said = ''
    await mkdir(join(home, 'bin'))
    await writeFile(join(home, 'bin/code'), code(calls))
    await chmod(join(home, 'bin/code'), 0o755)
  })

  afterEach(async () => {
    if (start !== undefined) await endProcessGroup(start)
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  })

  /** Starts it; resolves with the call that opens the window. */
  const open = async (): Promise<Call> => {
    const child = spawn(process.execPath, [join(root, 'scripts/start.ts')], {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        PATH: `${join(home, 'bin')}${delimiter}${process.env['PATH']}`,
        HKS_START_HOME: join(home, 'kept'),
      },
    })
    start = child
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString('utf8')
      })
    return eventually(async () => {
      const waiting = (await readCalls()).find(call => call.args.includes('--wait'))
      assert.ok(waiting !== undefined && said.includes('is open in VS Code'), said)
      return waiting
    }, 60_000)
  }
  const readCalls = async (): Promise<Call[]> => {
    const text = await readFile(calls, 'utf8').catch(() => '')
    return text.split('\n').flatMap(line => (line === '' ? [] : [JSON.parse(line) as Call]))
  }
  const hasEnded = async (pid: number): Promise<void> =>
    eventually(() => assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' }))

  it('installs the package into a VS Code of its own and opens the example there, until Ctrl-C', async () => {
    const window = await open()
    const folder = join(home, 'kept/code')
    const own = ['--user-data-dir', join(folder, 'user-data'), '--extensions-dir', join(folder, 'extensions')]
    const [install] = await readCalls()
    assert.deepEqual(install?.args.slice(0, 5), [...own, '--install-extension'])
    assert.match(install?.args[5] ?? '', /hexabase-hks-.*\.vsix$/)
    assert.deepEqual(window.args, [...own, '--new-window', '--wait', join(root, 'examples/hello-hks')])
    assert.equal(window.home, join(home, 'kept/gateway'))
    const { pid } = JSON.parse(await readFile(join(home, 'kept/gateway/gateway.json'), 'utf8')) as { pid: number }

    process.kill(-start!.pid!, 'SIGINT')
    const [exitCode] = (await once(start!, 'exit')) as [number | null]
    assert.equal(exitCode, 0, said)
    await hasEnded(window.pid)
    await hasEnded(pid)
  })

  it('ends by itself when the window is closed', async () => {
    const window = await open()
    const { pid } = JSON.parse(await readFile(join(home, 'kept/gateway/gateway.json'), 'utf8')) as { pid: number }
    process.kill(window.pid)
    const [exitCode] = (await once(start!, 'exit')) as [number | null]
    assert.equal(exitCode, 0, said)
    await hasEnded(pid)
  })
})
