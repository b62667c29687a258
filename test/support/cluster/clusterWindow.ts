import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { GatewayClient } from '../../../src/client/gatewayClient.ts'
import { eventually } from '../eventually.ts'
import { gatewayOf } from '../gatewayOf.ts'
import { packagedExtension } from '../packagedExtension.ts'
import { artifacts, root, startVscode, type Vscode } from '../vscodeHost.ts'
import { type TreeRow } from '../workbench/sideBarView.ts'
import { type Workbench, workbench } from '../workbench.ts'
import { createKubeApi, type KubeApi } from './kubeApi.ts'
import { temporaryNamespace } from './temporaryNamespace.ts'
import { testCluster } from './testCluster.ts'

/** A VS Code whose kubeconfig leads to the test cluster, with the example project open and the side bar shown. */
export interface ClusterWindow extends AsyncDisposable {
  readonly api: KubeApi
  /** A namespace of the test's own. */
  readonly namespace: string
  /** The folder that is open. */
  readonly folder: string
  readonly vscode: Vscode
  readonly window: Workbench
  readonly client: () => Promise<GatewayClient>
  /** The row of exactly that label, as it is shown now. */
  readonly rowOf: (view: string, label: string) => Promise<TreeRow | undefined>
  /** Adds the cluster by the command, and waits until it answers. */
  readonly addCluster: (name: string) => Promise<void>
  /** Opens the test's namespace from the row of the cluster. */
  readonly openNamespace: (cluster: string) => Promise<void>
  /** Keeps a picture with the results of the tests; its name may be any text. */
  readonly picture: (name: string) => Promise<void>
}

/** Opens one; `kubeconfig` may lead through a proxy. */
export async function openClusterWindow(kubeconfig?: string): Promise<ClusterWindow> {
  const cluster = await testCluster()
  const api = createKubeApi(cluster.kubeconfig)
  await using opening = new AsyncDisposableStack()
  const home = await mkdtemp(join(tmpdir(), 'hks-cluster-'))
  opening.defer(() => rm(home, { recursive: true, force: true }))
  const namespace = opening.use(await temporaryNamespace(api))
  const folder = join(home, 'hello-hks')
  await cp(join(root, 'examples/hello-hks'), folder, { recursive: true })
  const env = { KUBECONFIG: kubeconfig ?? cluster.kubeconfig }
  const vscode = await startVscode({ folder, vsix: await packagedExtension(), hksHome: join(home, 'data'), env })
  opening.defer(() => vscode.stop())
  const window = workbench(vscode.page)
  await window.openContainer('Hexabase HKS')
  await window.statusBarItem('HKS: local').waitFor()

  const jobs = window.view('CronJobs')
  const rowOf = async (view: string, label: string) => (await window.view(view).rows()).find(row => row.label === label)
  const answers = async (name: string) => {
    await jobs.row(name).waitFor()
    await eventually(async () => {
      const row = await rowOf('CronJobs', name)
      if (!row || row.description.includes('connecting')) throw new Error(`${name} does not answer yet`)
    })
  }
  const stack = opening.move()
  return {
    ...{ api, namespace: namespace.name, folder, vscode, window, rowOf },
    client: () => gatewayOf(vscode.hksHome),
    addCluster: async name => {
      await window.runCommand('Hexabase HKS: Add Cluster')
      const [context] = await window.quickInput.items()
      await window.quickInput.pick(context!)
      await window.quickInput.answer(/What to call/, name)
      await answers(name)
    },
    openNamespace: async name => {
      await jobs.action(name, 'Open Namespace')
      await window.quickInput.pick(namespace.name)
      await vscode.page.keyboard.press('Enter')
      await jobs.row(namespace.name).waitFor()
      await answers(name)
    },
    picture: async name => {
      const path = join(artifacts, `${name.replace(/[^\w-]+/g, '-')}.png`)
      await mkdir(dirname(path), { recursive: true })
      await window.screenshot(path)
    },
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  }
}
