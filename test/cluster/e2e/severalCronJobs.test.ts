import assert from 'node:assert/strict'
import { type ClusterWindow, openClusterWindow } from '../../support/cluster/clusterWindow.ts'
import { testCluster } from '../../support/cluster/testCluster.ts'
import { describeInVscode } from '../../support/describeInVscode.ts'
import { eventually } from '../../support/eventually.ts'
import type { Workbench } from '../../support/workbench.ts'

/** What the API server has of a CronJob. */
interface KubeCronJob {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly suspend?: boolean; readonly schedule: string }
}
interface KubeJob {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly args?: readonly string[]; readonly env?: object[] }[] }
    }
  }
}

/** What a node needs to start a pod on a busy machine. */
const podMilliseconds = 90_000

describeInVscode('several CronJobs of a cluster in the editor', () => {
  let cluster: ClusterWindow
  let window: Workbench

  before(async () => {
    cluster = await openClusterWindow()
    window = cluster.window
    const { images } = await testCluster()
    const container = {
      name: 'main',
      image: images.shell,
      command: ['sh', '-c', 'echo "$LEVEL $1"', 'sh'],
      args: ['a'],
    }
    const jobTemplate = { spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } } }
    for (const name of ['one', 'two'])
      await cluster.api.apply({
        ...{ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name, namespace: cluster.namespace } },
        spec: { schedule: '0 0 1 1 *', jobTemplate },
      })
    await cluster.addCluster('staging')
  })
  after(() => cluster?.[Symbol.asyncDispose]())
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await cluster?.picture(`cluster-several-${this.currentTest.title}`)
  })
  const jobs = () => window.view('CronJobs')
  const there = <T>(kind: string) => cluster.api.list<T>({ apiVersion: 'batch/v1', kind, namespace: cluster.namespace })
  const suspended = async () =>
    (await there<KubeCronJob>('CronJob')).filter(({ spec }) => spec.suspend).map(({ metadata }) => metadata.name)

  it('are there once their namespace was typed into the settings of the cluster', async () => {
    await jobs().menu('staging', 'Cluster Settings')
    const { content, accessibilityViolations } = await window.webview('Settings of staging')
    await content.getByLabel('Open more namespaces').fill(cluster.namespace)
    await content.getByLabel('Registry', { exact: true }).fill('https://registry.example.com')
    await content.getByRole('button', { name: 'Save' }).click()
    await content.getByText(/no https:\/\/ and no tag/).waitFor()
    assert.deepEqual(await accessibilityViolations(), [])
    await content.getByLabel('Registry', { exact: true }).fill('registry.example.com/team')
    await content.getByLabel('Name', { exact: true }).fill('dev')
    await content.getByRole('button', { name: 'Save' }).click()
    await content.getByText('Saved.').waitFor()
    await cluster.picture('cluster-settings')
    const { items } = await (await cluster.client()).call('listConnections', {})
    assert.equal(items.find(({ name }) => name === 'dev')?.registry, 'registry.example.com/team')
    await jobs().row('two').waitFor()
    assert.deepEqual(await window.tabs(), ['Settings of dev'])
    await jobs().menu('dev', 'Rename Cluster')
    await window.quickInput.answer(/./, 'shop')
    await content.getByRole('heading', { name: 'Settings of shop' }).waitFor()
    await eventually(async () => assert.deepEqual(await window.tabs(), ['Settings of shop']))
  })

  it('are suspended and resumed together, in the cluster', async () => {
    const both = async (item: string) => {
      await jobs().select('one')
      await jobs()
        .row('two')
        .click({ modifiers: ['Control'] })
      await jobs().menu('two', item)
    }
    await both('Suspend CronJob')
    assert.match(await window.dialog.text(), /Suspend 2 CronJobs\?[^]*one, two/)
    await window.dialog.press('Suspend')
    await window.notifications.waitFor(/Suspended 2 of 2 CronJobs\./)
    assert.deepEqual(await suspended(), ['one', 'two'])
    await window.notifications.clear()
    await both('Resume CronJob')
    await window.dialog.press('Resume')
    await window.notifications.waitFor(/Resumed 2 of 2 CronJobs\./)
    assert.deepEqual(await suspended(), [])
    await window.notifications.clear()
  })

  it('show what a change would store in the cluster, defaults included, and store nothing', async () => {
    await jobs().menu('two', 'Edit Schedule')
    const { content } = await window.webview('Schedule of two')
    await content.getByLabel('Cron expression').fill('30 4 1 1 *')
    await content.getByRole('button', { name: 'Preview' }).click()
    const diff = cluster.vscode.page.locator('.monaco-diff-editor')
    await diff.locator('.editor.original').getByText('0 0 1 1 *').first().waitFor()
    await diff.locator('.editor.modified').getByText('30 4 1 1 *').first().waitFor()
    await cluster.picture('cluster-preview')
    const [, two] = await there<KubeCronJob>('CronJob')
    assert.equal(two?.spec.schedule, '0 0 1 1 *')
  })

  it('run with other arguments and variables, in a Job of their own', async () => {
    await jobs().menu('one', 'Run With…')
    await window.quickInput.answer(/^Arguments after the command/, "'b c'")
    await window.quickInput.answer(/^Variables to add or replace/, 'LEVEL=debug')
    await window.quickInput.answer(/^Image of this run/, '')
    await eventually(() => window.output.waitFor(/debug b c/), podMilliseconds)
    const [job, ...more] = await there<KubeJob>('Job')
    assert.equal(more.length, 0)
    const [container] = job!.spec.template.spec.containers
    assert.deepEqual([container?.args, container?.env], [['b c'], [{ name: 'LEVEL', value: 'debug' }]])
  })
})
