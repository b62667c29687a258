import assert from 'node:assert/strict'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKubeApi } from '../../support/cluster/kubeApi.ts'
import { kubeconfigThrough, type ProxiedCluster } from '../../support/cluster/kubeconfigThrough.ts'
import { temporaryNamespace, type TemporaryNamespace } from '../../support/cluster/temporaryNamespace.ts'
import { testCluster } from '../../support/cluster/testCluster.ts'
import { describeInVscode } from '../../support/describeInVscode.ts'
import { eventually } from '../../support/eventually.ts'
import { gatewayOf } from '../../support/gatewayOf.ts'
import { packagedExtension } from '../../support/packagedExtension.ts'
import { artifacts, root, startVscode, type Vscode } from '../../support/vscodeHost.ts'
import { type Workbench, workbench } from '../../support/workbench.ts'

/** A cluster in the side bar: added, chosen, protected, away and back, forgotten. */
describeInVscode('a cluster in the editor', () => {
  let home: string
  let through: ProxiedCluster
  let namespace: TemporaryNamespace
  let vscode: Vscode
  let window: Workbench

  before(async () => {
    const { kubeconfig } = await testCluster()
    namespace = await temporaryNamespace(createKubeApi(kubeconfig))
    through = await kubeconfigThrough(kubeconfig)
    home = await mkdtemp(join(tmpdir(), 'hks-cluster-'))
    const folder = join(home, 'hello-hks')
    await cp(join(root, 'examples/hello-hks'), folder, { recursive: true })
    const env = { KUBECONFIG: through.kubeconfig }
    vscode = await startVscode({ folder, vsix: await packagedExtension(), hksHome: join(home, 'data'), env })
    window = workbench(vscode.page)
    await window.openContainer('Hexabase HKS')
    await window.statusBarItem('HKS: local').waitFor()
  })
  after(async () => {
    await vscode?.stop()
    await through?.[Symbol.asyncDispose]()
    await namespace?.[Symbol.asyncDispose]()
    if (home) await rm(home, { recursive: true, force: true })
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed' && window)
      await window.screenshot(join(artifacts, `cluster-${this.currentTest.title.replace(/\W+/g, '-')}.png`))
  })
  const jobs = () => window.view('CronJobs')
  const rowOf = async (label: string) => (await jobs().rows()).find(row => row.label === label)
  const status = (text: RegExp) => window.statusBarItem('').filter({ hasText: text })

  it('is added from the kubeconfig of the window, under a name of its own, with the namespace of its context', async () => {
    await window.runCommand('Hexabase HKS: Add Cluster')
    const [context] = await window.quickInput.items()
    await window.quickInput.pick(context!)
    await window.quickInput.answer(/What to call/, 'staging')
    await jobs().row('staging').waitFor()
    await eventually(async () => assert.match((await rowOf('staging'))?.spoken ?? '', /^cluster staging/))
    await eventually(async () => assert.doesNotMatch((await rowOf('staging'))?.description ?? '', /connecting/), 5000)
    assert.equal((await rowOf('default'))?.level, 2)
    assert.equal((await rowOf('default'))?.description, 'no CronJobs yet')
    await window.notifications.clear()
    await window.screenshot(join(artifacts, 'cluster-added.png'))
  })

  it('has more namespaces opened from its row', async () => {
    await jobs().action('staging', 'Open Namespace')
    await window.quickInput.pick(namespace.name)
    await vscode.page.keyboard.press('Enter')
    await jobs().row(namespace.name).waitFor()
    await eventually(async () => assert.doesNotMatch((await rowOf('staging'))?.description ?? '', /connecting/), 5000)
  })

  it('is where new things go once a namespace is chosen, which the status bar says', async () => {
    await jobs().menu(namespace.name, 'Choose Project')
    await status(new RegExp(`HKS: staging/${namespace.name}`)).waitFor()
    await eventually(async () => assert.match((await rowOf(namespace.name))?.description ?? '', /^chosen/), 5000)
    await status(/HKS: staging/).click()
    await window.quickInput.pick('Choose project or add a cluster')
    assert.ok((await window.quickInput.items()).some(item => item.includes('The open folder')))
    await window.screenshot(join(artifacts, 'cluster-choose.png'))
    await window.quickInput.cancel()
  })

  it('lets nothing be changed while it is read-only', async () => {
    await jobs().menu('staging', 'Make Read-only')
    await eventually(async () => assert.match((await rowOf('staging'))?.description ?? '', /read-only/))
    const { items } = await (await gatewayOf(vscode.hksHome)).call('listConnections', {})
    assert.equal(items.find(({ name }) => name === 'staging')?.readOnly, true)
    await jobs().menu('staging', 'Allow Changes')
    await eventually(async () => assert.doesNotMatch((await rowOf('staging'))?.description ?? '', /read-only/))
  })

  it('says that it is away, why, and keeps its rows; and comes back by itself', async () => {
    through.proxy.refuse()
    through.proxy.cut()
    await eventually(async () => assert.match((await rowOf('staging'))?.description ?? '', /not reachable/), 60_000)
    await jobs().row('Test Connection').waitFor()
    assert.ok(await rowOf(namespace.name))
    await status(/HKS: staging/).waitFor()
    await window.screenshot(join(artifacts, 'cluster-away.png'))
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
