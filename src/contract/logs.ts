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

/** The last record of a followed log: why no line will come. */
export const LogEnd = Type.Object({ end: Type.String() })
export type LogEnd = Static<typeof LogEnd>

/** Why a stretch of a log is absent: the numbers from `from` to `to` were asked for and are not kept any more. */
export const LogGap = Type.Object({ gap: Type.String(), from: Type.Integer(), to: Type.Integer() })
export type LogGap = Static<typeof LogGap>

/** A record of a followed log: all up to this number has been sent, or is not wanted. Resume with it as `after`. */
export const LogReached = Type.Object({ reached: Type.Integer() })
export type LogReached = Static<typeof LogReached>

/**
 * Which lines: from a time, the last n, after a sequence number, with a text in them; `follow=true` streams NDJSON.
 * `tail` counts lines that the other fields select, with `before` from the one before that number backwards.
 */
export const LogQuery = Type.Object(
  {
    since: Type.Optional(Instant),
    tail: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
    after: Type.Optional(Type.Integer({ minimum: 0 })),
    before: Type.Optional(Type.Integer({ minimum: 1, description: 'With `tail`: where to count from' })),
    grep: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1000, description: 'Text that a line holds, as it stands: no pattern' }),
    ),
    ignoreCase: Type.Optional(Type.Boolean({ description: '`grep` finds capital and small letters alike' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    invocationId: Type.Optional(Id),
    follow: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)
export type LogQuery = Static<typeof LogQuery>

/** Where a page ends: fields of a query, in place of its `after`, `tail` and `before`. */
export const LogPosition = Type.Object({
  after: Type.Optional(Type.Integer()),
  tail: Type.Optional(Type.Integer()),
  before: Type.Optional(Type.Integer()),
})
export type LogPosition = Static<typeof LogPosition>

/**
 * A page of a log, oldest first; ask again with the fields of `next` while `more` is true. A page may be empty and not
 * the last: one request looks through a part of a long log only. A `gap` stands before its items.
 */
export const LogPage = Type.Object({
  items: Type.Array(LogLine),
  more: Type.Boolean(),
  next: LogPosition,
  gap: Type.Optional(LogGap),
  end: Type.Optional(Type.String()),
})
export type LogPage = Static<typeof LogPage>
