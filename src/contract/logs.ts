import { type Static, Type } from 'typebox'
import { Id, Instant, OneOf } from './common.ts'

/** Where a line came from; `system` lines are the platform's own, such as "run ended". */
export const logStreams = ['stdout', 'stderr', 'system'] as const
/** One of {@link logStreams}. */
export type LogStreamName = (typeof logStreams)[number]

/** One line of an application's log. `seq` grows by one for each line of the application. */
export const LogLine = Type.Object({
  seq: Type.Integer(),
  time: Type.String({ description: 'RFC 3339 UTC, at the precision of its source' }),
  stream: OneOf(logStreams),
  text: Type.String(),
  executionId: Type.Optional(Id),
  invocationId: Type.Optional(Id),
  truncated: Type.Optional(Type.Integer({ description: 'Bytes cut off a line above 64 KB' })),
})
export type LogLine = Static<typeof LogLine>

/** The last record of a followed log: why no line will come, or why a stretch is absent. */
export const LogEnd = Type.Object({ end: Type.String() })
export type LogEnd = Static<typeof LogEnd>

/** Which lines: from a time, the last n, after a sequence number; `follow=true` streams NDJSON. */
export const LogQuery = Type.Object(
  {
    since: Type.Optional(Instant),
    tail: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
    after: Type.Optional(Type.Integer({ minimum: 0 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    invocationId: Type.Optional(Id),
    follow: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)
export type LogQuery = Static<typeof LogQuery>

/** A page of a log, oldest first; ask again with `after` = the last `seq` while `more` is true. */
export const LogPage = Type.Object({
  items: Type.Array(LogLine),
  more: Type.Boolean(),
  end: Type.Optional(Type.String()),
})
export type LogPage = Static<typeof LogPage>
