import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { globSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { type ClusterWindow, openClusterWindow } from '../../support/cluster/clusterWindow.ts'
import type { ApiProxy } from '../../support/cluster/apiProxy.ts'
import { hiddenKnative } from '../../support/cluster/hiddenKnative.ts'
import { testCluster } from '../../support/cluster/testCluster.ts'
import { widgetType } from '../../support/cluster/widgetType.ts'
import { describeInVscode } from '../../support/describeInVscode.ts'
import { eventually } from '../../support/eventually.ts'
import type { Workbench } from '../../support/workbench.ts'

const id = randomBytes(4).toString('hex')
const system = `hks-test-${id}`
const group = `${id}.hks.example.com`
/** A function is deployed, called and deleted, on a node that may be full for a while. */
const installMilliseconds = 180_000

const namespace = `apiVersion: v1
kind: Namespace
metadata: {name: ${system}, labels: {hexabase.io/test: "true"}}
`
/** No node takes its pod. */
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: stuck, namespace: ${system}}
spec:
  selector: {matchLabels: {app: stuck}}
  template:
    metadata: {labels: {app: stuck}}
    spec: {nodeSelector: {hks.example.com/none: here}, containers: [{name: stuck, image: "none.invalid/none"}]}
`
/** What makes the cluster have Knative in the eyes of the window. */
const types = `${namespace}---
${widgetType(group)}`
const typePath = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.${group}`
const sum = createHash('sha256').update(types).digest('hex')

/** Knative into a cluster and out of it, by mouse: parts of the test's own stand for Knative's, which others use. */
describeInVscode('Knative in the editor', function () {
  this.timeout(300_000)
  this.bail(true)
  let hidden: ApiProxy
  let releases: Server
  let cluster: ClusterWindow
  let window: Workbench

  before(async () => {
    const { kubeconfig, images, ingress } = await testCluster()
    hidden = await hiddenKnative(kubeconfig, typePath)
    releases = createServer((_request, response) => response.end(types)).listen(0, '127.0.0.1')
    await once(releases, 'listening')
    cluster = await openClusterWindow(hidden.kubeconfig)
    window = cluster.window
    await namePart(`http://127.0.0.1:${(releases.address() as AddressInfo).port}/types.yaml`)
    await mkdir(join(cluster.folder, 'parts'))
    await writeFile(join(cluster.folder, 'parts/core.yaml'), `${namespace}---\n${deployment}`)
    await cluster.addCluster('staging')
    await cluster.openNamespace('staging')
    const client = await cluster.client()
    const { items } = await client.call('listConnections', {})
    await client.call('updateConnection', {
      params: { id: items.find(({ name }) => name === 'staging')!.id },
      body: { runtimeImages: { node: images.node }, ...(ingress === undefined ? {} : { ingress }) },
    })
    await window.notifications.clear()
  })
  after(async () => {
    await cluster?.api.remove({ apiVersion: 'v1', kind: 'Namespace', name: system })
    const definition = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }
    await cluster?.api.remove({ ...definition, name: `widgets.${group}` })
    await cluster?.[Symbol.asyncDispose]()
    releases?.close()
    releases?.closeAllConnections()
    await hidden?.[Symbol.asyncDispose]()
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await cluster?.picture(`knative-${this.currentTest.title}`)
  })

  /** The release that is downloaded is this file. */
  const namePart = async (url: string) => {
    const [file] = globSync('**/deploy/knative/parts.json', { cwd: cluster.vscode.home })
    await writeFile(join(cluster.vscode.home, file!), JSON.stringify({ parts: [{ name: 'types.yaml', url }] }))
  }
  const functions = () => window.view('Functions')
  const isMissing = async () => (await cluster.rowOf('Functions', 'Knative is missing')) !== undefined
  const theNamespace = { apiVersion: 'v1', kind: 'Namespace', name: system }

  it('is said to be missing where functions are shown, and can not be installed while the cluster is read-only', async () => {
    await eventually(async () => assert.ok(await isMissing()))
    await window.view('CronJobs').menu('staging', 'Make Read-only')
    await eventually(async () => assert.equal(await cluster.rowOf('Functions', 'Install Knative…'), undefined))
    await window.runCommand('Hexabase HKS: Install Knative')
    await window.notifications.waitFor(/not there\. Nothing can be installed: the connection staging is read-only/)
    await window.notifications.press(/is read-only/, 'Allow Changes')
    await functions().row('Install Knative…').waitFor()
  })

  it('is installed from a folder, which says what it waits for and can be cancelled', async () => {
    await functions().select('Install Knative…')
    assert.match(await window.dialog.text(), /Install Knative in staging\?[^]*serving\.knative\.dev\/v1 are not there/)
    await cluster.picture('knative-question')
    await window.dialog.press('Install from Folder…')
    const dialog = cluster.vscode.page.locator('.quick-input-widget').filter({ hasText: 'manifests of Knative' })
    await window.quickInput.pick('parts')
    const path = dialog.locator('.quick-input-filter input')
    await eventually(async () => assert.match(await path.inputValue(), /\/parts\/?$/))
    await dialog.getByRole('button', { name: 'Install' }).click()
    await window.notifications.waitFor(/Installing Knative in staging.*Waiting for stuck \(.+\)/)
    await cluster.picture('knative-waiting')
    await window.notifications.press(/Waiting for stuck/, 'Cancel')
    await window.notifications.waitFor(/Cancelled: 2 objects were applied and stay/)
    assert.ok(await cluster.api.get(theNamespace))
    assert.ok(await isMissing())
    await window.notifications.clear()
  })

  it('is downloaded, and taken only when the user has seen the sum that nobody has pinned', async () => {
    await functions().select('Install Knative…')
    await window.dialog.press('Download and Install')
    const asked = await window.dialog.text()
    assert.match(asked, /Install files that nobody has checked in staging\?/)
    assert.ok(asked.includes(`types.yaml\n${sum}`), asked)
    await cluster.picture('knative-sums')
    await window.dialog.press('Install These Files')
    // On an idle machine it may be over before anybody looks; what it says meanwhile is seen with the folder above.
    await window.notifications.waitFor(/Installing Knative in staging.*Deploying a function|Knative runs in staging/)
    await cluster.picture('knative-installing')
    await eventually(
      async () => assert.ok((await window.notifications.all()).some(text => /Knative runs in staging/.test(text))),
      installMilliseconds,
    )
  })

  /** An ingress class that is none of the known ones has a controller that nobody can see. */
  const nothingLacking = async (): Promise<string> => {
    const client = await cluster.client()
    const connections = await client.call('listConnections', {})
    const { id } = connections.items.find(({ name }) => name === 'staging')!
    const { items } = await client.call('checkKnative', { params: { id } })
    return items.some(({ state, optional }) => state === 'unknown' && !optional)
      ? 'staging lacks nothing that functions need, as far as can be seen.'
      : 'staging has what functions need.'
  }

  it('makes the rows that miss it go by themselves, at once', async () => {
    await eventually(async () => assert.ok(!(await isMissing())), 5000)
    assert.equal(await cluster.rowOf('Functions', 'Install Knative…'), undefined)
    await cluster.picture('knative-installed')
    await window.notifications.clear()
    await window.runCommand('Hexabase HKS: Install Knative')
    await window.notifications.waitFor(await nothingLacking())
    await window.notifications.clear()
  })

  it('is uninstalled after a question that names what goes, and is missing again', async () => {
    await functions().menu('staging', 'Uninstall Knative')
    const asked = await window.dialog.text()
    assert.match(asked, /Uninstall Knative from staging\?[^]*3 objects are deleted/)
    assert.ok(asked.includes(`: ${system}\n`) && asked.includes(`: widgets.${group}`), asked)
    await cluster.picture('knative-uninstall')
    await window.dialog.press('Uninstall Knative')
    await window.notifications.waitFor(/Knative is gone from staging: 3 objects were deleted/)
    assert.equal(await cluster.api.get(theNamespace), undefined)
    // As the API server does when a type goes.
    hidden.cut()
    await eventually(async () => assert.ok(await isMissing()), 10_000)
    await window.notifications.clear()
    await window.runCommand('Hexabase HKS: Uninstall Knative')
    await window.notifications.waitFor('There is no Knative in staging.')
  })
})
