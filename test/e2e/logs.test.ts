import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../scripts/run.ts'
import { describeInVscode } from '../support/describeInVscode.ts'
import { eventually } from '../support/eventually.ts'
import { packagedExtension } from '../support/packagedExtension.ts'
import { artifacts, root, startVscode, type Vscode } from '../support/vscodeHost.ts'
import { type Workbench, workbench } from '../support/workbench.ts'
import { outputChannelText } from '../support/workbench/output.ts'

const lines = 100_000

describeInVscode('a run that prints 100,000 lines', function () {
  this.timeout(300_000)
  let home: string
  let vscode: Vscode
  let window: Workbench

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'hks-logs-'))
    const folder = join(home, 'loud')
    await mkdir(folder)
    const vsix = await packagedExtension()
    const create = ['cronjob', 'create', 'chatter', '-s', '0 0 1 1 *', '--', 'seq', '-f', 'line %.0f', `${lines}`]
    await run(process.execPath, [join(root, 'dist/hks-func.mjs'), ...create], {
      cwd: folder,
      env: { ...process.env, HKS_HOME: join(home, 'data') },
    })
    vscode = await startVscode({ folder, vsix, hksHome: join(home, 'data') })
    window = workbench(vscode.page)
    await window.openContainer('Hexabase HKS')
    await window.view('CronJobs').expand('loud')
  })

  after(async () => {
    await vscode?.stop()
    await rm(home, { recursive: true, force: true })
  })

  afterEach(async function () {
    if (this.currentTest?.state === 'failed' && window) await window.screenshot(join(artifacts, 'logs.png'))
  })

  it('leaves the window able to answer while they arrive', async () => {
    await window.view('CronJobs').action('chatter', 'Run Now')
    await window.output.waitFor(/line \d+/)
    const found = await window.commands('Hexabase HKS: Run CronJob Now')
    assert.ok(found.length > 0)
  })

  it('shows every one of them once, in order, in its output channel', async () => {
    const printed = await eventually(async () => {
      const text = await outputChannelText(vscode.home, 'HKS: chatter')
      const numbers = text.match(/line \d+/g) ?? []
      assert.ok(numbers.length >= lines, `${numbers.length} of ${lines} lines are there`)
      return numbers
    }, 180_000)
    assert.equal(printed.length, lines)
    printed.forEach((line, index) => assert.equal(line, `line ${index + 1}`))
  })
})
