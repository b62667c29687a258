import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CronJob } from '../../../src/contract/cronJobs.ts'
import type { Function } from '../../../src/contract/functions.ts'
import { openClusterImages } from '../../support/cluster/clusterImages.ts'
import { type ClusterWindow, openClusterWindow } from '../../support/cluster/clusterWindow.ts'
import type { KubeObject } from '../../support/cluster/kubeObject.ts'
import { testCluster } from '../../support/cluster/testCluster.ts'
import { describeInVscode } from '../../support/describeInVscode.ts'
import { eventually } from '../../support/eventually.ts'
import type { Workbench } from '../../support/workbench.ts'

/** What a node needs to start a pod on a busy machine, or to end one. */
const podMilliseconds = 90_000
/** The program that functions share goes when two looks, a minute apart, have found that none uses it. */
const sweepMilliseconds = 200_000

const saying = (words: string) => `export const handler = event => {
  console.log('asked by ' + event.name)
  return '${words}, ' + event.name
}
`

/** What a developer does with a cluster in a day, by mouse and keyboard; the cluster itself is asked what came of it. */
describeInVscode('the main job on a cluster', function () {
  this.timeout(300_000)
  this.bail(true)
  let cluster: ClusterWindow
  let window: Workbench

  before(async () => {
    cluster = await openClusterWindow()
    window = cluster.window
    await mkdir(join(cluster.folder, 'functions/salute'))
    await writeFile(join(cluster.folder, 'functions/salute/function.yaml'), 'name: salute\nruntime: node\n')
    await writeSource('Hello')
  })
  after(() => cluster?.[Symbol.asyncDispose]())
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await cluster?.picture(`clusterJob-${this.currentTest.title}`)
  })

  const writeSource = (words: string) => writeFile(join(cluster.folder, 'functions/salute/index.mjs'), saying(words))
  const jobs = () => window.view('CronJobs')
  const functions = () => window.view('Functions')
  const projectId = async () => {
    const { items } = await (await cluster.client()).call('listProjects')
    return items.find(({ name }) => name === cluster.namespace)!.id
  }
  const tick = async (): Promise<CronJob> => {
    const { items } = await (await cluster.client()).call('listCronJobs')
    return items.find(({ name }) => name === 'tick')!
  }
  const salute = async (): Promise<Function> => {
    const client = await cluster.client()
    const { items } = await client.call('listFunctions', { params: { id: await projectId() } })
    return items.find(({ name }) => name === 'salute')!
  }
  const shareOf = async (revision: number) =>
    /^(\d+) %/.exec((await cluster.rowOf('Functions', `rev ${revision}`))?.description ?? '')?.[1]
  const shares = (first: string | undefined, second: string | undefined) =>
    eventually(async () => assert.deepEqual([await shareOf(1), await shareOf(2)], [first, second]))
  const inNamespace = (apiVersion: string, kind: string) =>
    cluster.api.list<KubeObject>({ apiVersion, kind, namespace: cluster.namespace })
  /** What the page of the function says to a name, after pressing Invoke. */
  const ask = async (name: string, wanted: string) => {
    const { content } = await window.webview('Invoke salute')
    await content.getByLabel('Payload as JSON').fill(JSON.stringify({ name }))
    await content.getByRole('button', { name: 'Invoke', exact: true }).click()
    await content.getByRole('region', { name: 'Text of the answer' }).getByText(`${wanted}, ${name}`).waitFor()
    await content.getByRole('log').getByText(`asked by ${name}`).waitFor()
  }
  /** Who answers, of so many calls. */
  const answersOf = async (calls: number) => {
    const client = await cluster.client()
    const { id } = await salute()
    const words = new Set<string>()
    for (let at = 0; at < calls; at++) {
      const { body } = await client.invoke(id, Buffer.from('{"name": "Ada"}'), { contentType: 'application/json' })
      words.add(JSON.parse(Buffer.from(body).toString()) as string)
    }
    return [...words].sort()
  }

  it('adds the cluster, opens a namespace and chooses it', async () => {
    await cluster.addCluster('staging')
    await cluster.openNamespace('staging')
    await jobs().menu(cluster.namespace, 'Choose Project')
    await window
      .statusBarItem('')
      .filter({ hasText: `HKS: staging/${cluster.namespace}` })
      .waitFor()
    const { images, ingress } = await testCluster()
    const client = await cluster.client()
    const { items } = await client.call('listConnections', {})
    const { id } = items.find(({ name }) => name === 'staging')!
    const body = { runtimeImages: { node: images.node }, ...(ingress === undefined ? {} : { ingress }) }
    await client.call('updateConnection', { params: { id }, body })
  })

  it('creates a CronJob there with the schedule picker, from an image', async () => {
    await jobs().titleAction('Create CronJob')
    const { content, accessibilityViolations } = await window.webview('New CronJob')
    await content.getByLabel('Name', { exact: true }).fill('tick')
    await content.getByRole('radio', { name: 'Every N' }).click()
    await content.getByLabel('Unit').selectOption('hours')
    await content.getByLabel('Every how many').fill('6')
    await content.getByLabel('Image', { exact: true }).fill((await testCluster()).images.shell)
    await content.getByLabel('Command', { exact: true }).fill('echo "tick from $HOSTNAME"; sleep 2; echo done')
    assert.deepEqual(await accessibilityViolations(), [])
    await cluster.picture('cluster-new-cronjob')
    await content.getByRole('button', { name: 'Create', exact: false }).first().click()
    await jobs().row('tick').waitFor()
    const [made] = await inNamespace('batch/v1', 'CronJob')
    assert.equal(made?.metadata.name, 'tick')
    assert.match(JSON.stringify(made), /"schedule":"0 \*\/6 \* \* \*"/)
  })

  it('runs it by hand, sees it run in the tree and follows its log', async () => {
    await jobs().action('tick', 'Run Now')
    await eventually(
      async () => assert.match((await cluster.rowOf('CronJobs', 'tick'))?.spoken ?? '', /running/),
      podMilliseconds,
    )
    await eventually(() => window.output.waitFor(/tick from tick-/), podMilliseconds)
    await window.output.waitFor(/done/)
    assert.equal(await window.output.channel(), 'HKS: tick')
    await eventually(
      async () => assert.match((await cluster.rowOf('CronJobs', 'tick'))?.spoken ?? '', /succeeded/),
      podMilliseconds,
    )
    await cluster.picture('cluster-run')
    const [made, ...more] = await inNamespace('batch/v1', 'Job')
    assert.equal(more.length, 0)
    assert.match(JSON.stringify(made?.metadata), /"cronjob.kubernetes.io\/instantiate":"manual"/)
  })

  it('reads the run in the history', async () => {
    await jobs().menu('tick', 'Execution History')
    const { content } = await window.webview('History of tick')
    await content
      .getByRole('row')
      .filter({ hasText: /by hand/i })
      .first()
      .click()
    await content.getByText('tick from tick-').first().waitFor()
    await cluster.picture('cluster-history')
    const { items } = await (await cluster.client()).call('getLedger', { params: { id: (await tick()).id } })
    const runs = items.flatMap(({ execution }) => execution ?? [])
    assert.deepEqual(
      runs.map(({ trigger, status }) => [trigger, status]),
      [['manual', 'succeeded']],
    )
  })

  it('deploys a function there and calls it from its page', async () => {
    await window.runCommand('Hexabase HKS: Deploy Function')
    await window.quickInput.pick('functions/salute')
    await window.notifications.waitFor(/salute is deployed as revision 1/)
    const [service] = await inNamespace('serving.knative.dev/v1', 'Service')
    assert.equal(service?.metadata.name, 'salute')
    await functions().row('salute').waitFor()
    await functions().action('salute', 'Invoke Function')
    await ask('Ada', 'Hello')
    await cluster.picture('cluster-invoke')
  })

  it('deploys a second revision from its row, and divides the calls between the two', async () => {
    await writeSource('Salve')
    await functions().menu('salute', 'Deploy Function')
    await window.notifications.waitFor(/salute is deployed as revision 2/)
    await ask('Grace', 'Salve')
    await functions().expand('salute')
    await shares(undefined, '100')
    await functions().menu('rev 1', 'Split Traffic')
    await window.quickInput.pick('50 %')
    await window.notifications.waitFor(/Calls of salute: 50 % to rev 1, 50 % to rev 2/)
    await shares('50', '50')
    await cluster.picture('cluster-revisions')
    await eventually(async () => assert.deepEqual(await answersOf(20), ['Hello, Ada', 'Salve, Ada']))
  })

  it('rolls back: all calls go to the first revision', async () => {
    await functions().action('rev 1', 'Send All Calls Here')
    await shares('100', undefined)
    await eventually(async () => assert.deepEqual(await answersOf(10), ['Hello, Ada']))
    await ask('Alan', 'Hello')
  })

  it('deploys an image of its own from a folder, and calls it', async function () {
    if ((await testCluster()).registry === undefined) this.skip()
    await using images = await openClusterImages()
    const server = `import { createServer } from 'node:http'
createServer((_, answer) => answer.end(process.env.GREETING)).listen(process.env.PORT)`
    const { reference } = await images.publish('own', { 'server.mjs': server })
    const folder = join(cluster.folder, 'functions/own')
    await mkdir(folder)
    await writeFile(
      join(folder, 'function.yaml'),
      `name: own\nimage: ${reference}\nenvironment: { GREETING: Salute }\n`,
    )
    await window.runCommand('Hexabase HKS: Deploy Function')
    await window.quickInput.pick('functions/own')
    await window.notifications.waitFor(/own is deployed as revision 1/)
    // It stands above salute, whose rows fill the view.
    await functions().row('own').waitFor()
    assert.match((await cluster.rowOf('Functions', 'own'))?.description ?? '', /^image · /)
    await functions().action('own', 'Invoke Function')
    const { content } = await window.webview('Invoke own')
    await content.getByRole('button', { name: 'Invoke', exact: true }).click()
    await content.getByRole('region', { name: 'Text of the answer' }).getByText('Salute').waitFor()
    await functions().menu('own', 'Delete Function')
    await window.dialog.press('Delete Function and Its Revisions')
    await eventually(async () => assert.equal(await cluster.rowOf('Functions', 'own'), undefined), podMilliseconds)
  })

  it('deletes both, and leaves nothing in the cluster', async () => {
    await functions().menu('salute', 'Delete Function')
    assert.match(await window.dialog.text(), /^Delete salute\?/)
    await window.dialog.press('Delete Function and Its Revisions')
    await jobs().menu('tick', 'Delete CronJob')
    await window.dialog.press('Delete CronJob and 1 Run')
    await eventually(async () => {
      assert.equal(await cluster.rowOf('Functions', 'salute'), undefined)
      assert.equal(await cluster.rowOf('CronJobs', 'tick'), undefined)
    }, podMilliseconds)
    const left = async (apiVersion: string, kind: string) =>
      (await inNamespace(apiVersion, kind)).map(({ metadata }) => `${kind} ${metadata.name}`)
    await eventually(async () => {
      const kinds = [
        ...['Pod', 'Secret', 'ConfigMap', 'Service'].map(kind => left('v1', kind)),
        ...['CronJob', 'Job'].map(kind => left('batch/v1', kind)),
        ...['Service', 'Configuration', 'Revision', 'Route'].map(kind => left('serving.knative.dev/v1', kind)),
      ]
      // Kubernetes puts this one into every namespace.
      assert.deepEqual((await Promise.all(kinds)).flat(), ['ConfigMap kube-root-ca.crt'])
    }, sweepMilliseconds)
  })
})
