import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { followLogs } from '../../src/client/followLogs.ts'
import { untilEnded } from '../builtGateway.ts'
import type { BenchRow } from '../row.ts'
import { type BenchNamespace, type ClusterBench, connectGateway, openNamespace } from './benchCluster.ts'

/** Lines that a pod writes at once, ten times a second. */
const batch = 1000
const pauseSeconds = 0.1

interface Writing {
  readonly name: string
  readonly lines: number
  /** Bytes of a line without its end. */
  readonly width: number
}

/** Below 10 MiB with the times that the kubelet adds: then it has no reason to begin another file. */
const small: Writing = { name: 'small', lines: 100_000, width: 50 }
/** Several files: the kubelet looks each ten seconds whether one has 10 MiB. */
const rotated: Writing = { name: 'rotated', lines: 400_000, width: 80 }

/** Log lines of a pod, followed through the gateway and by `kubectl logs -f` at the same time. */
export async function measureLogLines(): Promise<BenchRow[]> {
  await using namespace = await openNamespace()
  await using bench = await connectGateway(namespace)
  return [
    await followBoth(namespace, bench, small, 'in one file of the kubelet'),
    await followBoth(namespace, bench, rotated, 'over rotations by the kubelet'),
  ]
}

/** What came of numbered lines. */
interface Followed {
  /** Those that came in their order, each once. */
  readonly inOrder: number
  readonly others: number
}

async function followBoth(
  namespace: BenchNamespace,
  { gateway, projectId }: ClusterBench,
  writing: Writing,
  where: string,
): Promise<BenchRow> {
  const { client } = gateway.now()
  const { api, cluster } = namespace
  const { id } = await client.call('createCronJob', {
    body: {
      ...{ projectId, name: writing.name, schedule: '0 0 1 1 *', suspend: true },
      ...{ image: cluster.images.shell, command: ['sh', '-c', script(writing)] },
    },
  })
  const { id: execId } = await client.call('triggerCronJob', { params: { id } })
  const pods = { apiVersion: 'v1', kind: 'Pod', namespace: namespace.name }
  const [pod] = await api.untilList<{
    readonly metadata: { readonly name: string }
    readonly status: { readonly phase: string }
  }>(pods, list =>
    list.some(({ metadata, status }) => metadata.name.startsWith(writing.name) && status.phase === 'Running'),
  )
  const [ours, peer] = await Promise.all([
    throughGateway(async () => client, id, execId),
    throughKubectl(cluster.kubeconfig, namespace.name, pod!.metadata.name),
  ])
  await untilEnded({ client }, id, execId)
  return {
    name: `${writing.lines.toLocaleString('en')} log lines of ${writing.width} bytes, ${where}`,
    ours: text(ours, writing.lines),
    peer: `kubectl logs -f: ${text(peer, writing.lines)}`,
    aim: 'complete and in order',
    ok: ours.inOrder === writing.lines && ours.others === 0,
  }
}

const text = ({ inOrder, others }: Followed, all: number): string =>
  inOrder === all && others === 0
    ? 'all, in order'
    : `${inOrder.toLocaleString('en')} in order, ${others.toLocaleString('en')} others`

/** Numbered lines, after two seconds in which the followers take hold. */
function script({ lines, width }: Writing): string {
  const filling = 'x'.repeat(width - 8)
  const awk = `BEGIN { for (j = 1; j <= ${batch}; j++) printf "%07d %s\\n", b * ${batch} + j, "${filling}" }`
  return `sleep 2; i=0; while [ $i -lt ${lines / batch} ]; do awk -v b=$i '${awk}'; i=$((i+1)); sleep ${pauseSeconds}; done`
}

/** Counts lines as they come. */
function counter(): { readonly take: (line: string) => void; readonly result: () => Followed } {
  let inOrder = 0
  let others = 0
  return {
    take: line => {
      if (Number.parseInt(line, 10) === inOrder + 1) inOrder += 1
      else others += 1
    },
    result: () => ({ inOrder, others }),
  }
}

async function throughGateway(client: Parameters<typeof followLogs>[0], id: string, execId: string): Promise<Followed> {
  const count = counter()
  const options = { signal: new AbortController().signal }
  for await (const batched of followLogs(client, { kind: 'execution', id, execId }, options)) {
    if ('gap' in batched) count.take('a gap')
    if (!('lines' in batched)) continue
    for (const { stream, text: line } of batched.lines) if (stream === 'stdout') count.take(line)
  }
  return count.result()
}

async function throughKubectl(kubeconfig: string, namespace: string, pod: string): Promise<Followed> {
  const count = counter()
  const args = ['--kubeconfig', kubeconfig, '--namespace', namespace, 'logs', '--follow', pod]
  const child = spawn('kubectl', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const failed = new Promise<never>((_resolve, reject) => child.once('error', reject))
  failed.catch(() => undefined)
  const read = async () => {
    for await (const line of createInterface({ input: child.stdout })) count.take(line)
  }
  await Promise.race([read(), failed])
  await delay(0)
  return count.result()
}
