import type { Kysely } from 'kysely'
import type { Decision, SchedulePeriod } from '../domain/cronJob.ts'
import type { LedgerStore } from '../domain/ledgerStore.ts'
import { present } from './columns.ts'
import type { Row, Schema } from './schema.ts'

/** Decisions, schedule periods and watch spans, each in a table of its own. */
export const createLedgerStore = (db: Kysely<Schema>): LedgerStore => ({
  saveDecision: async decision => {
    const row: Row<'decisions'> = {
      application_id: decision.applicationId,
      scheduled_at: decision.scheduledAt,
      reason: decision.reason,
      decided_at: decision.decidedAt,
    }
    await db
      .insertInto('decisions')
      .values(row)
      .onConflict(conflict => conflict.columns(['application_id', 'scheduled_at']).doUpdateSet(row))
      .execute()
  },

  decisions: async (applicationId, from, to) => {
    const rows = await db
      .selectFrom('decisions')
      .selectAll()
      .where('application_id', '=', applicationId)
      .where('scheduled_at', '>=', from)
      .where('scheduled_at', '<=', to)
      .orderBy('scheduled_at')
      .execute()
    return rows.map(toDecision)
  },

  savePeriod: async period => {
    await db.transaction().execute(async transaction => {
      await transaction
        .updateTable('schedule_periods')
        .set({ valid_to: period.validFrom })
        .where('application_id', '=', period.applicationId)
        .where('valid_to', 'is', null)
        .execute()
      // Of two changes in one millisecond only the later one was ever valid.
      await transaction
        .deleteFrom('schedule_periods')
        .where('application_id', '=', period.applicationId)
        .where('valid_from', '=', period.validFrom)
        .execute()
      await transaction.insertInto('schedule_periods').values(toRow(period)).execute()
    })
  },

  periods: async applicationId => {
    const rows = await db
      .selectFrom('schedule_periods')
      .selectAll()
      .where('application_id', '=', applicationId)
      .orderBy('valid_from')
      .execute()
    return rows.map(toPeriod)
  },

  heartbeat: async (spanId, at, place) => {
    await db
      .insertInto('watch_spans')
      .values({ boot_id: spanId, place, started_at: at, ended_at: at })
      // A clock that was set back does not shorten what was watched.
      .onConflict(conflict =>
        conflict.column('boot_id').doUpdateSet({ ended_at: at }).where('watch_spans.ended_at', '<', at),
      )
      .execute()
  },

  watchSpans: async (from, to, places) => {
    const rows = await db
      .selectFrom('watch_spans')
      .selectAll()
      .where('ended_at', '>=', from)
      .where('started_at', '<=', to)
      .where('place', 'in', places)
      .orderBy('started_at')
      .execute()
    return rows.map(row => ({ startedAt: row.started_at, endedAt: row.ended_at }))
  },

  saveApplication: async (applicationId, projectId, uid) => {
    const told = { project_id: projectId, ...(uid === undefined ? {} : { uid }) }
    await db
      .insertInto('ledger_applications')
      .values({ application_id: applicationId, uid: null, ...told })
      .onConflict(conflict => conflict.column('application_id').doUpdateSet(told))
      .execute()
  },

  applications: async projectId => {
    const rows = await db
      .selectFrom('ledger_applications')
      .select('application_id')
      .where('project_id', '=', projectId)
      .orderBy('application_id')
      .execute()
    return rows.map(row => row.application_id)
  },

  applicationsByUid: async projectId => {
    const rows = await db
      .selectFrom('ledger_applications')
      .select(['application_id', 'uid'])
      .where('project_id', '=', projectId)
      .where('uid', 'is not', null)
      .execute()
    return new Map(rows.map(row => [row.uid!, row.application_id]))
  },

  projectOf: async applicationId => {
    const row = await db
      .selectFrom('ledger_applications')
      .select('project_id')
      .where('application_id', '=', applicationId)
      .executeTakeFirst()
    return row?.project_id
  },

  removeApplication: async applicationId => {
    await db.transaction().execute(async transaction => {
      for (const table of applicationTables) {
        await transaction.deleteFrom(table).where('application_id', '=', applicationId).execute()
      }
    })
  },
})

const applicationTables = ['cronjob_executions', 'decisions', 'schedule_periods', 'ledger_applications'] as const

const toDecision = (row: Row<'decisions'>): Decision => ({
  applicationId: row.application_id,
  scheduledAt: row.scheduled_at,
  reason: row.reason,
  decidedAt: row.decided_at,
})

const toRow = (period: SchedulePeriod): Row<'schedule_periods'> => ({
  application_id: period.applicationId,
  schedule: period.schedule,
  time_zone: period.timeZone ?? null,
  suspend: period.suspend ? 1 : 0,
  concurrency_policy: period.concurrencyPolicy,
  starting_deadline_seconds: period.startingDeadlineSeconds ?? null,
  anchor: period.anchor,
  valid_from: period.validFrom,
  valid_to: period.validTo ?? null,
})

const toPeriod = (row: Row<'schedule_periods'>): SchedulePeriod =>
  present({
    applicationId: row.application_id,
    schedule: row.schedule,
    timeZone: row.time_zone,
    suspend: row.suspend === 1,
    concurrencyPolicy: row.concurrency_policy,
    startingDeadlineSeconds: row.starting_deadline_seconds,
    anchor: row.anchor,
    validFrom: row.valid_from,
    validTo: row.valid_to,
  })
