import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CronJob, CronJobCreate } from '../../src/contract/cronJobs.ts'
import { describeInVscode } from '../support/describeInVscode.ts'
import { eventually } from '../support/eventually.ts'
import { gatewayOf } from '../support/gatewayOf.ts'
import { packagedExtension } from '../support/packagedExtension.ts'
import { artifacts, startVscode, type Vscode } from '../support/vscodeHost.ts'
import { type Workbench, workbench } from '../support/workbench.ts'

describeInVscode('runs with changes, previews and several CronJobs at once', function () {
  this.timeout(240_000)
  let home: string
  let vscode: Vscode
  let window: Workbench
  let projectId: string

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'hks-several-'))
    const folder = join(home, 'shop')
    await mkdir(folder)
    vscode = await startVscode({ folder, vsix: await packagedExtension(), hksHome: join(home, 'data') })
    window = workbench(vscode.page)
    await window.openContainer('Hexabase HKS')
    await window.view('CronJobs').welcome.getByText('New CronJob').waitFor()
    const client = await gatewayOf(vscode.hksHome)
    projectId = (await client.call('listProjects')).items[0]!.id
    for (const name of ['one', 'two', 'words']) await create({ name })
    await window.view('CronJobs').expand('shop')
    await window.view('CronJobs').row('words').waitFor()
  })

  after(async () => {
    await vscode?.stop()
    await rm(home, { recursive: true, force: true })
  })

  afterEach(async function () {
    if (this.currentTest?.state === 'failed' && window)
      await window.screenshot(join(artifacts, `several-${this.currentTest.title.replace(/\W+/g, '-')}.png`))
  })

  const create = async (fields: Pick<CronJobCreate, 'name'>): Promise<CronJob> => {
    const client = await gatewayOf(vscode.hksHome)
    const command = ['sh', '-c', 'echo "$LEVEL $1 $2"', 'sh']
    return client.call('createCronJob', {
      body: { projectId, schedule: '0 0 1 1 *', backoffLimit: 0, command, args: ['a', 'b c'], ...fields },
    })
  }
  const jobs = async (): Promise<Map<string, CronJob>> => {
    const { items } = await (await gatewayOf(vscode.hksHome)).call('listCronJobs')
    return new Map(items.map(job => [job.name, job]))
  }
  const lastOutput = async (name: string): Promise<string | undefined> => {
    const id = (await jobs()).get(name)!.id
    const { items } = await (await gatewayOf(vscode.hksHome)).call('listExecutions', { params: { id } })
    return items.find(({ status }) => status === 'succeeded')?.logs
  }
  /** Selects rows as with Ctrl held, and takes an item of the context menu of the last. */
  const onRows = async (labels: readonly string[], item: string): Promise<void> => {
    const view = window.view('CronJobs')
    const [first = '', ...others] = labels
    await view.select(first)
    for (const label of others) await view.row(label).click({ modifiers: ['Control'] })
    await view.menu(labels.at(-1)!, item)
  }
  const answer = () => vscode.page.locator('.quick-input-widget:not([inert]) .quick-input-filter input')

  it('suspend and resume all that are selected, after one question that names them', async () => {
    await onRows(['one', 'two'], 'Suspend CronJob')
    const text = await window.dialog.text()
    assert.match(text, /Suspend 2 CronJobs\?[^]*one, two/)
    await window.screenshot(join(artifacts, 'several-question.png'))
    await window.dialog.press('Suspend')
    await window.notifications.waitFor(/Suspended 2 of 2 CronJobs\./)
    assert.deepEqual(
      [...(await jobs()).values()].map(({ name, suspend }) => [name, suspend]),
      [
        ['one', true],
        ['two', true],
        ['words', false],
      ],
    )
    await window.notifications.clear()
    await onRows(['one', 'two'], 'Resume CronJob')
    await window.dialog.press('Resume')
    await window.notifications.waitFor(/Resumed 2 of 2 CronJobs\./)
    assert.ok([...(await jobs()).values()].every(({ suspend }) => !suspend))
    await window.notifications.clear()
  })

  it('run all that are selected', async () => {
    await onRows(['one', 'two'], 'Run Now')
    await window.dialog.press('Run Now')
    await window.notifications.waitFor(/Started 2 of 2 CronJobs\./)
    await eventually(async () => assert.equal(await lastOutput('two'), ' a b c\n'))
    assert.equal(await lastOutput('one'), ' a b c\n')
    await window.notifications.clear()
  })

  it('say which ones could not be deleted, and why', async () => {
    await onRows(['one', 'two'], 'Delete CronJob')
    assert.match(await window.dialog.text(), /Delete 2 CronJobs\?[^]*one, two[^]*cannot be undone/)
    await (await gatewayOf(vscode.hksHome)).call('deleteCronJob', { params: { id: (await jobs()).get('one')!.id } })
    await window.dialog.press('Delete 2 CronJobs')
    await window.notifications.waitFor(/Deleted 1 of 2 CronJobs\. one: .*exists/)
    await eventually(async () => assert.deepEqual([...(await jobs()).keys()], ['words']))
    await window.notifications.clear()
  })

  it('run one with other arguments and variables, and offer them the next time', async () => {
    await window.view('CronJobs').menu('words', 'Run With…')
    await window.quickInput.message.filter({ hasText: 'Arguments after the command' }).waitFor()
    assert.equal(await answer().inputValue(), "a 'b c'")
    await window.quickInput.answer(/^Arguments after the command/, "x 'y z'")
    await window.quickInput.answer(/^Variables to add or replace/, 'LEVEL=debug')
    await eventually(async () => assert.equal(await lastOutput('words'), 'debug x y z\n'))
    await window.view('CronJobs').menu('words', 'Run With…')
    await window.quickInput.message.filter({ hasText: 'Arguments after the command' }).waitFor()
    assert.equal(await answer().inputValue(), "x 'y z'")
    await window.quickInput.cancel()
    assert.deepEqual((await jobs()).get('words')?.args, ['a', 'b c'])
  })

  it('show what a change would store beside what there is, and store nothing', async () => {
    await window.view('CronJobs').menu('words', 'Edit Schedule')
    const { content } = await window.webview('Schedule of words')
    await content.getByLabel('Cron expression').fill('30 4 1 1 *')
    await content.getByRole('button', { name: 'Preview' }).click()
    const diff = vscode.page.locator('.monaco-diff-editor')
    await diff.waitFor()
    await diff.locator('.editor.original').getByText('0 0 1 1 *').first().waitFor()
    await diff.locator('.editor.modified').getByText('30 4 1 1 *').first().waitFor()
    await window.screenshot(join(artifacts, 'several-preview.png'))
    assert.equal((await jobs()).get('words')?.schedule, '0 0 1 1 *')
  })
})
