import { type Static, type TSchema, Type } from 'typebox'
import { errorCodes } from './errors.ts'
import { longestName, longestNamespace, namePatterns, nameWords } from './names.ts'

/** One of a few literal strings. */
export const OneOf = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>(Type.String({ enum: [...values] }))

/** An instant on the wire: RFC 3339. Answers are UTC with milliseconds; requests may use any offset. */
export const Instant = Type.String({ format: 'date-time', description: 'RFC 3339 instant' })

/** A schedule. One that lists every value of every field has some 350 characters; the limit bounds the work alone. */
export const ScheduleText = Type.String({ maxLength: 10_000 })

/** An opaque identifier (UUID). */
export const Id = Type.String({ minLength: 1, maxLength: 128, description: 'Opaque id (UUID)' })

/** A project's id or, where it is unique, its name. */
export const ProjectRef = Type.String({ minLength: 1, maxLength: 300, description: 'Id or name of a project' })

/** A DNS-1123 label of at most 52 characters: what Kubernetes allows as a CronJob's name. */
export const ResourceName = Type.String({
  minLength: 1,
  maxLength: longestName,
  pattern: namePatterns.resource,
  description: `${nameWords.resource}, at most ${longestName} characters; ${nameWords.ends}`,
})

/** A program and what it always gets, before the arguments. */
export const Command = Type.Array(Type.String(), { maxItems: 256 })

/** The arguments of a {@link Command}. */
export const Arguments = Type.Array(Type.String(), { maxItems: 1024 })

/** Plain environment variables; shown to everyone who may read the application. */
export const Environment = Type.Record(Type.String({ pattern: namePatterns.variable }), Type.String(), {
  additionalProperties: false,
  description: `Names of ${nameWords.variable}`,
})

/** A variable whose value comes from a project's secret; `from` is `SECRET/KEY`. */
export const SecretReference = Type.Object(
  {
    name: Type.String({ pattern: namePatterns.variable, description: nameWords.variable }),
    from: Type.String({ pattern: namePatterns.secretKey, description: 'SECRET/KEY, such as mail/api-key' }),
  },
  { additionalProperties: false },
)
export type SecretReference = Static<typeof SecretReference>

/** The body of every error answer. */
export const ErrorBody = Type.Object({
  error: Type.String(),
  code: OneOf(errorCodes),
  details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  hint: Type.Optional(Type.String()),
})
export type ErrorBody = Static<typeof ErrorBody>

/** A page of a list; `nextCursor` is absent on the last page. */
export const Page = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), nextCursor: Type.Optional(Type.String()) })

/** A page of a list, as a type. */
export interface PageOf<T> {
  items: T[]
  nextCursor?: string
}

/** The paging parameters of every list. */
export const PageQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { additionalProperties: false },
)

/** A field of a change that `null` clears. */
export const nullable = <T extends Parameters<typeof Type.Optional>[0]>(schema: T) =>
  Type.Optional(Type.Union([schema, Type.Null()]))

/** The name of a namespace: a DNS-1123 label. */
export const NamespaceName = Type.String({
  minLength: 1,
  maxLength: longestNamespace,
  pattern: namePatterns.resource,
  description: `${nameWords.resource}, at most ${longestNamespace} characters; ${nameWords.ends}`,
})

/** `{id}` in a path. */
export const IdParams = Type.Object({ id: Id }, { additionalProperties: false })
