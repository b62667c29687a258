import { type Static, Type } from 'typebox'
import { Id, Instant, NamespaceName, OneOf, ProjectRef } from './common.ts'
import { namePatterns, nameWords } from './names.ts'

/** Whether what a project is in is there: `unavailable` where its cluster does not show it. */
export const projectStatuses = ['ready', 'missing', 'unavailable'] as const
/** One of {@link projectStatuses}. */
export type ProjectStatus = (typeof projectStatuses)[number]

/** What can be denied in a project. */
export const projectActions = [
  'createCronJob',
  'changeCronJob',
  'deleteCronJob',
  'triggerCronJob',
  'stopRun',
  'readLogs',
  'deployFunction',
  'cancelDeployment',
  'divideTraffic',
  'deleteFunction',
  'writeSecret',
  'deleteSecret',
] as const
/** One of {@link projectActions}. */
export type ProjectAction = (typeof projectActions)[number]

/** Something that may not be done in a project, in the words of the error that doing it would give. */
export const DeniedAction = Type.Object({
  action: OneOf(projectActions),
  message: Type.String(),
  hint: Type.Optional(Type.String()),
  except: Type.Optional(
    Type.Array(Type.String(), {
      description: 'Names of objects with which it may be done all the same: a role names them',
    }),
  ),
})
export type DeniedAction = Static<typeof DeniedAction>

/** Where resources live: on `local` a workspace folder, in a cluster a namespace, whose name it has. */
export const Project = Type.Object({
  id: Id,
  name: Type.String(),
  connection: Type.String({ description: 'Id of the connection; local is this machine' }),
  path: Type.Optional(Type.String({ description: 'Real path of the workspace folder (local)' })),
  status: OneOf(projectStatuses),
  message: Type.Optional(Type.String({ description: 'Why it is unavailable' })),
  denied: Type.Optional(
    Type.Array(DeniedAction, { description: 'What the user of its cluster may not do in it, as far as is known' }),
  ),
  noFunctions: Type.Optional(
    Type.String({ description: 'Why there can be no functions in it; absent where there can, or nobody knows' }),
  ),
  createdAt: Instant,
})
export type Project = Static<typeof Project>

/**
 * Registers a workspace folder as a project of `local` (`path`; the same real path gives the same project), or a
 * namespace of a cluster (`connectionId` and `namespace`).
 */
export const ProjectOpen = Type.Object(
  {
    path: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    connectionId: Type.Optional(Id),
    namespace: Type.Optional(NamespaceName),
    name: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, pattern: '\\S', description: 'Default: that of the folder' }),
    ),
  },
  { additionalProperties: false },
)
export type ProjectOpen = Static<typeof ProjectOpen>

/** Binds the rows of a project whose folder moved to its new place. */
export const ProjectRelink = Type.Object(
  { path: Type.String({ minLength: 1, maxLength: 4096 }) },
  { additionalProperties: false },
)
export type ProjectRelink = Static<typeof ProjectRelink>

/** A secret as it is listed: its keys, never a value. */
export const Secret = Type.Object({ name: Type.String(), keys: Type.Array(Type.String()) })
export type Secret = Static<typeof Secret>

/** Replaces the given keys of a secret; other keys stay. Values are write-only. */
export const SecretWrite = Type.Object(
  {
    data: Type.Record(
      Type.String({ pattern: namePatterns.dataKey }),
      Type.String({ maxLength: 1_000_000, pattern: '^[^\\u0000]*$', description: 'no zero byte', writeOnly: true }),
      { additionalProperties: false, writeOnly: true, description: 'Names of letters, digits, "-", "_" and "."' },
    ),
  },
  { additionalProperties: false, writeOnly: true },
)
export type SecretWrite = Static<typeof SecretWrite>

/** `{id}` of a project in a path. */
export const ProjectParams = Type.Object({ id: ProjectRef }, { additionalProperties: false })

/** `{id, secret}` in a path. */
export const SecretParams = Type.Object(
  {
    id: ProjectRef,
    secret: Type.String({
      pattern: namePatterns.secret,
      maxLength: 253,
      description: `Lower-case letters, digits, "-" and "."; ${nameWords.ends}`,
    }),
  },
  { additionalProperties: false },
)
