import { type Static, Type } from 'typebox'
import { Id, Instant, OneOf, PageQuery } from './common.ts'
import { errorCodes } from './errors.ts'

/** How a call stands. */
export const invocationOutcomes = ['running', 'succeeded', 'failed'] as const

/** Which calls to list. */
export const InvocationQuery = Type.Object(
  { ...PageQuery.properties, outcome: Type.Optional(OneOf(invocationOutcomes)) },
  { additionalProperties: false },
)

const invocationFields = {
  id: Id,
  functionId: Id,
  revision: Type.Integer(),
  startedAt: Instant,
  completedAt: Type.Optional(Instant),
  durationMs: Type.Optional(Type.Integer()),
  queueMs: Type.Integer({ description: 'Milliseconds that it waited for a process, also for its start' }),
  outcome: OneOf(invocationOutcomes),
  statusCode: Type.Optional(Type.Integer()),
  code: Type.Optional(OneOf(errorCodes)),
  message: Type.Optional(Type.String()),
  source: OneOf(['invoke', 'url', 'schedule'] as const),
  async: Type.Boolean({ description: 'Nobody waited: the answer is kept, to be fetched' }),
  coldStart: Type.Boolean(),
  sandbox: Type.Optional(
    Type.String({ description: 'How the code was confined, `none` when it was not; absent where none has run' }),
  ),
  requestBytes: Type.Integer(),
  responseBytes: Type.Optional(Type.Integer()),
}

/** One call of a function. */
export const Invocation = Type.Object(invocationFields)
export type Invocation = Static<typeof Invocation>

/** How a function was called lately: what its row in a list shows. */
export const FunctionCalls = Type.Object({
  functionId: Id,
  day: Type.Object(
    {
      calls: Type.Integer(),
      failed: Type.Integer(),
      p95Ms: Type.Optional(Type.Integer({ description: '95 of 100 calls took at most this long' })),
    },
    { description: 'Ended calls of the last 24 hours, to the hour' },
  ),
  latest: Type.Array(Invocation, { description: 'The last five calls, newest first' }),
})
export type FunctionCalls = Static<typeof FunctionCalls>

/** What a call was sent; `body` is text in UTF-8, or base64. One that was `masked` can not be sent again. */
export const InvocationPayload = Type.Object({
  headers: Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())])),
  body: Type.String(),
  encoding: OneOf(['utf8', 'base64'] as const),
  masked: Type.Boolean({ description: 'A secret was in it' }),
})
export type InvocationPayload = Static<typeof InvocationPayload>

/** The answer that is kept of a call; its bytes are fetched apart. */
export const InvocationResult = Type.Object({
  status: Type.Integer(),
  headers: Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())])),
  bytes: Type.Integer(),
  kept: Type.Boolean({ description: 'false: it was too large' }),
  expiresAt: Instant,
})
export type InvocationResult = Static<typeof InvocationResult>

/** One call with what is kept of it: what it was sent, and its answer when nobody waited for it. */
export const InvocationDetail = Type.Object({
  ...invocationFields,
  request: Type.Optional(InvocationPayload),
  result: Type.Optional(InvocationResult),
})
export type InvocationDetail = Static<typeof InvocationDetail>

/**
 * The first message of `WS /functions/:id/invoke`. The body follows in binary messages; the connection is closed with 1000
 * behind the whole of it, else the last message is an error.
 */
export const InvocationAnswerHead = Type.Object({
  type: Type.Literal('answer'),
  status: Type.Integer(),
  headers: Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())])),
})
export type InvocationAnswerHead = Static<typeof InvocationAnswerHead>

/** The answer to `Prefer: respond-async`. */
export const InvocationAccepted = Type.Object({ invocationId: Id })
export type InvocationAccepted = Static<typeof InvocationAccepted>
