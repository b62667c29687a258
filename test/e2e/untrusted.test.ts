import assert from 'node:assert/strict'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../scripts/run.ts'
import { describeInVscode } from '../support/describeInVscode.ts'
import { packagedExtension } from '../support/packagedExtension.ts'
import { artifacts, root, startVscode, type Vscode } from '../support/vscodeHost.ts'
import { type Workbench, workbench } from '../support/workbench.ts'

describeInVscode('a folder that is not trusted', function () {
  this.timeout(240_000)
  let home: string
  let folder: string
  let vscode: Vscode
  let window: Workbench

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'hks-untrusted-'))
    folder = join(home, 'hello-hks')
    await cp(join(root, 'examples/hello-hks'), folder, { recursive: true })
    const vsix = await packagedExtension()
    // The project is known from before, so there is something to look at.
    await hksFunc('cronjob', 'apply', '-f', 'cronjobs/nightly-report.yaml')
    vscode = await startVscode({ folder, vsix, hksHome: join(home, 'data'), workspaceTrust: 'on' })
    window = workbench(vscode.page)
  })

  after(async () => {
    await vscode?.stop()
    await rm(home, { recursive: true, force: true })
  })

  afterEach(async function () {
    if (this.currentTest?.state === 'failed' && window)
      await window.screenshot(join(artifacts, `untrusted-${this.currentTest.title.replace(/\W+/g, '-')}.png`))
  })

  /** The command line in the folder, against the same data; answers what it prints. */
  const hksFunc = (...args: string[]): Promise<string> =>
    run(process.execPath, [join(root, 'dist/hks-func.mjs'), ...args], {
      cwd: folder,
      env: { ...process.env, HKS_HOME: join(home, 'data') },
    })

  it('is opened in restricted mode', async () => {
    await window.statusBarItem('Restricted Mode').waitFor()
  })

  it('shows the CronJobs of its project', async () => {
    await window.openContainer('Hexabase HKS')
    const view = window.view('CronJobs')
    await view.row('hello-hks').waitFor()
    await view.expand('hello-hks')
    await view.row('nightly-report').waitFor()
  })

  it('explains a manifest, and offers nothing above it that would run', async () => {
    await window.quickInput.inPalette('nightly-report.yaml', palette => palette.pick('nightly-report.yaml'))
    const lenses = vscode.page.locator('.part.editor .codelens-decoration')
    await lenses.getByText('At 02:30 every day').waitFor()
    await lenses.getByText('Compare').waitFor()
    assert.equal(await lenses.getByText('Run Locally').count(), 0)
    assert.equal(await lenses.getByText('Apply').count(), 0)
    await vscode.page.locator('.part.editor .squiggly-warning').first().waitFor({ state: 'attached' })
  })

  it('says why nothing is done when a CronJob is to run, and runs nothing', async () => {
    await window.view('CronJobs').action('nightly-report', 'Run Now')
    await window.notifications.waitFor(/the folder is not trusted\. Nothing was done/)
    const { items } = JSON.parse(await hksFunc('cronjob', 'history', 'nightly-report', '--json')) as { items: object[] }
    assert.deepEqual(
      items.filter(item => 'execution' in item),
      [],
    )
    await window.notifications.clear()
  })

  it('says the same when a function is to be deployed, and deploys nothing', async () => {
    await window.runCommand('Hexabase HKS: Deploy Function')
    await window.notifications.waitFor(/the folder is not trusted\. Nothing was done/)
    const { items } = JSON.parse(await hksFunc('list', '--json')) as { items: object[] }
    assert.deepEqual(items, [])
    await window.notifications.clear()
  })

  it('says the same when a function is to be debugged', async () => {
    await window.runCommand('Hexabase HKS: Debug Function')
    await window.notifications.waitFor(/the folder is not trusted\. Nothing was done/)
    await window.notifications.clear()
  })

  it('runs a CronJob once the folder is trusted', async () => {
    await window.runCommand('Workspaces: Manage Workspace Trust')
    await vscode.page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click()
    await window.statusBarItem('Restricted Mode').waitFor({ state: 'hidden' })
    await window.view('CronJobs').action('nightly-report', 'Run Now')
    await window.output.waitFor(/report/i)
  })
})
