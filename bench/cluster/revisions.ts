import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'node:http'
import type { KubeObject } from '../../test/support/cluster/kubeObject.ts'
import { double } from '../load/callMany.ts'
import { openConnection } from '../load/connection.ts'
import { type BenchRow, elapsed, medianAndP95, ms, quantile } from '../row.ts'
import { deploy, doublerOf, doublers } from '../functions/deployed.ts'
import { type BenchNamespace, type ClusterBench, connectGateway, openNamespace } from './benchCluster.ts'

const count = 30
const aimMs = 150
/** The autoscaler looks back over a minute, then a pod has its grace. */
const zeroSeconds = 300
/** So many pods at most are there when a turn begins: on a node that is full it would wait until another pod has ended. */
const mostPods = 8
/** The shortest time over which the autoscaler may look back (Knative, `autoscaling.knative.dev/window`). */
const shortestWindow = { 'autoscaling.knative.dev/window': '6s' }
/** The kubelet looks at its containers once a second: turns that began in step with it would measure that. */
const kubeletMs = 1000

const autoscalers = { apiVersion: 'autoscaling.internal.knative.dev/v1alpha1', kind: 'PodAutoscaler' }
const serving = { apiVersion: 'serving.knative.dev/v1', kind: 'Service' }

interface Service extends KubeObject {
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly name?: string; readonly annotations: Readonly<Record<string, string>> }
      readonly spec: { readonly volumes: readonly Volume[] } & Readonly<Record<string, unknown>>
    }
  }
  readonly status: {
    readonly url?: string
    readonly observedGeneration?: number
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
  }
}

interface Volume {
  readonly name: string
  readonly configMap?: { readonly name: string }
}

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
  readonly binaryData?: Readonly<Record<string, string>>
}

/** A function that is deployed through the gateway beside the same Knative Service applied by kubectl, turn by turn. */
export async function measureRevisions(): Promise<BenchRow[]> {
  await using namespace = await openNamespace()
  await using bench = await connectGateway(namespace)
  const { ours, peers, ids, hosts } = await deployInTurns(namespace, bench)
  return [
    rowOf(`node on Knative: deploy → Ready, ${count} times`, ours, 'kubectl apply → Ready', peers),
    await coldRow(namespace, bench, ids, hosts),
  ]
}

function rowOf(name: string, ours: readonly number[], peer: string, peers: readonly number[]): BenchRow {
  const difference = quantile(ours, 0.5) - quantile(peers, 0.5)
  return {
    name,
    ours: `${medianAndP95(ours)}, median ${difference < 0 ? '−' : '+'}${ms(Math.abs(difference))}`,
    peer: `${peer}: ${medianAndP95(peers)}`,
    aim: `median within ${aimMs} ms of the peer`,
    ok: difference <= aimMs,
  }
}

async function deployInTurns(namespace: BenchNamespace, { gateway, projectId }: ClusterBench) {
  const target = { now: gateway.now, projectId }
  const ours: number[] = []
  const peers: number[] = []
  const ids: string[] = []
  const hosts: string[] = []
  // The first one makes what all share: the program of the language, and the image on the node.
  await deploy(target, 'first', 'node', doublers.node)
  const manifest = await manifestOf(namespace, 'first')
  for (let index = 0; index < count; index++) {
    const byGateway = async () => {
      ours.push(
        await elapsed(async () => {
          ids.push(await deploy(target, `ours-${index}`, 'node', doublers.node))
        }),
      )
    }
    const byKubectl = async () => {
      const name = `theirs-${index}`
      let service: Service | undefined
      peers.push(
        await elapsed(async () => {
          await kubectlApply(namespace, manifest(name))
          service = await namespace.api.until<Service>({ ...serving, namespace: namespace.name, name }, isReady)
        }),
      )
      hosts.push(new URL(service!.status.url!).host)
    }
    await takeTurns(namespace, index, byGateway, byKubectl)
  }
  return { ours, peers, ids, hosts }
}

const isReady = ({ metadata, status }: Service): boolean =>
  status?.observedGeneration === metadata.generation &&
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true

/** The objects of a deployed function as somebody would write them by hand, under other names. */
async function manifestOf({ api, name: namespace }: BenchNamespace, of: string): Promise<(name: string) => string> {
  const { spec } = (await api.get<Service>({ ...serving, namespace, name: of }))!
  const { annotations } = spec.template.metadata
  const source = spec.template.spec.volumes.find(volume => volume.name === 'source')!.configMap!.name
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap' }
  const { data, binaryData } = (await api.get<ConfigMap>({ ...configMap, namespace, name: source }))!
  return name => {
    const template = JSON.parse(
      JSON.stringify({ metadata: { annotations }, spec: spec.template.spec }).replaceAll(`"${source}"`, `"${name}"`),
    ) as object
    const items = [
      { ...configMap, metadata: { name, namespace }, data, binaryData },
      { ...serving, metadata: { name, namespace }, spec: { template } },
    ]
    return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  }
}

async function kubectlApply({ cluster }: BenchNamespace, manifest: string): Promise<void> {
  const child = spawn('kubectl', ['--kubeconfig', cluster.kubeconfig, 'apply', '--filename', '-'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  const ended = once(child, 'exit')
  child.stdin.end(manifest)
  const [code] = (await ended) as [number | null]
  if (code !== 0) throw new Error(`kubectl apply ended with ${code}`)
}

/** First calls of what has no pod, once each, turn by turn. */
async function coldRow(
  namespace: BenchNamespace,
  { gateway }: ClusterBench,
  ids: readonly string[],
  hosts: readonly string[],
): Promise<BenchRow> {
  const name = `node on Knative: first call from zero, ${count} times`
  const { ingress } = namespace.cluster
  if (ingress === undefined) return { name, ours: 'not measured: HKS_TEST_INGRESS names no ingress' }
  await untilZero(namespace)
  const ours: number[] = []
  const peers: number[] = []
  for (const [index, id] of ids.entries()) {
    const byGateway = async () => {
      const { url, headers } = doublerOf(gateway, id)
      using connection = await openConnection(url, headers)
      ours.push(await elapsed(() => double(connection, index)))
    }
    const direct = async () => {
      peers.push(await elapsed(() => callDirectly(ingress, hosts[index]!, index)))
    }
    await takeTurns(namespace, index, byGateway, direct)
  }
  return rowOf(name, ours, 'the same Service called at the ingress', peers)
}

/** One after the other, in the other order each time, on a node that has room. */
async function takeTurns(
  namespace: BenchNamespace,
  index: number,
  ours: () => Promise<void>,
  peers: () => Promise<void>,
): Promise<void> {
  for (const turn of index % 2 === 0 ? [ours, peers] : [peers, ours]) {
    await untilRoom(namespace)
    await delay(Math.random() * kubeletMs)
    await turn()
  }
}

/** What has served goes at once: of themselves pods stay for two minutes, the last half of one without taking calls. */
async function untilRoom({ api, name }: BenchNamespace): Promise<void> {
  const pods = { apiVersion: 'v1', kind: 'Pod', namespace: name }
  const autoscaler = { ...autoscalers, namespace: name }
  for (const { metadata } of await api.list(autoscaler)) {
    if (metadata.annotations?.['autoscaling.knative.dev/window'] !== undefined) continue
    await api.patch({ ...autoscaler, name: metadata.name }, { metadata: { annotations: shortestWindow } })
  }
  await api.untilList<KubeObject>(
    pods,
    list => {
      for (const { metadata } of list) {
        if (metadata.deletionTimestamp !== undefined) {
          void api.remove({ ...pods, name: metadata.name }, { gracePeriodSeconds: 0 })
        }
      }
      return list.length <= mostPods
    },
    zeroSeconds * 1000,
  )
}

/** No pod is left, whatever it takes the autoscaler. */
async function untilZero({ api, name }: BenchNamespace): Promise<void> {
  const pods = { apiVersion: 'v1', kind: 'Pod', namespace: name }
  await api.untilList(pods, list => list.length === 0, zeroSeconds * 1000)
  await delay(2000)
}

async function callDirectly(ingress: string, host: string, number: number): Promise<void> {
  const sent = request(ingress, { method: 'POST', headers: { host, 'content-type': 'application/json' } })
  sent.end(JSON.stringify({ number }))
  const [response] = (await once(sent, 'response')) as [AsyncIterable<Buffer>]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  const { answer } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly answer?: unknown }
  if (answer !== number * 2) throw new Error(`${host} answered ${Buffer.concat(chunks).toString()}`)
}
