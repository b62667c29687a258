import assert from 'node:assert/strict'
import type { CronJobExecution } from '../../../../../src/contract/executions.ts'
import type { KubeObject } from '../../../../../src/gateway/providers/kubernetes/client/kubeObject.ts'
import { type ClusterGateway, openClusterGateway } from '../../../../support/cluster/clusterGateway.ts'
import { eventually } from '../../../../support/eventually.ts'

/** A CronJob as somebody else writes it: a pod spec, and fields of the Job. */
interface Case {
  readonly container?: object
  readonly pod?: object
  readonly job?: object
  readonly reason: string
  readonly cause: RegExp
}

const cases: Readonly<Record<string, Case>> = {
  'an exit code': {
    container: { command: ['sh', '-c', 'exit 3'] },
    job: { backoffLimit: 1 },
    reason: 'BackoffLimitExceeded',
    cause: /^The container exited with code 3\. It was the last of 2 attempts\.$/,
  },
  'more memory than its limit': {
    container: { command: ['tail', '/dev/zero'], resources: { limits: { memory: '20Mi' } } },
    reason: 'BackoffLimitExceeded',
    // Which of the two is the kubelet's luck: it may not hear of the reason.
    cause:
      /^The container (was killed:|exited with code 137, .* perhaps) it used more than its limit of 20Mi of memory/,
  },
  'a command that is not there': {
    container: { command: ['no-such-command'] },
    reason: 'BackoffLimitExceeded',
    cause: /^The container could not run: .*no-such-command/,
  },
  'an init container': {
    container: { command: ['true'] },
    pod: { initContainers: [{ name: 'prepare', command: ['sh', '-c', 'echo no; exit 2'] }] },
    reason: 'BackoffLimitExceeded',
    cause: /^The init container "prepare" exited with code 2\.$/,
  },
  'an image that is not there': {
    container: { image: 'registry.invalid/none:1' },
    job: { activeDeadlineSeconds: 12 },
    reason: 'DeadlineExceeded',
    cause: /activeDeadlineSeconds of 12\. The image "registry\.invalid\/none:1" of the container can not be pulled: /,
  },
  'no room on any node': {
    container: { command: ['true'], resources: { requests: { cpu: '1000' } } },
    job: { activeDeadlineSeconds: 6 },
    reason: 'DeadlineExceeded',
    cause: /^It ran longer than its activeDeadlineSeconds of 6\. No node takes the pod: .*Insufficient cpu/,
  },
  'a secret that is not there': {
    container: {
      command: ['true'],
      env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'nothing', key: 'k' } } }],
    },
    job: { activeDeadlineSeconds: 8 },
    reason: 'DeadlineExceeded',
    cause: /^It ran longer .* The container can not start: secret "nothing" not found\.$/,
  },
}

describe('a run of the cluster that fails', function () {
  this.timeout(120_000)
  let cluster: ClusterGateway
  const runs = new Map<string, Promise<CronJobExecution>>()
  before(async () => {
    cluster = await openClusterGateway()
    for (const [index, [title, each]] of Object.entries(cases).entries()) {
      const run = runOf(cluster, `case-${index}`, each)
      run.catch(() => undefined)
      runs.set(title, run)
    }
  })
  after(async () => {
    await cluster?.[Symbol.asyncDispose]()
  })

  for (const [title, { reason, cause }] of Object.entries(cases)) {
    it(`says that it was ${title}`, async () => {
      const run = (await runs.get(title))!
      assert.deepEqual([run.status, run.reason], ['failed', reason])
      assert.match(run.cause!, cause)
    })
  }

  it('has its pods as attempts', async () => {
    const { attempts, exitCode } = (await runs.get('an exit code'))!
    assert.equal(exitCode, 3)
    assert.deepEqual(
      attempts.map(each => [each.number, each.exitCode]),
      [
        [1, 3],
        [2, 3],
      ],
    )
  })

  it('says once what its pods lack that Pod Security refuses, however often it is tried', async () => {
    await using own = await openClusterGateway()
    const { api, namespace, client } = own
    await api.request.json('PATCH', `/api/v1/namespaces/${namespace}`, {
      body: { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } },
      contentType: 'application/merge-patch+json',
    })
    const { jobName, applicationId, id, cause } = await runOf(own, 'refused', {
      ...{ container: { command: ['true'] }, job: { activeDeadlineSeconds: 20 } },
      ...{ reason: 'DeadlineExceeded', cause: /./ },
    })
    const { items } = await client().call('getExecutionLogs', {
      ...{ params: { id: applicationId, execId: id }, query: { limit: 1000 } },
    })
    const told = items.map(({ text }) => text).filter(text => text.startsWith(`${jobName}: The pod could not be made`))
    assert.equal(told.length, 1, told.join('\n'))
    assert.match(
      told[0]!,
      /level "restricted".*seccompProfile\.type to "RuntimeDefault" or "Localhost"\)\. Set these fields/,
    )
    assert.match(cause!, /activeDeadlineSeconds of 20\. The pod could not be made: .* Set these fields/)
    const events = await api.list<{ metadata: { name: string }; reason: string; message: string } & KubeObject>({
      ...{ apiVersion: 'v1', kind: 'Event', namespace },
    })
    const tries = events.filter(({ reason }) => reason === 'FailedCreate').map(({ message }) => message)
    assert.ok(new Set(tries).size > 1, tries.join('\n'))
  })
})

/** Makes the CronJob past the gateway and runs it through it. */
async function runOf({ api, client, namespace, image, projectId, ended }: ClusterGateway, name: string, each: Case) {
  const { initContainers = [], ...pod } = (each.pod ?? {}) as { initContainers?: object[] }
  const made = await api.create<{ metadata: { uid: string } }>({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace },
    spec: {
      schedule: '0 0 1 1 *',
      jobTemplate: {
        spec: {
          backoffLimit: 0,
          ...each.job,
          template: {
            spec: {
              restartPolicy: 'Never',
              terminationGracePeriodSeconds: 1,
              containers: [{ name: 'main', image, ...each.container }],
              initContainers: initContainers.map(container => ({ image, ...container })),
              ...pod,
            },
          },
        },
      },
    },
  })
  const id = made.metadata.uid
  await eventually(async () => {
    const { items } = await client().call('listCronJobs', { query: { projectId, limit: 1000 } })
    assert.ok(items.some(job => job.id === id))
  })
  return ended(id, (await client().call('triggerCronJob', { params: { id }, body: {} })).id)
}
