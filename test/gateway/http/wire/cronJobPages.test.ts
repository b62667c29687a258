import assert from 'node:assert/strict'
import type { CronJobView } from '../../../../src/gateway/domain/cronJobViews.ts'
import { createCronJobPages, toWireCronJob } from '../../../../src/gateway/http/wire/cronJob.ts'

const view = (name: string): CronJobView => ({
  record: {
    id: `id-${name}`,
    projectId: 'p',
    spec: {
      name,
      schedule: '* * * * *',
      target: { kind: 'command', command: ['echo', `é "${name}"`], args: [] },
      environment: {},
      secrets: [],
      concurrencyPolicy: 'Allow',
      suspend: false,
      backoffLimit: 6,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      terminationGracePeriodSeconds: 30,
    },
    createdAt: 0,
    updatedAt: 0,
  },
  active: 0,
  recent: [],
})

describe('a page of CronJobs', () => {
  const write = createCronJobPages()
  const read = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString())

  it('is the JSON of its items, in whatever order they are asked for', () => {
    const [a, b] = [view('a'), view('b')]
    assert.deepEqual(read(write({ items: [a, b] })), { items: [toWireCronJob(a), toWireCronJob(b)] })
    assert.deepEqual(read(write({ items: [b, a] })), { items: [toWireCronJob(b), toWireCronJob(a)] })
  })

  it('shows a view that took the place of another', () => {
    const before = view('a')
    write({ items: [before] })
    const after = { ...before, active: 1 }
    assert.deepEqual(read(write({ items: [after] })), { items: [toWireCronJob(after)] })
  })

  it('may be empty, and says where the next one begins', () => {
    assert.deepEqual(read(write({ items: [] })), { items: [] })
    const a = view('a')
    write({ items: [a] })
    assert.deepEqual(read(write({ items: [a], nextCursor: '"1"' })), { items: [toWireCronJob(a)], nextCursor: '"1"' })
  })
})
