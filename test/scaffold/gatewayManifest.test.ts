import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { CronJob } from '../../src/contract/cronJobs.ts'
import { parseManifest } from '../../src/scaffold/cronJobManifest.ts'
import { gatewayManifest } from '../../src/scaffold/gatewayManifest.ts'
import { manifestUpdate } from '../../src/scaffold/manifestUpdate.ts'

const file = `# A report every night.
apiVersion: batch/v1
kind: CronJob
metadata:
  name: nightly
spec:
  schedule: '30 2 * * *' # when it is quiet
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      backoffLimit: 1
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: report
              image: busybox:1.37
              command: [sh, -c]
              env:
                - name: TITLE
                  value: Nightly report # shown on top
              args:
                - |
                  echo one
                  echo two
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: other}
spec: {schedule: "@daily", jobTemplate: {spec: {template: {spec: {containers: [{name: o, command: ["true"]}]}}}}}
`
const jobOf = (name: string, changes: Partial<CronJob> = {}): CronJob => {
  const { create } = parseManifest(file, 'x.yaml').cronJobs.find(job => job.create.name === name)!
  return {
    ...{
      id: 'i',
      type: 'cronjob',
      projectId: 'p',
      active: 0,
      recentExecutions: [],
      environment: {},
      secrets: [],
      args: [],
    },
    ...{ createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' },
    ...{ concurrencyPolicy: 'Allow', suspend: false, backoffLimit: 6, terminationGracePeriodSeconds: 30 },
    ...{ successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 },
    ...(create as Partial<CronJob>),
    ...changes,
  } as CronJob
}
/** The lines that a comparison would mark. */
const changed = (text: string | undefined): { readonly gone: string[]; readonly come: string[] } => {
  const before = file.split('\n')
  const after = (text ?? '').split('\n')
  return { gone: before.filter(line => !after.includes(line)), come: after.filter(line => !before.includes(line)) }
}

describe('what the gateway has, in the manner of a file', () => {
  it('is the file itself where nothing differs', () => {
    assert.equal(gatewayManifest(file, jobOf('nightly')), file)
    assert.equal(gatewayManifest(file, jobOf('other')), file)
  })

  it('differs in the value alone, with its quotes and its comment', () => {
    const { gone, come } = changed(gatewayManifest(file, jobOf('nightly', { schedule: '0 3 * * *' })))
    assert.deepEqual(
      [gone, come],
      [["  schedule: '30 2 * * *' # when it is quiet"], ["  schedule: '0 3 * * *' # when it is quiet"]],
    )
  })

  it('puts what the file leaves out where people look for it', () => {
    const text = gatewayManifest(file, jobOf('nightly', { timeZone: 'Asia/Tokyo', suspend: true }))
    assert.match(
      text ?? '',
      /concurrencyPolicy: Forbid\n {2}suspend: true\n {2}timeZone: Asia\/Tokyo\n|concurrencyPolicy: Forbid\n {2}timeZone: Asia\/Tokyo\n {2}suspend: true\n/,
    )
    assert.deepEqual(changed(text).gone, [])
  })

  it('leaves out what the gateway does not have', () => {
    const { gone, come } = changed(gatewayManifest(file, jobOf('nightly', { args: [] })))
    assert.deepEqual(come, [])
    assert.deepEqual(
      gone.map(line => line.trim()),
      ['args:', '- |', 'echo one', 'echo two'],
    )
  })

  it('changes one variable where it stands', () => {
    const { gone, come } = changed(gatewayManifest(file, jobOf('nightly', { environment: { TITLE: 'Report' } })))
    assert.deepEqual([gone.length, come.map(line => line.trim())], [1, ['value: Report # shown on top']])
  })

  it('is written anew for a CronJob that the file does not hold', () => {
    const text = gatewayManifest('a: 1\n', jobOf('nightly')) ?? ''
    assert.match(text, /^apiVersion: batch\/v1\nkind: CronJob\n/)
  })

  it('is nothing for a CronJob that calls a function', () => {
    assert.equal(gatewayManifest(file, jobOf('nightly', { functionId: 'f' })), undefined)
  })

  const texts = fc.oneof(
    fc.constantFrom('sh', 'a: b', '"q"', "it's", '# no comment', '', 'two\nlines', '*', '{x}'),
    fc.string(),
  )
  const nothing = fc.constant(undefined)
  const changes = fc.record(
    {
      schedule: fc.constantFrom('0 0 * * *', '@every 1h', '*/5 * * * *'),
      timeZone: fc.oneof(nothing, fc.constant('Asia/Tokyo')),
      command: fc.array(texts, { minLength: 1, maxLength: 3 }).filter(([program]) => program !== ''),
      args: fc.array(texts, { maxLength: 3 }),
      environment: fc.dictionary(fc.constantFrom('TITLE', 'A', 'B_2'), texts),
      secrets: fc.constantFrom([], [{ name: 'KEY', from: 'api/key' }]),
      concurrencyPolicy: fc.constantFrom('Allow' as const, 'Replace' as const),
      suspend: fc.boolean(),
      startingDeadlineSeconds: fc.oneof(nothing, fc.nat(1000)),
      activeDeadlineSeconds: fc.oneof(nothing, fc.integer({ min: 1, max: 1000 })),
      backoffLimit: fc.nat(9),
      failedJobsHistoryLimit: fc.nat(9),
      terminationGracePeriodSeconds: fc.nat(99),
      image: fc.oneof(nothing, fc.constant('alpine:3')),
    },
    { requiredKeys: [] },
  )

  it('reads back as what the gateway has, whatever that is, and leaves the other documents alone', () => {
    fc.assert(
      fc.property(fc.constantFrom('nightly', 'other'), changes, (name, change) => {
        // A field that is there without a value is not there on the wire.
        const job = JSON.parse(JSON.stringify(jobOf(name, change as unknown as Partial<CronJob>))) as CronJob
        fc.pre(
          ![...(job.command ?? []), ...(job.args ?? []), ...Object.values(job.environment)].some(text =>
            text.includes('\0'),
          ),
        )
        const text = gatewayManifest(file, job) ?? ''
        const read = parseManifest(text, 'x.yaml').cronJobs
        const { suspend = false, ...create } = read.find(each => each.create.name === name)!.create
        assert.equal(manifestUpdate(create, { ...job, image: job.image ?? create.image! }), undefined, text)
        assert.equal(suspend, job.suspend)
      }),
      { numRuns: 100 },
    )
  })
})
