import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../scripts/run.ts'
import { findGateway } from '../../src/client/findGateway.ts'
import type { CronJob } from '../../src/contract/cronJobs.ts'
import type { Function } from '../../src/contract/functions.ts'
import { describeInVscode } from '../support/describeInVscode.ts'
import { eventually } from '../support/eventually.ts'
import { gatewayOf } from '../support/gatewayOf.ts'
import { npmFiles, type NpmRegistry, openNpmRegistry } from '../support/npmRegistry.ts'
import { packagedExtension } from '../support/packagedExtension.ts'
import { artifacts, root, startVscode, type Vscode } from '../support/vscodeHost.ts'
import { type Workbench, workbench } from '../support/workbench.ts'
import type { TreeRow } from '../support/workbench/sideBarView.ts'

/** Each command by mouse or keyboard; what it did is asked of the gateway, not of the window. */
describeInVscode('the commands', function () {
  this.timeout(240_000)
  let home: string
  let folder: string
  let registry: NpmRegistry
  let vscode: Vscode
  let window: Workbench

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'hks-commands-'))
    folder = join(home, 'hello-hks')
    await cp(join(root, 'examples/hello-hks'), folder, { recursive: true })
    await mkdir(join(folder, 'single'))
    await writeFile(join(folder, 'single/broken.mjs'), 'export const handler = () => (\n')
    await writeFile(
      join(folder, 'single/endless.mjs'),
      'await new Promise(r => setTimeout(r, 600_000))\nexport const handler = () => 1\n',
    )
    await writeFile(
      join(folder, 'cronjobs/wrong.yaml'),
      'apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: wrong}\n',
    )
    registry = await openNpmRegistry()
    await mkdir(join(folder, 'functions/packaged'))
    const packaged = {
      'function.yaml': 'name: packaged\nruntime: node\nhandler: packaged.handler\n',
      'packaged.mjs': "import hello from 'greeting'\nexport const handler = hello\n",
      '.npmrc': `registry=${registry.origin}\n`,
      ...npmFiles({ greeting: registry.publish('greeting', '1.0.0', {}) }),
    }
    for (const [name, text] of Object.entries(packaged)) await writeFile(join(folder, 'functions/packaged', name), text)
    await mkdir(join(folder, 'functions/scaled'))
    const scaled = 'name: scaled\nruntime: node\nhandler: scaled.handler\nscaling:\n  maxScale: 2\n  minScale: 3\n'
    await writeFile(join(folder, 'functions/scaled/function.yaml'), scaled)
    await writeFile(join(folder, 'functions/scaled/scaled.mjs'), 'export const handler = () => 1\n')
    vscode = await startVscode({ folder, vsix: await packagedExtension(), hksHome: join(home, 'data') })
    await vscode.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    window = workbench(vscode.page)
    await window.openContainer('Hexabase HKS')
    await window.view('CronJobs').welcome.getByText('New CronJob').waitFor()
  })

  after(async () => {
    await vscode?.stop()
    await registry?.[Symbol.asyncDispose]()
    await rm(home, { recursive: true, force: true })
  })

  afterEach(async function () {
    if (this.currentTest?.state === 'failed' && window)
      await window.screenshot(join(artifacts, `commands-${this.currentTest.title.replace(/\W+/g, '-')}.png`))
  })

  const gateway = () => gatewayOf(vscode.hksHome)
  const jobs = async (): Promise<Map<string, CronJob>> =>
    new Map((await (await gateway()).call('listCronJobs')).items.map(job => [job.name, job]))
  const functions = async (): Promise<Map<string, Function>> => {
    const client = await gateway()
    const [project] = (await client.call('listProjects')).items
    const { items } = await client.call('listFunctions', { params: { id: project!.id } })
    return new Map(items.map(fn => [fn.name, fn]))
  }
  const rowOf = async (view: string, label: string): Promise<TreeRow | undefined> =>
    (await window.view(view).rows()).find(row => row.label === label)
  const clipboard = (): Promise<string> => vscode.page.evaluate('navigator.clipboard.readText()')
  const tab = (file: string) => vscode.page.locator(`.part.editor .tab[data-resource-name="${file}"]`)
  const open = async (file: string): Promise<void> => {
    await vscode.page.keyboard.press('Control+P')
    await vscode.page.locator('.quick-input-widget input').first().fill(file)
    await window.quickInput.pick(file)
    await tab(file).waitFor()
  }

  it('bring a manifest into the project and say what of it has no effect here', async () => {
    await window.runCommand('Hexabase HKS: Add to Project')
    await window.quickInput.pick('cronjobs/nightly-report.yaml')
    await window.notifications.waitFor(/Added to the project: nightly-report\. image .* is ignored on local/)
    assert.equal((await jobs()).get('nightly-report')?.timeZone, 'Europe/Berlin')
    await window.notifications.clear()
  })

  it('name file and line of a manifest that cannot run, in the Problems view too', async () => {
    await window.runCommand('Hexabase HKS: Add to Project')
    await window.quickInput.pick('cronjobs/wrong.yaml')
    await window.notifications.waitFor(/wrong\.yaml:\d+: spec\.schedule: is missing/)
    await window.notifications.press(/spec\.schedule/, 'Open File')
    await vscode.page.locator('.monaco-editor .squiggly-error').first().waitFor({ state: 'attached' })
    assert.equal((await jobs()).has('wrong'), false)
  })

  it('suspend and resume a CronJob', async () => {
    await window.view('CronJobs').expand('hello-hks')
    await window.runCommand('Hexabase HKS: Suspend CronJob')
    await eventually(async () => assert.match((await rowOf('CronJobs', 'nightly-report'))?.spoken ?? '', /suspended/))
    assert.equal((await jobs()).get('nightly-report')?.suspend, true)
    await window.runCommand('Hexabase HKS: Resume CronJob')
    await eventually(async () => assert.equal((await jobs()).get('nightly-report')?.suspend, false))
  })

  it('stop a run after asking once', async () => {
    const client = await gateway()
    const [project] = (await client.call('listProjects')).items
    const body = { projectId: project!.id, name: 'sleeper', schedule: '0 0 1 1 *', command: ['sleep', '600'] }
    const sleeper = await client.call('createCronJob', { body })
    await window.view('CronJobs').action('sleeper', 'Run Now')
    await eventually(async () => assert.match((await rowOf('CronJobs', 'sleeper'))?.description ?? '', /running \d/))
    await window.runCommand('Hexabase HKS: Stop Run')
    assert.match(await window.dialog.text(), /Stop this run of sleeper\?/)
    await window.dialog.press('Stop Run')
    await eventually(async () => {
      const { items } = await client.call('listExecutions', { params: { id: sleeper.id } })
      assert.deepEqual(
        items.map(run => run.status),
        ['failed'],
      )
    })
  })

  it('delete a CronJob after saying with how many runs', async () => {
    await window.view('CronJobs').select('sleeper')
    await window.runCommand('Hexabase HKS: Delete CronJob')
    await window.quickInput.pick('sleeper')
    assert.match(await window.dialog.text(), /Delete sleeper\?/)
    await window.dialog.press('Delete CronJob and 1 Run')
    await window.view('CronJobs').row('sleeper').waitFor({ state: 'detached' })
    assert.equal((await jobs()).has('sleeper'), false)
  })

  it('set a secret whose value is never seen', async () => {
    await window.runCommand('Hexabase HKS: Set Secret')
    await window.quickInput.answer(/^SECRET\/KEY/, 'api/token')
    await window.quickInput.answer(/^Value of api\/token/, 'hidden-42')
    const client = await gateway()
    const [project] = (await client.call('listProjects')).items
    await eventually(async () => {
      const { items } = await client.call('listSecrets', { params: { id: project!.id } })
      assert.deepEqual(items, [{ name: 'api', keys: ['token'] }])
    })
    assert.doesNotMatch(await vscode.page.locator('body').innerText(), /hidden-42/)
  })

  it('mark the line of a source that cannot be loaded, and deploy nothing', async () => {
    await open('broken.mjs')
    await window.runCommand('Hexabase HKS: Deploy Function')
    await window.quickInput.answer(/^Name of the function/, 'broken')
    await window.notifications.waitFor(/broken\.mjs/)
    await vscode.page.locator('.monaco-editor .squiggly-error').first().waitFor({ state: 'attached' })
    assert.equal((await functions()).get('broken')?.revision ?? 0, 0)
    await window.notifications.clear()
  })

  it('mark the line of function.yaml that the gateway refuses, and open it', async () => {
    await open('scaled.mjs')
    await window.runCommand('Hexabase HKS: Deploy Function')
    const refusal = /function\.yaml:6: scaling\.minScale: 3 must not be above scaling\.maxScale, which is 2\./
    await window.notifications.press(refusal, 'Open File')
    await tab('function.yaml').waitFor()
    await vscode.page.locator('.monaco-editor .squiggly-error').first().waitFor({ state: 'attached' })
    assert.equal((await functions()).get('scaled'), undefined)
  })

  it('deploy what the open function.yaml says, though it is not saved yet', async () => {
    await vscode.page.keyboard.press('End')
    await vscode.page.keyboard.press('Backspace')
    await vscode.page.keyboard.type('1')
    await window.runCommand('Hexabase HKS: Deploy Function')
    await window.notifications.waitFor(/scaled is deployed as revision 1/)
    await window.notifications.clear()
  })

  it('end a deployment when its progress is cancelled', async () => {
    await open('endless.mjs')
    await window.runCommand('Hexabase HKS: Deploy Function')
    await window.quickInput.answer(/^Name of the function/, 'endless')
    await eventually(async () => assert.match((await rowOf('Functions', 'endless'))?.description ?? '', /deploying/))
    await window.notifications.press(/Deploying endless/, 'Cancel')
    await eventually(async () => assert.notEqual((await functions()).get('endless')?.status, 'deploying'))
    assert.equal((await functions()).get('endless')?.revision ?? 0, 0)
  })

  it('say which packages are installed, and end that with the deployment', async () => {
    const asked = registry.hang()
    await open('packaged.mjs')
    await window.runCommand('Hexabase HKS: Deploy Function')
    await asked
    await window.notifications.waitFor(/Deploying packaged.*installing 0 of 1 packages/)
    await window.screenshot(join(artifacts, 'commands-installing.png'))
    await window.notifications.press(/Deploying packaged/, 'Cancel')
    await eventually(async () => assert.notEqual((await functions()).get('packaged')?.status, 'deploying'))
    assert.equal((await functions()).get('packaged')?.revision ?? 0, 0)
  })

  it('deploy the function of a row, and copy how to call it', async () => {
    await run(process.execPath, [join(root, 'dist/hks-func.mjs'), 'deploy'], {
      cwd: join(folder, 'functions/shout'),
      env: { ...process.env, HKS_HOME: vscode.hksHome },
    })
    await window.view('Functions').row('shout').waitFor()
    await window.view('Functions').menu('shout', 'Copy as curl')
    await eventually(async () => assert.match(await clipboard(), /^curl -sS 'http/))
    const answer = await run('sh', ['-c', await clipboard()])
    assert.doesNotMatch(answer, /HKS-Function-Token/)
    await window.view('Functions').menu('shout', 'Copy URL')
    await eventually(async () => assert.equal(await clipboard(), (await functions()).get('shout')?.url))
    await window.view('Functions').menu('shout', 'Deploy Function')
    await window.notifications.waitFor(/shout is deployed as revision 2/)
    await window.notifications.clear()
  })

  it('delete a function after asking once', async () => {
    await window.view('Functions').menu('shout', 'Delete Function')
    await window.dialog.press('Delete Function and Its Revisions')
    await eventually(async () => assert.equal((await functions()).has('shout'), false))
  })

  it('look again for the sandbox, and put what mends it into a terminal', async () => {
    const { sandbox } = await (await gateway()).call('getGateway')
    await window.statusBarItem(`HKS: local ${sandbox.level}`).click()
    await window.quickInput.pick('Check the sandbox again')
    await window.notifications.waitFor(/Functions run/)
    await window.notifications.clear()
    await window.runCommand('Hexabase HKS: Mend Sandbox')
    const mend = sandbox.problems.find(problem => problem.mend !== undefined)?.mend
    if (mend === undefined) await window.notifications.waitFor(/Nothing is missing|No command mends that/)
    else await vscode.page.locator('.xterm-accessibility-tree, .xterm-rows').getByText(mend).first().waitFor()
    await window.notifications.clear()
  })

  it('stop the gateway, and start it again from its row', async () => {
    const { pid } = await (await gateway()).call('getGateway')
    await window.statusBarItem('HKS: local').click()
    await window.quickInput.pick('Stop gateway')
    await window.view('CronJobs').row('The gateway is stopped').waitFor()
    await eventually(async () => assert.equal((await findGateway(vscode.hksHome)).kind, 'none'))
    await window.view('CronJobs').select('Start the gateway')
    await window.view('CronJobs').row('The gateway is stopped').waitFor({ state: 'detached' })
    await eventually(async () => assert.notEqual((await (await gateway()).call('getGateway')).pid, pid))
  })

  it('restart the gateway and show its log', async () => {
    const { pid } = await (await gateway()).call('getGateway')
    await window.runCommand('Hexabase HKS: Restart Gateway')
    await eventually(async () => assert.notEqual((await (await gateway()).call('getGateway')).pid, pid))
    await window.runCommand('Hexabase HKS: Show Gateway Log')
    await tab('gateway.log').waitFor()
  })
})
