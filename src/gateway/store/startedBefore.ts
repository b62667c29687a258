import { type RawBuilder, type SqlBool, sql } from 'kysely'

/** The last row of a page that is sorted by start, then id, newest first. */
export interface PageEnd {
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly id: string
}

/** Rows behind the end of a page. */
export const startedBefore = ({ startedAt, id }: PageEnd): RawBuilder<SqlBool> =>
  sql<SqlBool>`(started_at < ${startedAt} or (started_at = ${startedAt} and id < ${id}))`
