import assert from 'node:assert/strict'
import type { ConformanceTest } from './conformance.ts'
import { rarely } from './cronJobs.ts'

/** What became of occurrences, and what a resume would do about them. */
export const cronJobLedgerTests: readonly ConformanceTest[] = [
  {
    title: 'starts runs by itself at the times of the schedule',
    run: async ({ client, projectId, name, shell, ended, createCronJob }) => {
      // The shortest distance at which each occurrence may start: no other falls into its minute.
      const body = { projectId, name: name(), schedule: '@every 2s', command: shell('echo tick'), backoffLimit: 0 }
      const { id, createdAt } = await createCronJob(body)
      const run = await firstRun(async () => (await client.call('listExecutions', { params: { id } })).items)
      assert.equal(run.trigger, 'schedule')
      const created = Math.floor(Date.parse(createdAt) / 1000) * 1000
      assert.equal(Date.parse(run.scheduledAt!) - created, 2000)
      assert.ok(Date.parse(run.startedAt) >= Date.parse(run.scheduledAt!))
      await ended(id, run.id)
      const ledger = await client.call('getLedger', { params: { id } })
      const row = ledger.items.find(item => item.scheduledAt === run.scheduledAt)
      assert.equal(row!.outcome, 'ran')
      assert.equal(row!.execution!.id, run.id)
      assert.ok(ledger.summary.succeeded >= 1)
      await client.call('deleteCronJob', { params: { id } })
    },
  },
  {
    title: 'says what a resume would start at once, and skips it if asked',
    run: async ({ client, projectId, name, shell, createCronJob }) => {
      const body = { projectId, name: name(), schedule: '@every 1s', suspend: true, command: shell('true') }
      const { id } = await createCronJob(body)
      const preview = await until(
        () => client.call('previewResume', { params: { id } }),
        answer => answer.startsAtOnce !== undefined,
      )
      assert.ok(preview.missedWhileSuspended >= 1)
      await client.call('updateSchedule', { params: { id }, body: { schedule: rarely } })
      assert.equal((await client.call('previewResume', { params: { id } })).startsAtOnce, undefined)
      await client.call('resumeCronJob', { params: { id }, body: { skipMissed: true } })
      assert.deepEqual((await client.call('listExecutions', { params: { id } })).items, [])
      const ledger = await client.call('getLedger', { params: { id } })
      assert.ok(ledger.items.length >= 1)
      assert.ok(ledger.items.every(row => row.outcome === 'skipped' && row.reason === 'suspended'))
      assert.equal(ledger.summary.skipped, ledger.items.length)
    },
  },
  {
    title: 'pages and filters the ledger',
    run: async ({ client, projectId, name, shell, ended, createCronJob }) => {
      const body = {
        projectId,
        name: name(),
        schedule: rarely,
        command: shell('[ "$HKS_TRIGGER" = retry ]'),
        backoffLimit: 0,
      }
      const { id } = await createCronJob(body)
      const first = await client.call('triggerCronJob', { params: { id }, body: {} })
      await ended(id, first.id)
      await ended(id, (await client.call('triggerCronJob', { params: { id }, body: { retryOf: first.id } })).id)
      const one = await client.call('getLedger', { params: { id }, query: { limit: 1 } })
      const two = await client.call('getLedger', { params: { id }, query: { limit: 1, cursor: one.nextCursor! } })
      assert.deepEqual(
        [...one.items, ...two.items].map(row => row.execution!.trigger),
        ['retry', 'manual'],
      )
      assert.equal(two.nextCursor, undefined)
      const failed = await client.call('getLedger', { params: { id }, query: { outcome: 'failed' } })
      assert.deepEqual(
        failed.items.map(row => row.execution!.id),
        [first.id],
      )
      assert.match(failed.items[0]!.cause!, /code 1/)
      assert.deepEqual([failed.summary.succeeded, failed.summary.failed], [1, 1])
      const wrong = { params: { id }, query: { from: '2026-02-02T00:00:00Z', to: '2026-02-01T00:00:00Z' } }
      await assert.rejects(client.call('getLedger', wrong), { code: 'INVALID_REQUEST' })
    },
  },
]

async function firstRun<T>(list: () => Promise<readonly T[]>): Promise<T> {
  return (await until(list, items => items.length > 0)).at(-1)!
}

/** Asks again until the answer is as wanted; the test's own time limit ends it. */
async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (wanted(answer)) return answer
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}
