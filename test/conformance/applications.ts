import assert from 'node:assert/strict'
import type { ConformanceTest } from './conformance.ts'
import { rarely } from './cronJobs.ts'

interface Manifest {
  readonly kind?: string
  readonly metadata?: { readonly name?: string }
  readonly spec?: {
    readonly schedule?: string
    readonly jobTemplate?: {
      readonly spec?: {
        readonly template?: { readonly spec?: { readonly containers?: readonly { readonly command?: string[] }[] } }
      }
    }
  }
}

/** What CronJobs are made of, and how it is looked at before. */
export const applicationTests: readonly ConformanceTest[] = [
  {
    title: 'shows what creating a CronJob would make, and makes nothing',
    run: async ({ client, projectId, name, sleep, image }) => {
      const body = { projectId, name: name(), schedule: rarely, command: sleep(1), ...(image ? { image } : {}) }
      const { manifest, present } = await client.call('previewCronJob', { body })
      const { kind, metadata, spec } = manifest as Manifest
      assert.deepEqual([kind, metadata?.name, spec?.schedule, present], ['CronJob', body.name, rarely, undefined])
      assert.deepEqual(spec?.jobTemplate?.spec?.template?.spec?.containers?.[0]?.command, body.command)
      const { items } = await client.call('listCronJobs', { query: { projectId, limit: 1000 } })
      assert.ok(!items.some(job => job.name === body.name))
      const wrong = { body: { ...body, schedule: '61 * * * *' } }
      await assert.rejects(client.call('previewCronJob', wrong), { code: 'INVALID_SCHEDULE' })
      await client.call('createCronJob', { body })
      await assert.rejects(client.call('previewCronJob', { body }), { code: 'CONFLICT' })
    },
  },
  {
    title: 'shows a CronJob as it is and as a change would leave it, and changes nothing',
    run: async ({ client, projectId, name, sleep, createCronJob }) => {
      const body = { projectId, name: name(), schedule: rarely, command: sleep(1) }
      const job = await createCronJob(body)
      const change = { params: { id: job.id }, body: { schedule: '5 4 * * *' } }
      const { manifest, present } = await client.call('previewCronJobUpdate', change)
      const [next, now] = [manifest, present].map(each => each as Manifest)
      assert.deepEqual([now?.spec?.schedule, next?.spec?.schedule], [rarely, '5 4 * * *'])
      assert.deepEqual({ ...next?.spec, schedule: '' }, { ...now?.spec, schedule: '' })
      const none = await client.call('previewCronJobUpdate', { params: { id: job.id }, body: {} })
      assert.deepEqual(none.manifest, none.present)
      assert.equal((await client.call('getCronJob', { params: { id: job.id } })).schedule, rarely)
      const unknown = { params: { id: projectId }, body: {} }
      await assert.rejects(client.call('previewCronJobUpdate', unknown), { code: 'NOT_FOUND' })
    },
  },
  {
    title: 'makes a CronJob of another one: what the request says comes first, the rest is copied',
    run: async context => {
      const { client, projectId, name, shell, createCronJob, ended } = context
      const source = await createCronJob({
        ...{ projectId, name: name(), schedule: rarely, backoffLimit: 0 },
        command: [...shell('echo "$A $B $1"'), 'sh'],
        args: ['theirs'],
        environment: { A: 'a', B: 'b' },
      })
      const { items } = await client.call('listApplications', { query: { projectId, limit: 1000 } })
      const listed = items.find(({ id }) => id === source.id)
      assert.deepEqual(
        [listed?.type, listed?.kind, listed?.name, listed?.command, listed?.args, listed?.environment],
        ['cronjob', 'CronJob', source.name, source.command, ['theirs'], { A: 'a', B: 'b' }],
      )
      const made = await client.call('createCronJob', {
        body: {
          ...{ projectId, name: name(), schedule: rarely, backoffLimit: 0, templateAppId: source.id },
          ...{ args: ['ours'], environment: { B: 'other' } },
        },
      })
      assert.deepEqual(
        [made.templateAppId, made.command, made.args, made.environment, made.image],
        [source.id, source.command, ['ours'], { A: 'a', B: 'other' }, source.image],
      )
      const { id } = await client.call('triggerCronJob', { params: { id: made.id }, body: {} })
      assert.equal((await ended(made.id, id)).logs, 'a other ours\n')
      const own = await client.call('createCronJob', {
        body: {
          ...{ projectId, name: name(), schedule: rarely, templateAppId: source.id, command: shell('date') },
        },
      })
      assert.deepEqual([own.command, own.args], [shell('date'), []])
      const both = { projectId, name: name(), schedule: rarely, templateAppId: source.id, functionId: source.id }
      await assert.rejects(client.call('createCronJob', { body: both }), {
        code: 'INVALID_REQUEST',
        details: { fields: ['templateAppId', 'functionId'] },
      })
    },
  },
]
