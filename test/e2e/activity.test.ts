import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GatewayClient } from '../../src/client/gatewayClient.ts'
import { describeInVscode } from '../support/describeInVscode.ts'
import { eventually } from '../support/eventually.ts'
import { gatewayOf } from '../support/gatewayOf.ts'
import { packagedExtension } from '../support/packagedExtension.ts'
import { artifacts, startVscode, type Vscode } from '../support/vscodeHost.ts'
import { type Workbench, workbench } from '../support/workbench.ts'

const source = (text: string): string => Buffer.from(text).toString('base64')

/** Everything is begun by somebody else than the window that ends it. */
describeInVscode('the activity view', function () {
  this.timeout(180_000)
  let folder: string
  let vscode: Vscode
  let window: Workbench
  let client: GatewayClient
  let projectId: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hks-activity-'))
    vscode = await startVscode({ folder, vsix: await packagedExtension() })
    window = workbench(vscode.page)
    await window.openContainer('Hexabase HKS')
    await window.view('CronJobs').welcome.getByText('New CronJob').waitFor()
    client = await gatewayOf(vscode.hksHome)
    projectId = (await client.call('listProjects')).items[0]!.id
  })

  after(async () => {
    await vscode?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  afterEach(async function () {
    if (this.currentTest?.state === 'failed' && window)
      await window.screenshot(join(artifacts, `activity-${this.currentTest.title.replace(/\W+/g, '-')}.png`))
  })

  const descriptions = async (): Promise<Map<string, string>> =>
    new Map((await window.view('Activity').rows()).map(({ label, description }) => [label, description]))
  const appears = (label: string, as: RegExp): Promise<void> =>
    eventually(async () => assert.match((await descriptions()).get(label) ?? '', as))
  const ended = (label: string): Promise<void> => window.view('Activity').row(label).waitFor({ state: 'detached' })

  it('says that nothing is running', async () => {
    await window.view('Activity').welcome.getByText('Nothing is running.').waitFor()
  })

  it('shows a run with its clock, and ends it after asking', async () => {
    const body = { projectId, name: 'sleeper', schedule: '0 0 1 1 *', command: ['sleep', '600'] }
    const { id } = await client.call('createCronJob', { body })
    await client.call('triggerCronJob', { params: { id } })
    await appears('sleeper', /^0:\d\d · run by hand$/)
    await window.view('Activity').action('sleeper', 'Stop Run')
    assert.match(await window.dialog.text(), /Stop this run of sleeper\?/)
    await window.dialog.press('Stop Run')
    await ended('sleeper')
    const { items } = await client.call('listExecutions', { params: { id } })
    assert.deepEqual(
      items.map(run => run.status),
      ['failed'],
    )
  })

  it('shows a deployment with what it does, and cancels it, also of a function that is not there yet', async () => {
    const text = 'await new Promise(r => setTimeout(r, 600_000))\nexport const handler = () => 1\n'
    const body = { name: 'endless', runtime: 'node', source: source(text), waitSeconds: 60 } as const
    const refused = assert.rejects(client.call('deployFunction', { params: { id: projectId }, body }), {
      code: 'CANCELLED',
    })
    await appears('endless', /^0:\d\d · deploying rev 1 · starting$/)
    await window.view('Activity').action('endless', 'Cancel Deployment')
    await ended('endless')
    await refused
  })

  it('shows a call that takes long, and ends it although it was made by somebody else', async () => {
    const text = 'export const handler = () => new Promise(r => setTimeout(r, 25_000))\n'
    const body = { name: 'slow', runtime: 'node', source: source(text), waitSeconds: 30 } as const
    const { id } = await client.call('deployFunction', { params: { id: projectId }, body })
    const answer = client.invoke(id, new Uint8Array())
    await appears('slow', /^0:\d\d · call$/)
    await window.view('Activity').action('slow', 'Cancel Call')
    assert.equal((await answer).code, 'CANCELLED')
    await ended('slow')
  })

  it('shows which logs this window follows, and ends the following', async () => {
    await window.view('CronJobs').row('sleeper').waitFor()
    await window.view('CronJobs').action('sleeper', 'Follow Logs')
    await appears('sleeper', /^log followed$/)
    await window.view('Activity').action('sleeper', 'Stop Following Logs')
    await window.view('Activity').welcome.getByText('Nothing is running.').waitFor()
  })
})
