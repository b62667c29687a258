import assert from 'node:assert/strict'
import { type ClusterWindow, openClusterWindow } from '../../support/cluster/clusterWindow.ts'
import { kubeconfigThrough, type ProxiedCluster } from '../../support/cluster/kubeconfigThrough.ts'
import { testCluster } from '../../support/cluster/testCluster.ts'
import { describeInVscode } from '../../support/describeInVscode.ts'
import { eventually } from '../../support/eventually.ts'
import type { Workbench } from '../../support/workbench.ts'

/** A cluster in the side bar: added, chosen, protected, away and back, forgotten. */
describeInVscode('a cluster in the editor', () => {
  let through: ProxiedCluster
  let cluster: ClusterWindow
  let window: Workbench

  before(async () => {
    through = await kubeconfigThrough((await testCluster()).kubeconfig)
    cluster = await openClusterWindow(through.kubeconfig)
    window = cluster.window
  })
  after(async () => {
    await cluster?.[Symbol.asyncDispose]()
    await through?.[Symbol.asyncDispose]()
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await cluster?.picture(`cluster-${this.currentTest.title}`)
  })
  const jobs = () => window.view('CronJobs')
  const rowOf = (label: string) => cluster.rowOf('CronJobs', label)
  const status = (text: RegExp) => window.statusBarItem('').filter({ hasText: text })

  it('is added from the kubeconfig of the window, under a name of its own, with the namespace of its context', async () => {
    await cluster.addCluster('staging')
    assert.match((await rowOf('staging'))?.spoken ?? '', /^cluster staging/)
    await eventually(async () => {
      const { level, description } = (await rowOf('default')) ?? {}
      assert.deepEqual({ level, description }, { level: 2, description: 'no CronJobs yet' })
    }, 5000)
    await window.notifications.clear()
    await cluster.picture('cluster-added')
  })

  it('has more namespaces opened from its row', async () => {
    await cluster.openNamespace('staging')
  })

  it('is where new things go once a namespace is chosen, which the status bar says', async () => {
    const { namespace } = cluster
    await jobs().menu(namespace, 'Choose Project')
    await status(new RegExp(`HKS: staging/${namespace}`)).waitFor()
    await eventually(async () => assert.match((await rowOf(namespace))?.description ?? '', /^chosen/), 5000)
    await status(/HKS: staging/).click()
    await window.quickInput.pick('Choose project or add a cluster')
    assert.ok((await window.quickInput.items()).some(item => item.includes('The open folder')))
    await cluster.picture('cluster-choose')
    await window.quickInput.cancel()
  })

  it('lets nothing be changed while it is read-only', async () => {
    await jobs().menu('staging', 'Make Read-only')
    await eventually(async () => assert.match((await rowOf('staging'))?.description ?? '', /read-only/))
    const { items } = await (await cluster.client()).call('listConnections', {})
    assert.equal(items.find(({ name }) => name === 'staging')?.readOnly, true)
    await jobs().menu('staging', 'Allow Changes')
    await eventually(async () => assert.doesNotMatch((await rowOf('staging'))?.description ?? '', /read-only/))
  })

  it('says that it is away, why, and keeps its rows; and comes back by itself', async () => {
    through.proxy.refuse()
    through.proxy.cut()
    await eventually(async () => assert.match((await rowOf('staging'))?.description ?? '', /not reachable/), 60_000)
    await jobs().row('Test Connection').waitFor()
    assert.ok(await rowOf(cluster.namespace))
    await status(/HKS: staging/).waitFor()
    await cluster.picture('cluster-away')
    await through.proxy.heal()
    await eventually(
      async () => assert.doesNotMatch((await rowOf('staging'))?.description ?? '', /not reachable/),
      60_000,
    )
  })

  it('is forgotten after asking, with all its rows', async () => {
    await jobs().menu('staging', 'Forget Cluster')
    assert.match(await window.dialog.text(), /Forget staging\?[^]*The cluster keeps everything/)
    await window.dialog.press('Forget Cluster')
    await eventually(async () => assert.equal(await rowOf('staging'), undefined))
    await window.statusBarItem('HKS: local').waitFor()
  })
})
