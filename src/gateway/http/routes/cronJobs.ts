import { defined } from '../../../base/defined.ts'
import { fromInstant, toInstant } from '../../../base/instant.ts'
import type { CronJobUpdate } from '../../../contract/cronJobs.ts'
import type { CronJobService } from '../../domain/cronJobService.ts'
import type { Call, Handlers } from '../handler.ts'
import { pageOf } from '../page.ts'
import { createCronJobPages, toWireCronJob, toWireExecutionWithLogs, toWireLedger } from '../wire/cronJob.ts'

type CronJobRoute =
  | 'createCronJob'
  | 'previewCronJob'
  | 'previewCronJobUpdate'
  | 'listCronJobs'
  | 'getCronJob'
  | 'updateCronJob'
  | 'updateSchedule'
  | 'replaceSchedule'
  | 'deleteCronJob'
  | 'suspendCronJob'
  | 'previewResume'
  | 'resumeCronJob'
  | 'triggerCronJob'
  | 'listExecutions'
  | 'getExecution'
  | 'stopExecution'
  | 'getLedger'

/** Routes of CronJobs, their runs and their ledger. */
export function cronJobHandlers(service: CronJobService): Pick<Handlers, CronJobRoute> {
  const writePage = createCronJobPages()
  const change = async (
    { caller, params }: Pick<Call<'updateCronJob'>, 'caller' | 'params'>,
    input: CronJobUpdate,
  ) => ({
    body: toWireCronJob(await service.update(caller, params.id, input)),
  })
  return {
    createCronJob: async ({ caller, body }) => ({
      status: 201,
      body: toWireCronJob(await service.create(caller, body)),
    }),
    previewCronJob: async ({ caller, body }) => ({ body: await service.preview(caller, body) }),
    previewCronJobUpdate: async ({ caller, params, body }) => ({
      body: await service.previewUpdate(caller, params.id, body),
    }),
    listCronJobs: async ({ caller, query }) => {
      const page = pageOf(await service.list(caller, query.projectId), query, view => view.record.id)
      return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, bytes: writePage(page) }
    },
    getCronJob: async ({ caller, params }) => ({ body: toWireCronJob(await service.get(caller, params.id)) }),
    updateCronJob: call => change(call, call.body),
    updateSchedule: call => change(call, call.body),
    // What a PUT leaves out is gone.
    replaceSchedule: call => change(call, { timeZone: null, ...call.body }),
    deleteCronJob: async ({ caller, params }) => {
      await service.remove(caller, params.id)
      return { status: 204 }
    },
    suspendCronJob: async ({ caller, params }) => ({ body: toWireCronJob(await service.suspend(caller, params.id)) }),
    previewResume: async ({ caller, params }) => {
      const { missedWhileSuspended, ...instants } = await service.previewResume(caller, params.id)
      const written = (instant: number | undefined) => (instant === undefined ? undefined : toInstant(instant))
      return {
        body: defined({
          missedWhileSuspended,
          startsAtOnce: written(instants.startsAtOnce),
          startsAfterRun: written(instants.startsAfterRun),
          nextExecutionAt: written(instants.nextExecutionAt),
        }),
      }
    },
    resumeCronJob: async ({ caller, params, body }) => ({
      body: toWireCronJob(await service.resume(caller, params.id, { skipMissed: body?.skipMissed === true })),
    }),
    triggerCronJob: async ({ caller, params, body }) => {
      const execution = await service.trigger(caller, params.id, body ?? {})
      return { status: 201, body: toWireExecutionWithLogs(execution, '') }
    },
    listExecutions: async ({ caller, params, query }) => {
      const { logs = 'tail', limit, cursor, status } = query
      const page = await service.executions(caller, params.id, defined({ limit, cursor, status }))
      const items = []
      for (const execution of page.items) {
        items.push(toWireExecutionWithLogs(execution, logs === 'none' ? '' : await service.output(execution)))
      }
      return { body: { ...page, items } }
    },
    getExecution: async ({ caller, params }) => {
      const execution = await service.execution(caller, params.id, params.execId)
      return { body: toWireExecutionWithLogs(execution, await service.output(execution)) }
    },
    stopExecution: async ({ caller, params }) => {
      const execution = await service.stop(caller, params.id, params.execId)
      return { body: toWireExecutionWithLogs(execution, await service.output(execution)) }
    },
    getLedger: async ({ caller, params, query }) => {
      const { limit, cursor, outcome, from, to } = query
      const input = defined({
        limit,
        cursor,
        outcome,
        from: from === undefined ? undefined : fromInstant(from),
        to: to === undefined ? undefined : fromInstant(to),
      })
      return { body: toWireLedger(await service.ledger(caller, params.id, input)) }
    },
  }
}
