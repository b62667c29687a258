import assert from 'node:assert/strict'
import type { TriggerRequest } from '../../src/contract/executions.ts'
import type { ConformanceContext, ConformanceTest } from './conformance.ts'
import { rarely } from './cronJobs.ts'

const create = async (
  { createCronJob, projectId, name }: ConformanceContext,
  command: string[],
  fields: Readonly<Record<string, unknown>> = {},
) => createCronJob({ projectId, name: name(), schedule: rarely, command, backoffLimit: 0, ...fields })

/** How runs are started, read and ended. */
export const cronJobRunTests: readonly ConformanceTest[] = [
  {
    title: 'runs a CronJob by hand and answers its output',
    run: async context => {
      const { client, shell, ended } = context
      const { id } = await create(context, shell('echo "hello $WHO"; echo oops >&2'), { environment: { WHO: 'world' } })
      const started = await client.call('triggerCronJob', { params: { id }, body: {} })
      assert.equal(started.applicationId, id)
      assert.equal(started.status, 'running')
      assert.equal(started.trigger, 'manual')
      assert.equal(started.scheduledAt, undefined)
      const run = await ended(id, started.id)
      assert.equal(run.status, 'succeeded')
      assert.equal(run.exitCode, 0)
      assert.deepEqual(run.logs.split('\n').sort(), ['', 'hello world', 'oops'])
      assert.ok(Date.parse(run.completedAt!) >= Date.parse(run.startedAt))
      const job = await client.call('getCronJob', { params: { id } })
      assert.equal(job.lastExecutionAt, run.startedAt)
      assert.equal(job.recentExecutions[0]!.id, run.id)
      assert.equal(job.active, 0)
    },
  },
  {
    title: 'says why a run failed',
    run: async context => {
      const { client, shell, ended } = context
      const { id } = await create(context, shell('echo broken; exit 3'))
      const run = await ended(id, (await client.call('triggerCronJob', { params: { id }, body: {} })).id)
      assert.equal(run.status, 'failed')
      assert.equal(run.exitCode, 3)
      assert.match(run.cause!, /code 3/)
      assert.equal(run.logs, 'broken\n')
    },
  },
  {
    title: 'runs again what a person asks for again',
    run: async context => {
      const { client, shell, ended } = context
      const { id } = await create(context, shell('exit 1'))
      const first = await ended(id, (await client.call('triggerCronJob', { params: { id }, body: {} })).id)
      const again = await client.call('triggerCronJob', { params: { id }, body: { retryOf: first.id } })
      assert.equal(again.trigger, 'retry')
      assert.equal(again.retryOf, first.id)
      await ended(id, again.id)
      const stranger = { params: { id }, body: { retryOf: id } }
      await assert.rejects(client.call('triggerCronJob', stranger), { code: 'INVALID_REQUEST' })
    },
  },
  {
    title: 'gives one run other arguments and variables, and leaves the CronJob as it is',
    run: async context => {
      const { client, shell, ended } = context
      const { id } = await create(context, [...shell('echo "$WHO $KEPT $1 $2"'), 'sh'], {
        args: ['own', 'words'],
        environment: { WHO: 'world', KEPT: 'kept' },
      })
      const body = { args: ['--full', 'a b'], environment: { WHO: 'moon', NEW: 'new' } }
      const changed = await ended(id, (await client.call('triggerCronJob', { params: { id }, body })).id)
      assert.equal(changed.logs, 'moon kept --full a b\n')
      const plain = await ended(id, (await client.call('triggerCronJob', { params: { id }, body: {} })).id)
      assert.equal(plain.logs, 'world kept own words\n')
      const retry = { retryOf: changed.id, args: ['x', 'y'] }
      const again = await ended(id, (await client.call('triggerCronJob', { params: { id }, body: retry })).id)
      assert.deepEqual([again.trigger, again.logs], ['retry', 'world kept x y\n'])
      const job = await client.call('getCronJob', { params: { id } })
      assert.deepEqual([job.args, job.environment], [['own', 'words'], { WHO: 'world', KEPT: 'kept' }])
    },
  },
  {
    title: 'tells what a run had of its own, and runs it again with that',
    run: async context => {
      const { client, shell, ended } = context
      const fields = { args: ['own'], environment: { WHO: 'world' } }
      const { id } = await create(context, [...shell('echo "$WHO $1"'), 'sh'], fields)
      const run = async (body: TriggerRequest) =>
        ended(id, (await client.call('triggerCronJob', { params: { id }, body })).id)
      const changes = { args: ['a b'], environment: { WHO: 'moon' } }
      const changed = await run(changes)
      assert.deepEqual(changed.changes, changes)
      await client.call('updateCronJob', { params: { id }, body: { args: ['later'], environment: { WHO: 'mars' } } })
      const again = await run({ retryOf: changed.id })
      assert.deepEqual([again.changes, again.logs], [changes, 'moon a b\n'])
      const third = await run({ retryOf: again.id })
      assert.deepEqual([third.changes, third.logs], [changes, 'moon a b\n'])
      const plain = await run({ retryOf: changed.id, environment: {} })
      assert.deepEqual([plain.changes, plain.logs], [undefined, 'mars later\n'])
      const ledger = await client.call('getLedger', { params: { id } })
      assert.deepEqual(
        ledger.items.map(({ execution }) => execution?.changes),
        [undefined, changes, changes, changes],
      )
    },
  },
  {
    title: 'ends a run by hand',
    run: async context => {
      const { client, sleep } = context
      const { id } = await create(context, sleep(300), { terminationGracePeriodSeconds: 1 })
      const { id: execId } = await client.call('triggerCronJob', { params: { id }, body: {} })
      assert.equal((await client.call('getCronJob', { params: { id } })).active, 1)
      const stopped = await client.call('stopExecution', { params: { id, execId } })
      assert.equal(stopped.status, 'failed')
      assert.equal(stopped.reason, 'Stopped')
      assert.equal((await client.call('getCronJob', { params: { id } })).active, 0)
      assert.deepEqual(await client.call('stopExecution', { params: { id, execId } }), stopped)
    },
  },
  {
    title: 'ends a run at its activeDeadlineSeconds',
    run: async context => {
      const { client, sleep, ended } = context
      const { id } = await create(context, sleep(300), { activeDeadlineSeconds: 1, terminationGracePeriodSeconds: 1 })
      const run = await ended(id, (await client.call('triggerCronJob', { params: { id }, body: {} })).id)
      assert.equal(run.status, 'failed')
      assert.equal(run.reason, 'DeadlineExceeded')
    },
  },
  {
    title: 'lists runs newest first, in pages and by status',
    run: async context => {
      const { client, shell, ended } = context
      const { id } = await create(context, shell('echo "$HKS_JOB_NAME"; [ "$HKS_TRIGGER" = manual ]'))
      const ids: string[] = []
      for (const body of [{}, {}, 'retry'] as const) {
        const input = body === 'retry' ? { retryOf: ids[0]! } : body
        const { id: execId } = await client.call('triggerCronJob', { params: { id }, body: input })
        await ended(id, execId)
        ids.push(execId)
      }
      const first = await client.call('listExecutions', { params: { id }, query: { limit: 2 } })
      const second = await client.call('listExecutions', {
        params: { id },
        query: { limit: 2, cursor: first.nextCursor! },
      })
      assert.equal(second.nextCursor, undefined)
      const all = [...first.items, ...second.items]
      assert.deepEqual(
        all.map(run => run.id),
        ids.toReversed(),
      )
      assert.ok(all.every(run => run.logs === `${run.jobName}\n`))
      const failed = await client.call('listExecutions', { params: { id }, query: { status: 'failed', logs: 'none' } })
      assert.deepEqual(
        failed.items.map(run => [run.id, run.logs]),
        [[ids[2], '']],
      )
    },
  },
  {
    title: 'answers the log of a run with stream, time and order',
    run: async context => {
      const { client, shell, ended, streams } = context
      const { id } = await create(context, shell('for i in 1 2 3; do echo "line $i"; done; echo last >&2'))
      const { id: execId } = await client.call('triggerCronJob', { params: { id }, body: {} })
      await ended(id, execId)
      const page = await client.call('getExecutionLogs', { params: { id, execId } })
      assert.ok(page.items.every((line, i) => line.executionId === execId && line.seq > (page.items[i - 1]?.seq ?? 0)))
      const textsOf = (stream: string) => page.items.filter(line => line.stream === stream).map(line => line.text)
      const [stdout, stderr] = [['line 1', 'line 2', 'line 3'], ['last']]
      if (streams === 'apart') assert.deepEqual([textsOf('stdout'), textsOf('stderr')], [stdout, stderr])
      else {
        // A container's runtime reads the two apart: which of them comes first is left to it.
        const merged = textsOf('stdout')
        assert.deepEqual([merged.filter(text => text !== 'last'), merged.includes('last')], [stdout, true])
        assert.deepEqual(textsOf('stderr'), [])
      }
      assert.ok(
        page.items.some(line => line.stream === 'system'),
        'the platform marks start and end',
      )
      assert.equal(page.more, false)
      const after = page.items[1]!.seq
      const rest = await client.call('getCronJobLogs', { params: { id }, query: { after } })
      assert.deepEqual(rest.items, page.items.slice(2))
    },
  },
  {
    title: 'knows no run of another CronJob',
    run: async context => {
      const { client, shell, ended } = context
      const [one, other] = [await create(context, shell('true')), await create(context, shell('true'))]
      const { id: execId } = await client.call('triggerCronJob', { params: { id: one.id }, body: {} })
      await ended(one.id, execId)
      await assert.rejects(client.call('getExecution', { params: { id: other.id, execId } }), { code: 'NOT_FOUND' })
      await assert.rejects(client.call('stopExecution', { params: { id: other.id, execId } }), { code: 'NOT_FOUND' })
    },
  },
]
