import assert from 'node:assert/strict'
import type { CronJobCreate } from '../../src/contract/cronJobs.ts'
import type { ConformanceTest } from './conformance.ts'

/** Far enough that no test sees it fire. */
export const rarely = '0 0 1 1 *'

/** What a CronJob is, and how it is created, read, changed and deleted. */
export const cronJobTests: readonly ConformanceTest[] = [
  {
    title: "creates a CronJob with Kubernetes' defaults and answers the fields of its creation",
    run: async ({ client, projectId, name, sleep, createCronJob }) => {
      const body: CronJobCreate = {
        projectId,
        name: name(),
        schedule: '30 2 * * *',
        timeZone: 'Europe/Berlin',
        command: sleep(1),
      }
      const job = await createCronJob(body)
      assert.equal(job.type, 'cronjob')
      for (const field of ['projectId', 'name', 'schedule', 'timeZone'] as const) assert.equal(job[field], body[field])
      assert.deepEqual(job.command, body.command)
      assert.equal(job.concurrencyPolicy, 'Allow')
      assert.equal(job.suspend, false)
      assert.equal(job.backoffLimit, 6)
      assert.equal(job.successfulJobsHistoryLimit, 3)
      assert.equal(job.failedJobsHistoryLimit, 1)
      assert.equal(job.terminationGracePeriodSeconds, 30)
      assert.equal(job.active, 0)
      assert.deepEqual(job.recentExecutions, [])
      assert.match(job.nextExecutionAt!, /T0[01]:30:00\.000Z$/)
      assert.equal(job.lastExecutionAt, undefined)
      assert.deepEqual(await client.call('getCronJob', { params: { id: job.id } }), job)
    },
  },
  {
    title: 'lists the CronJobs of a project in pages',
    run: async ({ client, projectId, name, sleep, createCronJob }) => {
      const created: string[] = []
      for (let i = 0; i < 3; i++) {
        const body = { projectId, name: name(), schedule: rarely, command: sleep(1) }
        created.push((await createCronJob(body)).id)
      }
      const seen: string[] = []
      for (let cursor: string | undefined; ; ) {
        const query = { projectId, limit: 2, ...(cursor === undefined ? {} : { cursor }) }
        const page = await client.call('listCronJobs', { query })
        assert.ok(page.items.length <= 2)
        seen.push(...page.items.map(job => job.id))
        if (page.nextCursor === undefined) break
        cursor = page.nextCursor
      }
      assert.equal(new Set(seen).size, seen.length)
      assert.ok(created.every(id => seen.includes(id)))
    },
  },
  {
    title: 'refuses a second CronJob of the same name',
    run: async ({ projectId, name, sleep, createCronJob }) => {
      const body = { projectId, name: name(), schedule: rarely, command: sleep(1) }
      await createCronJob(body)
      await assert.rejects(createCronJob(body), { code: 'CONFLICT' })
    },
  },
  {
    title: 'refuses what the API server refuses, naming the field',
    run: async ({ client, projectId, name, sleep, createCronJob }) => {
      const good = { projectId, name: name(), schedule: rarely, command: sleep(1) }
      const refused = async (fields: Partial<CronJobCreate>, code: string, field: string) => {
        await assert.rejects(createCronJob({ ...good, ...fields }), (error: unknown) => {
          const { code: given, details } = error as { code: string; details: { field?: string; fields?: string[] } }
          assert.equal(given, code)
          assert.ok(details.field === field || details.fields?.includes(field), JSON.stringify(details))
          return true
        })
      }
      await refused({ schedule: '0 24 * * *' }, 'INVALID_SCHEDULE', 'schedule')
      await refused({ schedule: 'TZ=UTC 0 0 * * *' }, 'INVALID_SCHEDULE', 'schedule')
      await refused({ timeZone: 'Local' }, 'INVALID_SCHEDULE', 'timeZone')
      await refused({ name: 'Not A Name' }, 'INVALID_REQUEST', 'name')
      await refused({ name: 'x'.repeat(53) }, 'INVALID_REQUEST', 'name')
      await refused({ backoffLimit: -1 }, 'INVALID_REQUEST', 'backoffLimit')
      await refused({ functionId: 'f' }, 'INVALID_REQUEST', 'command')
      await refused({ functionId: 'f' }, 'INVALID_REQUEST', 'functionId')
      const nothing = { body: { ...good, command: [] } }
      await assert.rejects(client.call('createCronJob', nothing), { code: 'INVALID_REQUEST', message: /^command: / })
      await refused({ concurrencyPolicy: 'Never' as 'Allow' }, 'INVALID_REQUEST', 'concurrencyPolicy')
      const template = { body: { projectId, name: name(), schedule: rarely, templateAppId: 'nothing' } }
      await assert.rejects(client.call('createCronJob', template), { code: 'NOT_FOUND' })
    },
  },
  {
    title: 'changes a CronJob: absent fields stay, null clears',
    run: async ({ client, projectId, name, sleep, createCronJob }) => {
      const body = {
        projectId,
        name: name(),
        schedule: rarely,
        command: sleep(1),
        timeZone: 'Asia/Tokyo',
        startingDeadlineSeconds: 60,
      }
      const { id } = await createCronJob(body)
      const changed = await client.call('updateCronJob', {
        params: { id },
        body: { concurrencyPolicy: 'Forbid', environment: { A: '1' }, startingDeadlineSeconds: null },
      })
      assert.equal(changed.concurrencyPolicy, 'Forbid')
      assert.deepEqual(changed.environment, { A: '1' })
      assert.equal(changed.startingDeadlineSeconds, undefined)
      assert.equal(changed.timeZone, 'Asia/Tokyo')
      assert.deepEqual(changed.command, body.command)
      assert.equal(
        (await client.call('updateCronJob', { params: { id }, body: { timeZone: null } })).timeZone,
        undefined,
      )
    },
  },
  {
    title: 'changes the schedule by PATCH, which keeps the zone, and by PUT, which replaces both',
    run: async ({ client, projectId, name, sleep, createCronJob }) => {
      const { id } = await createCronJob({ projectId, name: name(), schedule: rarely, command: sleep(1) })
      const patched = await client.call('updateSchedule', {
        params: { id },
        body: { schedule: '15 3 * * *', timeZone: 'UTC' },
      })
      assert.equal(patched.schedule, '15 3 * * *')
      assert.match(patched.nextExecutionAt!, /T03:15:00\.000Z$/)
      const kept = await client.call('updateSchedule', { params: { id }, body: { schedule: '16 3 * * *' } })
      assert.deepEqual([kept.schedule, kept.timeZone], ['16 3 * * *', 'UTC'])
      const cleared = await client.call('updateSchedule', {
        params: { id },
        body: { schedule: '16 3 * * *', timeZone: null },
      })
      assert.equal(cleared.timeZone, undefined)
      const zoned = { schedule: '30 2 * * *', timeZone: 'Europe/Berlin' }
      assert.equal((await client.call('replaceSchedule', { params: { id }, body: zoned })).timeZone, 'Europe/Berlin')
      const put = await client.call('replaceSchedule', { params: { id }, body: { schedule: '@hourly' } })
      assert.deepEqual([put.schedule, put.timeZone], ['@hourly', undefined])
      const wrong = { params: { id }, body: { schedule: '61 * * * *' } }
      await assert.rejects(client.call('updateSchedule', wrong), { code: 'INVALID_SCHEDULE' })
      assert.equal((await client.call('getCronJob', { params: { id } })).schedule, '@hourly')
    },
  },
  {
    title: 'suspends and resumes a CronJob',
    run: async ({ client, projectId, name, sleep, createCronJob }) => {
      const { id } = await createCronJob({ projectId, name: name(), schedule: rarely, command: sleep(1) })
      const suspended = await client.call('suspendCronJob', { params: { id } })
      assert.equal(suspended.suspend, true)
      assert.equal(suspended.nextExecutionAt, undefined)
      const preview = await client.call('previewResume', { params: { id } })
      assert.equal(preview.startsAtOnce, undefined)
      assert.equal(preview.missedWhileSuspended, 0)
      const resumed = await client.call('resumeCronJob', { params: { id }, body: { skipMissed: true } })
      assert.equal(resumed.suspend, false)
      assert.equal(resumed.nextExecutionAt, preview.nextExecutionAt)
    },
  },
  {
    title: 'deletes a CronJob',
    run: async ({ client, projectId, name, sleep, createCronJob }) => {
      const { id } = await createCronJob({ projectId, name: name(), schedule: rarely, command: sleep(1) })
      await client.call('deleteCronJob', { params: { id } })
      await assert.rejects(client.call('getCronJob', { params: { id } }), { code: 'NOT_FOUND' })
      await assert.rejects(client.call('deleteCronJob', { params: { id } }), { code: 'NOT_FOUND' })
    },
  },
]
