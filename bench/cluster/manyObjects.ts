import { setTimeout as delay } from 'node:timers/promises'
import type { GatewayClient } from '../../src/client/gatewayClient.ts'
import { watchGateway } from '../../src/client/watchGateway.ts'
import { residentBytes, residentMiB } from '../processMemory.ts'
import { type BenchRow, elapsed, medianAndP95, ms, quantile } from '../row.ts'
import { type BenchNamespace, connectGateway, openNamespace } from './benchCluster.ts'
import { type CountingProxy, countingProxy } from './countingProxy.ts'

const cronJobs = 2000
const jobsEach = 5
const atOnce = 48
const pages = 100
const pageAimMs = 20
const changes = 100
const changeAimMs = 500
const idleMinutes = 2
const idleAim = 2
const residentAim = 500 * 2 ** 20

/** 2,000 suspended CronJobs with 10,000 finished Jobs: what they cost a gateway, and how it follows their changes. */
export async function measureManyObjects(): Promise<BenchRow[]> {
  await using namespace = await openNamespace()
  await using proxy = await countingProxy(namespace.cluster.kubeconfig)
  await fill(proxy, namespace)
  let connected: Awaited<ReturnType<typeof connectGateway>> | undefined
  const synced = await elapsed(async () => {
    connected = await connectGateway(namespace, proxy.kubeconfig)
    await untilAllAreThere(connected.gateway.now().client, connected.projectId)
  })
  await using owned = connected!
  const { client, ready } = owned.gateway.now()
  const query = { projectId: owned.projectId, limit: 100 }
  const times: number[] = []
  for (let round = 0; round < pages; round++) times.push(await elapsed(() => client.call('listCronJobs', { query })))
  await using window = await openWindow(client)
  const followed = await followChanges(window, proxy, namespace.name)
  const idle = await askedWhileIdle(proxy)
  return [
    {
      name: `${cronJobs} suspended CronJobs with ${cronJobs * jobsEach} finished Jobs: gateway start → all are there`,
      ours: ms(synced),
    },
    {
      name: `first page (100) of ${cronJobs} CronJobs of a cluster, ${pages} times`,
      ours: medianAndP95(times),
      aim: `p50 < ${pageAimMs} ms`,
      ok: quantile(times, 0.5) < pageAimMs,
    },
    {
      name: 'the same gateway: memory',
      ours: residentMiB(ready.pid),
      aim: `≤ ${residentAim / 2 ** 20} MiB RSS`,
      ok: process.platform !== 'linux' || residentBytes(ready.pid) <= residentAim,
    },
    {
      name: `a change in the cluster → the tree is told, ${changes} times`,
      ours: medianAndP95(followed),
      aim: `p95 < ${changeAimMs} ms`,
      ok: quantile(followed, 0.95) < changeAimMs,
    },
    {
      name: `requests of an idle connection besides watches, in ${idleMinutes} minutes`,
      ours: `${idle.other} (and ${idle.watches} watches begun)`,
      aim: `≤ ${idleAim} a minute`,
      ok: idle.other / idleMinutes <= idleAim,
    },
  ]
}

/** Jobs that the Job controller leaves alone (`managedBy`), so that a status says of them what it likes. */
async function fill(proxy: CountingProxy, { name, cluster }: BenchNamespace): Promise<void> {
  const send = async (method: string, path: string, body: object) => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const headers = { 'Content-Type': type }
    const answer = await fetch(`${proxy.url}${path}`, { method, headers, body: JSON.stringify(body) })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return JSON.parse(text) as { readonly metadata: { readonly uid: string } }
  }
  const batch = `/apis/batch/v1/namespaces/${name}`
  const containers = [{ name: 'main', image: cluster.images.shell, command: ['true'] }]
  const template = { spec: { restartPolicy: 'Never', containers } }
  const now = Date.now()
  let next = 0
  const work = async () => {
    for (;;) {
      const index = next++
      if (index >= cronJobs) return
      const cronJob = `job-${String(index).padStart(4, '0')}`
      const { metadata } = await send('POST', `${batch}/cronjobs`, {
        ...{ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: cronJob } },
        spec: {
          ...{ schedule: '*/5 * * * *', suspend: true, successfulJobsHistoryLimit: 10, failedJobsHistoryLimit: 10 },
          jobTemplate: { spec: { template } },
        },
      })
      for (let run = 0; run < jobsEach; run++) {
        const at = new Date(now - (run + 1) * 300_000)
        const job = `${cronJob}-${run}`
        await send('POST', `${batch}/jobs`, {
          apiVersion: 'batch/v1',
          kind: 'Job',
          metadata: {
            name: job,
            annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': instant(at) },
            ownerReferences: [
              { apiVersion: 'batch/v1', kind: 'CronJob', name: cronJob, uid: metadata.uid, controller: true },
            ],
          },
          spec: { managedBy: 'example.com/nobody', template },
        })
        await send('PATCH', `${batch}/jobs/${job}/status`, { status: finished(at) })
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

const instant = (at: Date): string => `${at.toISOString().slice(0, 19)}Z`

/** As the Job controller writes it of a Job that has succeeded. */
function finished(at: Date): object {
  const completed = new Date(at.getTime() + 4000)
  const condition = (type: string) => ({
    ...{ type, status: 'True', reason: 'CompletionsReached' },
    ...{ lastProbeTime: instant(completed), lastTransitionTime: instant(completed) },
  })
  return {
    ...{ startTime: instant(at), completionTime: instant(completed), succeeded: 1, ready: 0 },
    conditions: [condition('SuccessCriteriaMet'), condition('Complete')],
  }
}

async function untilAllAreThere(client: GatewayClient, projectId: string): Promise<void> {
  for (;;) {
    const { items } = await client.call('listCronJobs', { query: { projectId, limit: 1000 } })
    // The last of them by name, with the last of its runs.
    if (items.length === 1000) {
      const last = await lastOf(client, projectId)
      if (last === cronJobs) return
    }
    await delay(100)
  }
}

/** How many CronJobs there are with a known last run. */
async function lastOf(client: GatewayClient, projectId: string): Promise<number> {
  let count = 0
  let cursor: string | undefined
  do {
    const query = { projectId, limit: 1000, ...(cursor === undefined ? {} : { cursor }) }
    const page = await client.call('listCronJobs', { query })
    count += page.items.filter(item => item.recentExecutions.length > 0).length
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return count
}

/** What a window of the editor does: it is told of changes for as long as it is there, which keeps the gateway. */
interface Window extends AsyncDisposable {
  /** Resolves when it is told of a CronJob with this schedule. */
  readonly untilTold: (name: string, schedule: string) => Promise<void>
}

async function openWindow(client: GatewayClient): Promise<Window> {
  const ending = new AbortController()
  const waiting = new Map<string, () => void>()
  const begun = Promise.withResolvers<void>()
  const watching = watchGateway({
    connect: async () => client.address,
    signal: ending.signal,
    onState: () => undefined,
    onMessage: message => {
      if (message.type === 'snapshot') begun.resolve()
      if (message.type !== 'put' || message.kind !== 'cronJob') return
      waiting.get(`${message.object.name} ${message.object.schedule}`)?.()
    },
  })
  await begun.promise
  return {
    untilTold: (name, schedule) => new Promise(resolve => waiting.set(`${name} ${schedule}`, resolve)),
    [Symbol.asyncDispose]: async () => {
      ending.abort()
      await watching
    },
  }
}

/** Milliseconds from a change by somebody else to the message that a window gets. */
async function followChanges(window: Window, proxy: CountingProxy, namespace: string): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < changes; index++) {
    const name = `job-${String((index * 19) % cronJobs).padStart(4, '0')}`
    const schedule = `${index % 60} 5 * * *`
    const told = window.untilTold(name, schedule)
    times.push(
      await elapsed(async () => {
        const answer = await fetch(`${proxy.url}/apis/batch/v1/namespaces/${namespace}/cronjobs/${name}`, {
          method: 'PATCH',
          headers: { 'Content-Type': 'application/merge-patch+json' },
          body: JSON.stringify({ spec: { schedule } }),
        })
        if (!answer.ok) throw new Error(await answer.text())
        await answer.body?.cancel()
        await told
      }),
    )
    await delay(50)
  }
  return times
}

async function askedWhileIdle({
  requests,
}: CountingProxy): Promise<{ readonly other: number; readonly watches: number }> {
  // What followed the changes is over then.
  await delay(10_000)
  const before = requests.length
  await delay(idleMinutes * 60_000)
  const asked = requests.slice(before)
  const watches = asked.filter(request => request.isWatch).length
  return { other: asked.length - watches, watches }
}
