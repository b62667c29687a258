import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { existsSync } from 'node:fs'
import { endProcessGroup } from '../../scripts/processGroup.ts'
import { run } from '../../scripts/run.ts'
import { installVscodeHost } from '../../scripts/vscodeHost/installVscodeHost.ts'
import { launchBrowser } from '../../scripts/vscodeHost/launchBrowser.ts'
import { describeInVscode } from '../support/describeInVscode.ts'
import { root } from '../support/vscodeHost.ts'

describeInVscode('npm start without VS Code on PATH', () => {
  let home: string
  let start: ChildProcess
  let said = ''

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'hks-start-'))
    const folders = (process.env['PATH'] ?? '').split(delimiter).filter(folder => !existsSync(join(folder, 'code')))
    start = spawn(process.execPath, [join(root, 'scripts/start.ts')], {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: folders.join(delimiter), HKS_START_HOME: home },
    })
    const ended = once(start, 'exit').then(() => Promise.reject(new Error(`npm start ended:\n${said}`)))
    const ready = new Promise<void>(resolve => {
      for (const stream of [start.stdout!, start.stderr!]) {
        stream.on('data', (chunk: Buffer) => {
          said += chunk.toString('utf8')
          if (said.includes('Press Ctrl-C')) resolve()
        })
      }
    })
    await Promise.race([ready, ended])
    ended.catch(() => undefined)
  })

  after(async () => {
    await endProcessGroup(start)
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  })

  it('serves the example, with the extension, to whoever has the address and asks before it trusts the folder', async () => {
    const browser = await launchBrowser(await installVscodeHost(root, () => undefined))
    try {
      const page = await browser.newPage()
      await page.goto(address())
      await page.getByRole('treeitem', { name: 'cronjobs' }).waitFor({ timeout: 60_000 })
      await page.getByRole('tab', { name: /Hexabase HKS/ }).waitFor({ timeout: 60_000 })
      await page.getByText('Restricted Mode').first().waitFor({ timeout: 60_000 })
    } finally {
      await browser.close()
    }
  })

  it('refuses who does not have the address', async () => {
    const answer = await fetch(new URL('/', address()))
    assert.equal(answer.status, 403)
  })

  it('has applied the CronJobs of the example', async () => {
    const cli = [join(root, 'dist/hks-func.mjs'), 'cronjob', 'list', '--json']
    const env = { ...process.env, HKS_HOME: join(home, 'gateway') }
    const text = await run(process.execPath, cli, { cwd: join(root, 'examples/hello-hks'), env })
    const { items } = JSON.parse(text) as { items: { name: string }[] }
    assert.deepEqual(items.map(job => job.name).sort(), ['heartbeat', 'nightly-report'])
  })

  it('ends all it started on Ctrl-C', async () => {
    const url = await gatewayUrl()
    process.kill(-start.pid!, 'SIGINT')
    const [code] = (await once(start, 'exit')) as [number | null]
    assert.equal(code, 0, said)
    await assert.rejects(fetch(new URL('/healthz', url)))
    await assert.rejects(fetch(address()))
  })

  function address(): string {
    return /http:\/\/127\.0\.0\.1:\d+\/\S+/.exec(said)![0]
  }

  async function gatewayUrl(): Promise<string> {
    const { port } = JSON.parse(await readFile(join(home, 'gateway/gateway.json'), 'utf8')) as { port: number }
    return `http://127.0.0.1:${port}`
  }
})
