import assert from 'node:assert/strict'
import { access, cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GatewayClient } from '../../src/client/gatewayClient.ts'
import type { CronJob } from '../../src/contract/cronJobs.ts'
import type { ExecutionSummary } from '../../src/contract/executions.ts'
import type { Function } from '../../src/contract/functions.ts'
import type { Project } from '../../src/contract/projects.ts'
import { describeInVscode } from '../support/describeInVscode.ts'
import { eventually } from '../support/eventually.ts'
import { gatewayOf } from '../support/gatewayOf.ts'
import { packagedExtension } from '../support/packagedExtension.ts'
import { artifacts, root, startVscode, type Vscode } from '../support/vscodeHost.ts'
import { type Workbench, workbench } from '../support/workbench.ts'
import type { TreeRow } from '../support/workbench/sideBarView.ts'

/** Two folders in one window; each is a project of its own. What came of each step is asked of the gateway. */
describeInVscode('a window with two folders', function () {
  this.timeout(240_000)
  let home: string
  let vscode: Vscode
  let window: Workbench

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'hks-projects-'))
    const shout = join(root, 'examples/hello-hks/functions/shout')
    for (const name of ['first', 'second']) await cp(shout, join(home, name, 'functions/shout'), { recursive: true })
    const both = join(home, 'both.code-workspace')
    await writeFile(both, JSON.stringify({ folders: [{ path: 'first' }, { path: 'second' }] }))
    vscode = await startVscode({ folder: both, vsix: await packagedExtension(), hksHome: join(home, 'data') })
    window = workbench(vscode.page)
    await window.openContainer('Hexabase HKS')
    await window.view('CronJobs').welcome.getByText('New CronJob').waitFor()
  })

  after(async () => {
    await vscode?.stop()
    await rm(home, { recursive: true, force: true })
  })

  afterEach(async function () {
    if (this.currentTest?.state === 'failed' && window)
      await window.screenshot(join(artifacts, `projects-${this.currentTest.title.replace(/\W+/g, '-')}.png`))
  })

  const gateway = () => gatewayOf(vscode.hksHome)
  const project = async (name: string): Promise<Project> => {
    const { items } = await (await gateway()).call('listProjects')
    const found = items.filter(item => item.name === name)
    assert.equal(found.length, 1, `projects: ${items.map(item => item.name).join(', ')}`)
    return found[0]!
  }
  const jobsOf = async (name: string): Promise<CronJob[]> => {
    const { id } = await project(name)
    return (await (await gateway()).call('listCronJobs')).items.filter(job => job.projectId === id)
  }
  const functionsOf = async (name: string): Promise<Function[]> => {
    const { id } = await project(name)
    return (await (await gateway()).call('listFunctions', { params: { id } })).items
  }
  const rowOf = async (label: string, view = 'CronJobs'): Promise<TreeRow | undefined> =>
    (await window.view(view).rows()).find(row => row.label === label)
  const runsOf = async ({ id }: CronJob): Promise<ExecutionSummary[]> => {
    const { items } = await (await gateway()).call('listExecutions', { params: { id } })
    return items.toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt))
  }
  const createSuspended = async (name: string): Promise<CronJob> => {
    const { id: projectId } = await project('second')
    const body = { projectId, name, schedule: '@every 20s', command: ['true'], suspend: true }
    const job = await (await gateway()).call('createCronJob', { body })
    await window.view('CronJobs').row(name).waitFor()
    return job
  }
  const askToResume = async (job: string): Promise<void> => {
    await window.view('CronJobs').menu(job, 'Resume CronJob')
    await window.quickInput.items()
  }

  it('asks for which of them a new CronJob is, and shows both once there is one', async () => {
    await window.view('CronJobs').welcome.getByText('New CronJob').click()
    await window.quickInput.pick('second')
    const { content } = await window.webview('New CronJob')
    await content.getByLabel('Name', { exact: true }).fill('mark')
    await content.getByLabel('Command', { exact: true }).fill('pwd > where.txt')
    await content.getByRole('button', { name: 'Create' }).first().click()
    await window.view('CronJobs').row('mark').waitFor()
    assert.deepEqual(
      (await window.view('CronJobs').rows()).map(row => [row.label, row.level, row.description === 'no CronJobs yet']),
      [
        ['first', 1, true],
        ['second', 1, false],
        ['mark', 2, false],
      ],
    )
    const names = (await jobsOf('second')).map(job => job.name)
    assert.deepEqual([names, await jobsOf('first')], [['mark'], []])
  })

  it('takes the form of a new CronJob as its editor', async () => {
    await window.webview('Schedule of mark')
    await window.view('CronJobs').menu('mark', 'Edit Schedule')
    await window.webview('Schedule of mark')
    assert.deepEqual(await window.tabs(), ['Schedule of mark'])
  })

  it('runs a CronJob in the folder of its project', async () => {
    await window.view('CronJobs').action('mark', 'Run Now')
    const where = () => readFile(join(home, 'second/where.txt'), 'utf8')
    await eventually(async () => assert.equal((await where()).trim(), join(home, 'second')))
  })

  it('deploys a function to the project of the folder that holds it', async () => {
    await window.runCommand('Hexabase HKS: Deploy Function')
    await window.quickInput.pick('second/functions/shout')
    await window.notifications.waitFor(/shout is deployed as revision 1/)
    await window.notifications.clear()
    const names = (await functionsOf('second')).map(fn => fn.name)
    assert.deepEqual([names, await functionsOf('first')], [['shout'], []])
  })

  it('deploys the function of a row from its own folder, where another has one of that name', async () => {
    await window.view('Functions').menu('shout', 'Deploy Function')
    await window.notifications.waitFor(/shout is deployed as revision 2/)
    await window.notifications.clear()
    assert.deepEqual(await functionsOf('first'), [])
  })

  it('creates a function from a template in the folder on whose row that was asked', async () => {
    await window.view('Functions').action('first', 'New Function from Template')
    const templates = vscode.page.locator('.quick-input-list .monaco-list-row')
    await templates.filter({ hasText: 'hello' }).filter({ hasText: 'node' }).click()
    await window.quickInput.answer('Name of the function', 'salute')
    await window.quickInput.answer(/^Folder inside first/, 'functions/salute')
    await vscode.page.locator('.part.editor .tab').filter({ hasText: 'index.mjs' }).waitFor()
    await access(join(home, 'first/functions/salute/function.yaml'))
    // The open file says which function is meant.
    await window.runCommand('Hexabase HKS: Deploy Function')
    await window.notifications.waitFor(/salute is deployed as revision 1/)
    await window.notifications.clear()
    assert.deepEqual(
      (await functionsOf('first')).map(fn => fn.name),
      ['salute'],
    )
  })

  it('resumes a CronJob without the run that it missed, when that is chosen', async () => {
    const client = await gateway()
    const job = await createSuspended('skipped')
    const missed = await missedRun(client, job)
    await askToResume('skipped')
    await window.quickInput.pick('Resume without the missed run')
    const [first] = await eventually(async () => {
      const runs = await runsOf(job)
      assert.ok(runs.length > 0, 'it has not run yet')
      return runs
    }, 90_000)
    assert.ok(Date.parse(first!.scheduledAt ?? '') > Date.parse(missed), `${first!.scheduledAt} is not after ${missed}`)
    await client.call('deleteCronJob', { params: { id: job.id } })
    await window.view('CronJobs').row('skipped').waitFor({ state: 'detached' })
  })

  it('starts the missed run at once, when that is chosen', async () => {
    const client = await gateway()
    const job = await createSuspended('late')
    const missed = await missedRun(client, job)
    await askToResume('late')
    await window.quickInput.pick('Resume and start the missed run now')
    const [first] = await eventually(async () => {
      const runs = await runsOf(job)
      assert.ok(runs.length > 0, 'it has not run yet')
      return runs
    })
    assert.equal(first!.scheduledAt, missed)
    await client.call('deleteCronJob', { params: { id: job.id } })
    await window.view('CronJobs').row('late').waitFor({ state: 'detached' })
  })

  it('finishes what a panel asked for when the panel is closed before the answer', async () => {
    const client = await gateway()
    const { pid } = await client.call('getGateway')
    const [mark] = await jobsOf('second')
    const runs = async () => (await client.call('listExecutions', { params: { id: mark!.id } })).items.length
    const before = await runs()
    await window.view('CronJobs').menu('mark', 'Execution History')
    const { content } = await window.webview('History of mark')
    const runNow = content.getByRole('button', { name: 'Run now' }).first()
    await runNow.waitFor()
    process.kill(pid, 'SIGSTOP')
    try {
      await runNow.click()
      await window.runCommand('View: Close Editor')
      await eventually(async () => assert.ok(!(await window.tabs()).includes('History of mark')))
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    await eventually(async () => assert.equal(await runs(), before + 1))
    assert.deepEqual(
      (await window.notifications.all()).filter(text => !text.includes('keepRunning')),
      [],
    )
  })

  it('says that a folder is gone once something needs it, and goes on with the other', async () => {
    await rename(join(home, 'second'), join(home, 'moved'))
    await window.view('CronJobs').action('mark', 'Run Now')
    await window.notifications.waitFor(/The folder .* of the project "second" is not there/)
    await eventually(async () => assert.equal((await rowOf('second'))?.description, 'folder is missing'))
    await window.notifications.clear()
    await window.runCommand('Hexabase HKS: Refresh')
    await window.view('Functions').menu('salute', 'Deploy Function')
    await window.notifications.waitFor(/salute is deployed as revision 2/)
    assert.equal((await rowOf('second'))?.description, 'folder is missing')
    await window.notifications.clear()
  })

  it('relinks the project to the new place, though that was opened before', async () => {
    const moved = join(home, 'moved')
    await (await gateway()).call('openProject', { body: { path: moved } })
    await rm(join(moved, 'where.txt'))
    await window.view('CronJobs').action('second', 'Relink Project')
    const dialog = vscode.page.locator('.quick-input-widget').filter({ hasText: 'New place of second' })
    await window.quickInput.pick('moved')
    const path = dialog.locator('.quick-input-filter input')
    await eventually(async () => assert.equal((await path.inputValue()).replace(/\/$/, ''), moved))
    await dialog.getByRole('button', { name: 'Relink' }).click()
    await eventually(async () => assert.equal((await rowOf('second'))?.description, ''))
    assert.equal((await project('second')).path, moved)
    // It is of no folder of this window any more, so its row is closed.
    await window.view('CronJobs').expand('second')
    await window.view('CronJobs').action('mark', 'Run Now')
    await eventually(async () => assert.equal((await readFile(join(moved, 'where.txt'), 'utf8')).trim(), moved))
  })

  it('forgets a project after saying with what, and leaves its files', async () => {
    const { id } = await project('second')
    await window.view('CronJobs').menu('second', 'Forget Project')
    assert.match(await window.dialog.text(), /Forget second\?[^]*secrets are deleted[^]*files of the folder stay/)
    await window.dialog.press('Forget Project, 1 CronJob and 1 Function')
    await window.view('CronJobs').row('mark').waitFor({ state: 'detached' })
    await eventually(async () => {
      const { items } = await (await gateway()).call('listProjects')
      assert.ok(!items.some(item => item.id === id))
    })
    await access(join(home, 'moved/functions/shout/index.mjs'))
  })

  it('makes a new project of a folder that is open when its project was forgotten', async () => {
    const { createdAt } = await project('first')
    await window.view('Functions').menu('first', 'Forget Project')
    await window.dialog.press('Forget Project and 1 Function')
    await window.view('Functions').row('salute').waitFor({ state: 'detached' })
    await eventually(async () => assert.notEqual((await project('first')).createdAt, createdAt))
    await window.runCommand('View: Close All Editors')
    await window.view('Functions').welcome.getByText('Deploy a Function').click()
    await window.quickInput.pick('first/functions/salute')
    await window.notifications.waitFor(/salute is deployed as revision 1/)
    assert.equal((await functionsOf('first')).length, 1)
  })
})

/**
 * Waits until resuming a CronJob that was just suspended would start a run at once; answers when that was due. Twenty
 * seconds are left until the next is.
 */
const missedRun = (client: GatewayClient, { id }: CronJob): Promise<string> =>
  eventually(async () => {
    const { startsAtOnce } = await client.call('previewResume', { params: { id } })
    assert.ok(startsAtOnce !== undefined, 'no run was missed yet')
    return startsAtOnce
  })
