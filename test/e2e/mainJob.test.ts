import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { run } from '../../scripts/run.ts'
import { listProcesses } from '../../src/gateway/platform/processTable.ts'
import { describeInVscode } from '../support/describeInVscode.ts'
import { eventually } from '../support/eventually.ts'
import { gatewayOf } from '../support/gatewayOf.ts'
import { packagedExtension } from '../support/packagedExtension.ts'
import { artifacts, root, startVscode, type Vscode } from '../support/vscodeHost.ts'
import { type Workbench, workbench } from '../support/workbench.ts'

/** A minute until a run is due, and what a busy machine adds. */
const aMinute = 90_000

/** The README's promise, sentence by sentence, with mouse and keyboard; each step is seen from outside, too. */
describeInVscode('the main job', function () {
  this.timeout(240_000)
  this.bail(true)
  let home: string
  let folder: string
  let vscode: Vscode
  let page: Page
  let window: Workbench

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'hks-main-job-'))
    folder = join(home, 'hello-hks')
    await cp(join(root, 'examples/hello-hks'), folder, { recursive: true })
    vscode = await startVscode({ folder, vsix: await packagedExtension(), hksHome: join(home, 'data') })
    page = vscode.page
    window = workbench(page)
  })

  after(async () => {
    await vscode?.stop()
    await rm(home, { recursive: true, force: true })
  })

  afterEach(async function () {
    if (this.currentTest?.state === 'failed' && window)
      await window.screenshot(join(artifacts, `mainJob-${this.currentTest.title.replace(/\W+/g, '-')}.png`))
  })

  const gateway = () => gatewayOf(vscode.hksHome)
  const ticks = async (): Promise<string[]> =>
    (await readFile(join(folder, 'ticks.txt'), 'utf8').catch(() => '')).split('\n').filter(line => line !== '')

  it('shows the CronJobs and functions of the project in the side bar', async () => {
    await window.openContainer('Hexabase HKS')
    await window.view('CronJobs').welcome.getByText('New CronJob').waitFor()
    // As npm start brings in the example's manifests.
    const manifests = ['heartbeat', 'nightly-report'].flatMap(name => ['-f', `cronjobs/${name}.yaml`])
    await run(process.execPath, [join(root, 'dist/hks-func.mjs'), 'cronjob', 'apply', ...manifests], {
      cwd: folder,
      env: { ...process.env, HKS_HOME: vscode.hksHome },
    })
    const view = window.view('CronJobs')
    await view.row('hello-hks').waitFor()
    await view.expand('hello-hks')
    await view.row('heartbeat').waitFor()
    await view.row('nightly-report').waitFor()
    const jobs = await (await gateway()).call('listCronJobs')
    assert.deepEqual(jobs.items.map(job => job.name).sort(), ['heartbeat', 'nightly-report'])
  })

  it('creates a CronJob with the schedule picker', async () => {
    await window.view('CronJobs').titleAction('Create CronJob')
    const { content } = await window.webview('New CronJob')
    await content.getByLabel('Name', { exact: true }).fill('tick')
    await content.getByRole('radio', { name: 'Every N' }).click()
    await content.getByLabel('Every how many').fill('1')
    await content.getByLabel('Unit').selectOption('minutes')
    await content.getByText('Every minute').first().waitFor()
    await content
      .getByLabel('Command', { exact: true })
      .fill('echo "tick from $HKS_JOB_NAME"; date +%s >> ticks.txt; sleep 2; echo done')
    await content.getByRole('button', { name: 'Create', exact: false }).first().click()
    await window.view('CronJobs').row('tick').waitFor()
    const jobs = await (await gateway()).call('listCronJobs')
    const tick = jobs.items.find(job => job.name === 'tick')
    assert.equal(tick?.schedule, '* * * * *')
    assert.deepEqual(tick.command?.slice(0, 2), ['sh', '-c'])
  })

  it('watches it run by itself', async () => {
    await eventually(async () => assert.ok((await ticks()).length > 0, 'no line in ticks.txt'), aMinute)
    await eventually(async () => {
      const row = (await window.view('CronJobs').rows()).find(({ label }) => label === 'tick')
      assert.match(row?.spoken ?? '', /running|succeeded/)
    }, aMinute)
    const [line] = await ticks()
    const started = Number(line) % 60
    assert.ok(started < 30, `started ${started} s after the minute`)
  })

  it('runs it by hand and follows its log', async () => {
    const before = (await ticks()).length
    await window.view('CronJobs').action('tick', 'Run Now')
    await eventually(async () => assert.ok((await ticks()).length > before, 'no new line in ticks.txt'), aMinute)
    const running = listProcesses().filter(entry => entry.runId !== undefined)
    assert.ok(running.length > 0, 'no process of a run is there')
    await window.output.waitFor(/tick from tick/)
    await window.output.waitFor(/done/)
    assert.match(await window.output.channel(), /tick/)
  })

  it('reads its execution history and the log of a run', async () => {
    await window.view('CronJobs').menu('tick', 'Execution History')
    const { content } = await window.webview('History of tick')
    await content
      .getByRole('row')
      .filter({ hasText: /by hand|manual/i })
      .first()
      .click()
    await content.getByText('tick from tick').first().waitFor()
    const jobs = await (await gateway()).call('listCronJobs')
    const tick = jobs.items.find(job => job.name === 'tick')
    const ledger = await (await gateway()).call('getLedger', { params: { id: tick!.id } })
    assert.ok(ledger.items.some(entry => entry.execution?.trigger === 'manual'))
    assert.ok(ledger.items.some(entry => entry.execution?.trigger === 'schedule'))
  })

  it('creates a function from a template', async () => {
    await window.view('Functions').titleAction('New Function from Template')
    const templates = page.locator('.quick-input-list .monaco-list-row')
    await templates.filter({ hasText: 'hello' }).filter({ hasText: 'node' }).click()
    await window.quickInput.answer('Name of the function', 'salute')
    await window.quickInput.answer(/^Folder inside/, 'functions/salute')
    await page.locator('.part.editor .tab').filter({ hasText: 'index.mjs' }).waitFor()
    assert.match(await readFile(join(folder, 'functions/salute/function.yaml'), 'utf8'), /name: salute/)
  })

  it('deploys it from the open workspace', async () => {
    await window.runCommand('Hexabase HKS: Deploy Function')
    await window.notifications.waitFor(/salute is deployed as revision 1/)
    const view = window.view('Functions')
    await view.expand('hello-hks')
    await view.row('salute').waitFor()
    const client = await gateway()
    const project = (await client.call('listProjects')).items[0]
    const functions = await client.call('listFunctions', { params: { id: project!.id } })
    const salute = functions.items.find(fn => fn.name === 'salute')
    const { url, headers } = await client.call('getFunctionAccess', { params: { id: salute!.id } })
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: '{"name": "outside"}',
    })
    assert.equal(response.status, 200)
    assert.match(await response.text(), /Hello, outside/)
  })

  it('invokes it and shows the answer and the log of that call', async () => {
    await window.view('Functions').action('salute', 'Invoke Function')
    const { content } = await window.webview('Invoke salute')
    await content.getByLabel('Payload as JSON').fill('{"name": "Ada"}')
    await content.getByRole('button', { name: 'Invoke', exact: true }).click()
    await content.getByRole('region', { name: 'Text of the answer' }).getByText('Hello, Ada').waitFor()
    await content.getByRole('log').getByText('greeting Ada').waitFor()
  })

  it('follows its log in an output channel', async () => {
    await window.view('Functions').action('salute', 'Follow Logs')
    await window.output.waitFor(/greeting Ada/)
    const client = await gateway()
    const project = (await client.call('listProjects')).items[0]
    const functions = await client.call('listFunctions', { params: { id: project!.id } })
    const { url, headers } = await client.call('getFunctionAccess', {
      params: { id: functions.items.find(fn => fn.name === 'salute')!.id },
    })
    await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: '{"name": "Grace"}',
    })
    await window.output.waitFor(/greeting Grace/)
  })
})
