import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ClusterWindow, openClusterWindow } from '../../support/cluster/clusterWindow.ts'
import { placedManifest } from '../../support/cluster/placedManifest.ts'
import { testCluster } from '../../support/cluster/testCluster.ts'
import { describeInVscode } from '../../support/describeInVscode.ts'
import { eventually } from '../../support/eventually.ts'
import { plain } from '../../support/workbench/text.ts'

/** A manifest file of the folder that goes to a cluster whole. */
describeInVscode('a manifest in the editor, for a cluster', function () {
  this.timeout(240_000)
  let cluster: ClusterWindow
  before(async () => {
    cluster = await openClusterWindow()
    const { images } = await testCluster()
    await writeFile(join(cluster.folder, 'cronjobs/placed.yaml'), placedManifest('placed', '0 2 * * *', images.shell))
    await cluster.addCluster('staging')
    await cluster.openNamespace('staging')
    await cluster.window.view('CronJobs').menu(cluster.namespace, 'Choose Project')
    const { window } = cluster
    await window.quickInput.inPalette('cronjobs/placed.yaml', palette => palette.pick('placed.yaml'))
    await page().locator('.part.editor .tab[data-resource-name="placed.yaml"]').first().waitFor()
    await window.notifications.clear()
  })
  after(() => cluster?.[Symbol.asyncDispose]())
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await cluster?.picture(`manifest-${this.currentTest.title}`)
  })

  const page = () => cluster.vscode.page
  const lens = (title: string) =>
    page()
      .locator('.part.editor .editor-instance .monaco-editor .codelens-decoration a')
      .filter({ hasText: title })
      .first()
  const ref = () => ({ apiVersion: 'batch/v1', kind: 'CronJob', namespace: cluster.namespace, name: 'placed' })
  const object = () =>
    cluster.api.get<{
      spec: { schedule: string; jobTemplate: { spec: { template: { spec: { nodeSelector?: object } } } } }
    }>(ref())
  const pod = async () => (await object())?.spec.jobTemplate.spec.template.spec

  it('is applied with all its fields', async () => {
    await lens(`Apply to ${cluster.namespace}`).click()
    await eventually(async () => assert.deepEqual((await pod())?.nodeSelector, { disk: 'fast' }), 20_000)
    await eventually(async () => assert.ok(await cluster.rowOf('CronJobs', 'placed')), 10_000)
    await cluster.picture('manifest-applied')
    await cluster.window.notifications.clear()
  })

  it('is judged as the cluster takes it: an image needs no command there, and nothing is ignored', async () => {
    const marked = (kind: string) => page().locator(`.monaco-editor .view-overlays .squiggly-${kind}`).count()
    await eventually(async () => {
      // The schedule has no zone, which is said wherever it goes.
      assert.deepEqual([(await marked('info')) > 0, await marked('warning'), await marked('hint')], [true, 0, 0])
    }, 10_000)
  })

  it('is compared with every field of the cluster, and with nothing else', async () => {
    await cluster.api.patch(ref(), {
      spec: { jobTemplate: { spec: { template: { spec: { nodeSelector: { disk: 'slow' } } } } } },
    })
    await lens('Compare').click()
    const diff = page().locator('.monaco-diff-editor')
    await eventually(async () => {
      assert.match(plain(await diff.locator('.editor.original').innerText()), /disk: slow/)
      assert.match(plain(await diff.locator('.editor.modified').innerText()), /disk: fast/)
      assert.doesNotMatch(
        plain(await diff.locator('.editor.original').innerText()),
        /dnsPolicy|terminationMessagePath|\{\}/,
      )
    }, 20_000)
    await cluster.picture('manifest-compared')
    await cluster.window.runCommand('View: Close Editor')
  })

  it('takes over what others have set only when it is told to', async () => {
    await lens(`Apply to ${cluster.namespace}`).click()
    await eventually(async () => assert.match(await cluster.window.dialog.text(), /nodeSelector.* by "/), 20_000)
    await cluster.picture('manifest-conflict')
    assert.deepEqual((await pod())?.nodeSelector, { disk: 'slow' })
    await cluster.window.dialog.press('Take Over')
    await eventually(async () => assert.deepEqual((await pod())?.nodeSelector, { disk: 'fast' }), 20_000)
  })
})
