import assert from 'node:assert/strict'
import type { CronJob } from '../../src/contract/cronJobs.ts'
import type { HksError } from '../../src/contract/errors.ts'
import type { ConformanceContext, ConformanceTest } from './conformance.ts'
import { rarely } from './cronJobs.ts'

const deploy = async ({ client, projectId, name }: ConformanceContext) => {
  const source = Buffer.from('export const handler = event => ({ got: event })').toString('base64')
  const body = { name: name(), runtime: 'node', source, waitSeconds: 120 } as const
  const fn = await client.call('deployFunction', { params: { id: projectId }, body })
  assert.equal(fn.status, 'ready', fn.reason)
  return fn
}
const createCaller = async (
  { createCronJob, projectId, name }: ConformanceContext,
  functionId: string,
  fields: object = {},
) => createCronJob({ projectId, name: name(), schedule: rarely, functionId, backoffLimit: 0, ...fields })
const workOf = ({ command, args, functionId, payload }: CronJob) => ({ command, args, functionId, payload })

/** What a CronJob does that calls a function. */
export const cronJobFunctionTests: readonly ConformanceTest[] = [
  {
    title: 'carries either a command or a function in every answer, never both',
    run: async context => {
      const { client, projectId, name, sleep, createCronJob } = context
      const fn = await deploy(context)
      const calling = await createCaller(context, fn.id, { payload: { n: 1 } })
      const running = await createCronJob({ projectId, name: name(), schedule: rarely, command: sleep(1) })
      const { items } = await client.call('listCronJobs', { query: { projectId, limit: 1000 } })
      const params = { id: calling.id }
      const answers = [
        calling,
        await client.call('getCronJob', { params }),
        await client.call('suspendCronJob', { params }),
        items.find(job => job.id === calling.id)!,
      ]
      for (const answer of answers) {
        assert.deepEqual(workOf(answer), { ...nothing, functionId: fn.id, payload: { n: 1 } })
        assert.ok(!('command' in answer) && !('args' in answer))
      }
      const listed = items.find(job => job.id === running.id)!
      assert.deepEqual(workOf(listed), { ...nothing, command: sleep(1), args: [] })
      assert.ok(!('functionId' in listed) && !('payload' in listed))
    },
  },
  {
    title: 'calls the function with its payload and answers what it said',
    run: async context => {
      const { client, ended } = context
      const job = await createCaller(context, (await deploy(context)).id, { payload: [1, 'ä'] })
      const { id } = await client.call('triggerCronJob', { params: { id: job.id } })
      const run = await ended(job.id, id)
      assert.deepEqual([run.status, run.logs], ['succeeded', '{"got":[1,"ä"]}\n'])
    },
  },
  {
    title: 'keeps a function that CronJobs call from being deleted, naming them, unless it is forced',
    run: async context => {
      const { client, ended, projectId } = context
      const fn = await deploy(context)
      const job = await createCaller(context, fn.id)
      const params = { id: fn.id }
      await assert.rejects(client.call('deleteFunction', { params }), (error: HksError) => {
        assert.deepEqual([error.code, error.details], ['CONFLICT', { cronJobs: [{ id: job.id, name: job.name }] }])
        assert.ok(error.message.includes(job.name) && error.message.includes(fn.name), error.message)
        return true
      })
      await assert.rejects(client.call('deleteFunction', { params, query: { force: false } }), { code: 'CONFLICT' })
      assert.equal((await client.call('getFunction', { params })).status, 'ready')

      await client.call('deleteFunction', { params, query: { force: true } })
      const { id } = await client.call('triggerCronJob', { params: { id: job.id } })
      const run = await ended(job.id, id)
      assert.deepEqual([run.status, run.cause], ['failed', 'The function it calls was deleted.'])

      // All but the function can still be changed, and another one takes its place.
      const changed = await client.call('updateCronJob', { params: { id: job.id }, body: { payload: 5 } })
      assert.deepEqual(workOf(changed), { ...nothing, functionId: fn.id, payload: 5 })
      const other = await deploy(context)
      await client.call('updateCronJob', { params: { id: job.id }, body: { functionId: other.id } })
      await assert.rejects(client.call('deleteFunction', { params: { id: other.id } }), { code: 'CONFLICT' })
      const { image } = context
      const body = { command: context.sleep(0), functionId: null, ...(image === undefined ? {} : { image }) }
      await client.call('updateCronJob', { params: { id: job.id }, body })
      await client.call('deleteFunction', { params: { id: other.id } })
      const { items } = await client.call('listFunctions', { params: { id: projectId }, query: { limit: 1000 } })
      assert.ok(items.every(item => item.id !== fn.id && item.id !== other.id))
    },
  },
]

const nothing = { command: undefined, args: undefined, functionId: undefined, payload: undefined }
