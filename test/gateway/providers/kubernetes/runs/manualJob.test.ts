import assert from 'node:assert/strict'
import fc from 'fast-check'
import { platformEnv } from '../../../../../src/gateway/providers/kubernetes/cronJobs/environment.ts'
import type { KubeJob } from '../../../../../src/gateway/providers/kubernetes/objects/batchV1.ts'
import {
  manualJob,
  manualJobName,
  type ManualRun,
} from '../../../../../src/gateway/providers/kubernetes/runs/manualJob.ts'
import { kubeCronJob } from '../objects.ts'

const jobOf = (run: Partial<ManualRun> = {}, cronJob = kubeCronJob()) =>
  manualJob(cronJob, { suffix: 'x7k2p', ...run }) as unknown as KubeJob

describe('a Job by hand', () => {
  it("is what `kubectl create job --from` makes of the CronJob's template", () => {
    const { metadata, spec } = jobOf()
    assert.deepEqual(metadata, {
      name: 'report-manual-x7k2p',
      labels: { team: 'shop' },
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [
        {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          name: 'report',
          uid: 'uid-of-report',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    })
    assert.deepEqual(spec, kubeCronJob().spec.jobTemplate.spec)
  })

  it('has a name that Kubernetes takes, whatever that of its CronJob', () => {
    const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,60}[a-z0-9])?$/)
    fc.assert(
      fc.property(name, each => {
        const made = manualJobName(each, 'x7k2p')
        assert.ok(made.length <= 63)
        assert.match(made, /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
        assert.ok(made.endsWith('-manual-x7k2p'))
      }),
    )
  })

  it('can have other arguments, another image and other variables, and keeps the rest', () => {
    const env = [
      { name: 'LEVEL', value: 'high' },
      { name: 'URL', value: '$(LEVEL)' },
    ]
    const changes = { args: ['--one'], image: 'report:2', environment: { LEVEL: 'low', NEW: '1' } }
    const { metadata, spec } = jobOf(changes, kubeCronJob({}, { env }))
    assert.equal(metadata.annotations?.['hexabase.io/run-changes'], JSON.stringify(changes))
    assert.deepEqual(spec.template.spec.containers, [
      {
        name: 'main',
        image: 'report:2',
        command: ['report'],
        args: ['--one'],
        env: [{ name: 'LEVEL', value: 'low' }, env[1], { name: 'NEW', value: '1' }],
      },
    ])
  })

  it('tells its process how it was started, where the CronJob is ours', () => {
    const ours = kubeCronJob({}, { env: platformEnv('app', 'report') })
    const triggerOf = (job: KubeJob) =>
      job.spec.template.spec.containers[0]!.env?.find(each => each.name === 'HKS_TRIGGER')?.value
    assert.equal(triggerOf(jobOf({}, ours)), 'manual')
    assert.equal(triggerOf(jobOf({ retryOf: 'first' }, ours)), 'retry')
    assert.equal(triggerOf(jobOf()), undefined)
    assert.equal(jobOf({ retryOf: 'first' }).metadata.annotations?.['hexabase.io/retry-of'], 'first')
  })
  it('refuses a variable that the platform sets itself', () => {
    assert.throws(() => jobOf({ environment: { HKS_RUN_ID: 'mine' } }), {
      code: 'INVALID_REQUEST',
      message: /^environment\.HKS_RUN_ID: /,
    })
  })
})
