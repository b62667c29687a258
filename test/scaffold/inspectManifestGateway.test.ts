import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HksError } from '../../src/contract/errors.ts'
import { scheduleProblems } from '../../src/extension/model/scheduleProblems.ts'
import { parseManifest } from '../../src/scaffold/cronJobManifest.ts'
import { inspectManifest } from '../../src/scaffold/inspectManifest.ts'
import { startTestGateway, type TestGateway } from '../support/testGateway.ts'

const manifest = (changes: Readonly<Record<string, string>>): string => {
  const text = `apiVersion: batch/v1
kind: CronJob
metadata: {name: NAME}
spec:
  schedule: SCHEDULE
  timeZone: ZONE
  concurrencyPolicy: POLICY
  startingDeadlineSeconds: DEADLINE
  successfulJobsHistoryLimit: KEPT
  suspend: SUSPEND
  jobTemplate:
    spec:
      backoffLimit: BACKOFF
      activeDeadlineSeconds: ACTIVE
      template:
        spec:
          terminationGracePeriodSeconds: GRACE
          containers:
            - name: c
              image: IMAGE
              command: COMMAND
              args: ARGS
              env: ENV
`
  const values: Readonly<Record<string, string>> = {
    ...{ NAME: 'job', SCHEDULE: '"0 2 * * *"', ZONE: 'UTC', POLICY: 'Forbid', DEADLINE: '60', KEPT: '3' },
    ...{ SUSPEND: 'true', BACKOFF: '1', ACTIVE: '60', GRACE: '5', IMAGE: 'busybox', COMMAND: '["true"]' },
    ...{ ARGS: '[]', ENV: '[]' },
    ...changes,
  }
  return Object.entries(values).reduce(
    (whole, [key, value]) => whole.replace(new RegExp(`\\b${key}\\b`), () => value),
    text,
  )
}

/** A manifest that is as it should be but for one value, in both directions. */
const values: Readonly<Record<string, readonly string[]>> = {
  NAME: ['a', 'n'.repeat(52), 'n'.repeat(53), 'A', 'a_b', '-a', '""', '3', 'a.b'],
  SCHEDULE: ['"@hourly"', '"@every 1h"', '"60 * * * *"', '"* * * *"', '"TZ=UTC 0 2 * * *"', '""', '3', '"0 0 31 2 *"'],
  ZONE: ['Europe/Berlin', 'Etc/UTC', 'Europe/Berln', 'local', '""', '3', 'null', 'europe/berlin'],
  POLICY: ['Allow', 'Replace', 'allow', 'null', '""'],
  DEADLINE: ['0', '-1', '1.5', '"60"', '2147483648', 'null'],
  KEPT: ['0', '1000', '1001', 'x'],
  SUSPEND: ['false', '"true"', 'null', '1'],
  BACKOFF: ['0', '1001', '-1', 'null'],
  ACTIVE: ['1', '0', 'null'],
  GRACE: ['0', '3600', '3601'],
  IMAGE: ['null', 'x'.repeat(1001)],
  COMMAND: ['[sh, -c]', '[]', '[""]', '[1]', '"sh"', 'null', '["a\\0b"]'],
  ARGS: ['["", "x"]', '[true]', '["\\0"]', '{}'],
  ENV: [
    '[{name: A, value: x}]',
    '[{name: A, value: 1}]',
    '[{name: 1A, value: x}]',
    '[{name: "", value: x}]',
    '[{value: x}]',
    '[{name: A, value: "\\0"}]',
    '[{name: K, valueFrom: {secretKeyRef: {name: api, key: token}}}]',
    '[{name: K, valueFrom: {secretKeyRef: {name: API, key: token}}}]',
    '[{name: K, valueFrom: {secretKeyRef: {name: a, key: b}}}, {name: K, valueFrom: {secretKeyRef: {name: a, key: c}}}]',
    '{}',
  ],
}

describe('what is underlined in a manifest', function () {
  this.timeout(60_000)
  let home: string
  let gateway: TestGateway
  let projectId: string

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'hks-underlined-'))
    gateway = await startTestGateway(home)
    projectId = (await gateway.client.call('openProject', { body: { path: home, name: 'p' } })).id
  })

  after(async () => {
    await gateway?.stop()
    await rm(home, { recursive: true, force: true })
  })

  /** Why apply refuses a text, asked of reader and gateway; undefined when it does not. */
  async function refusal(text: string): Promise<string | undefined> {
    try {
      const { create } = parseManifest(text, 'x.yaml').cronJobs[0]!
      const { id } = await gateway.client.call('createCronJob', { body: { projectId, ...create } })
      await gateway.client.call('deleteCronJob', { params: { id } })
      return undefined
    } catch (error) {
      assert.ok(error instanceof HksError)
      return error.message
    }
  }
  function underlined(text: string): string[] {
    const { cronJobs, problems } = inspectManifest(text)
    const ofReader = problems.filter(p => p.severity === 'error' || /has no command/.test(p.message))
    const ofSchedules = cronJobs.flatMap(({ schedule }) =>
      schedule === undefined
        ? []
        : scheduleProblems(
            { schedule: schedule.schedule.value, ...(schedule.timeZone ? { timeZone: schedule.timeZone.value } : {}) },
            Date.now(),
          ).filter(({ severity }) => severity === 'error'),
    )
    return [...ofReader, ...ofSchedules].map(({ message }) => message)
  }

  it('is nothing in a manifest that apply takes', async () => {
    assert.equal(await refusal(manifest({})), undefined)
    assert.deepEqual(underlined(manifest({})), [])
  })

  for (const [place, given] of Object.entries(values))
    it(`is of ${place.toLowerCase()} what apply refuses, and no more`, async () => {
      for (const value of given) {
        const text = manifest({ [place]: value })
        const [why, marks] = [await refusal(text), underlined(text)]
        assert.equal(
          marks.length > 0,
          why !== undefined,
          `${value}: apply says ${why}; underlined is ${marks.join(' ')}`,
        )
      }
    })
})
