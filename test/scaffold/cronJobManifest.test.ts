import assert from 'node:assert/strict'
import type { CronJobCreate } from '../../src/contract/cronJobs.ts'
import type { HksError } from '../../src/contract/errors.ts'
import { parseManifest } from '../../src/scaffold/cronJobManifest.ts'
import { writeManifest } from '../../src/scaffold/writeManifest.ts'

const manifest = `apiVersion: batch/v1
kind: CronJob
metadata:
  name: nightly-report
spec:
  schedule: "0 2 * * *"
  timeZone: Europe/Berlin
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      backoffLimit: 2
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: report
              image: python:3.12
              command: ["sh", "-c"]
              args: ["date"]
              env:
                - {name: MODE, value: full}
                - {name: KEY, valueFrom: {secretKeyRef: {name: api, key: token}}}
`

describe('a CronJob manifest', () => {
  it('becomes the body that creates the CronJob', () => {
    const { cronJobs, others } = parseManifest(manifest, 'nightly.yaml')
    assert.deepEqual(others, [])
    assert.deepEqual(cronJobs[0]?.create, {
      name: 'nightly-report',
      schedule: '0 2 * * *',
      timeZone: 'Europe/Berlin',
      concurrencyPolicy: 'Forbid',
      backoffLimit: 2,
      image: 'python:3.12',
      command: ['sh', '-c'],
      args: ['date'],
      environment: { MODE: 'full' },
      secrets: [{ name: 'KEY', from: 'api/token' }],
    })
  })

  it('says that the image is ignored on local', () => {
    assert.deepEqual(parseManifest(manifest, 'nightly.yaml').cronJobs[0]?.warnings, [
      'image python:3.12 is ignored on local: the command runs on this machine.',
    ])
  })

  it('says what else has no effect here', () => {
    const text = manifest
      .replace('restartPolicy: Never', 'restartPolicy: Never\n          volumes: []')
      .replace('image: python:3.12', 'workingDir: /srv')
    assert.deepEqual(parseManifest(text, 'a.yaml').cronJobs[0]?.warnings, [
      'workingDir of the container is ignored on local.',
      'volumes of the pod is ignored on local.',
    ])
  })

  it('keeps a manifest without a time zone as it is', () => {
    const text = manifest.replace('  timeZone: Europe/Berlin\n', '')
    assert.equal('timeZone' in parseManifest(text, 'a.yaml').cronJobs[0]!.create, false)
  })

  it('reads every CronJob of a file and names the other kinds', () => {
    const text = `${manifest}---\nkind: ConfigMap\n---\n${manifest.replace('nightly-report', 'second')}---\n`
    const { cronJobs, others } = parseManifest(text, 'all.yaml')
    assert.deepEqual(
      cronJobs.map(job => job.create.name),
      ['nightly-report', 'second'],
    )
    assert.deepEqual(others, ['ConfigMap'])
  })

  const faults: [string, string, number, RegExp][] = [
    ['an old API version', manifest.replace('batch/v1', 'batch/v1beta1'), 1, /is not batch\/v1/],
    ['a missing schedule', manifest.replace('  schedule: "0 2 * * *"\n', ''), 5, /spec\.schedule: is missing/],
    ['an unknown policy', manifest.replace('Forbid', 'forbid'), 8, /must be one of Allow, Forbid, Replace/],
    ['a container without a command', manifest.replace(/ +command.*\n +args.*\n/, ''), 16, /has no command/],
    ['an argument that is a number', manifest.replace('["date"]', '[1]'), 19, /must be a list of texts/],
    ['a number in env', manifest.replace('value: full', 'value: 3'), 21, /must be a text/],
    ['a broken text', manifest.replace('metadata:', 'metadata: ['), 5, /./],
  ]
  for (const [what, text, line, message] of faults) {
    it(`names the line of ${what}`, () => {
      assert.throws(
        () => parseManifest(text, 'nightly.yaml'),
        (error: HksError) => {
          assert.equal(error.code, 'INVALID_REQUEST')
          assert.equal(error.details?.['line'], line, error.message)
          assert.match(error.message, message)
          return true
        },
      )
    })
  }

  it('written from a CronJob reads back as the same CronJob', () => {
    const job: CronJobCreate = {
      projectId: 'p',
      name: 'sync',
      schedule: '*/5 * * * *',
      timeZone: 'Asia/Tokyo',
      command: ['sh', '-c', 'echo "a: b"; true'],
      args: ['--x', '1'],
      environment: { A: '1' },
      secrets: [{ name: 'K', from: 'api/key' }],
      concurrencyPolicy: 'Replace',
      suspend: true,
      startingDeadlineSeconds: 60,
      activeDeadlineSeconds: 10,
      backoffLimit: 0,
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 2,
      terminationGracePeriodSeconds: 5,
      image: 'alpine',
    }
    const { projectId: _, ...rest } = job
    assert.deepEqual(parseManifest(writeManifest(job)!, 'x.yaml').cronJobs[0]?.create, rest)
  })

  it('is not written for a CronJob that calls a function', () => {
    assert.equal(writeManifest({ projectId: 'p', name: 'a', schedule: '@daily', functionId: 'f' }), undefined)
  })
})
