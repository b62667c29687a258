import { type Static, Type } from 'typebox'
import {
  Arguments,
  Command,
  Environment,
  Id,
  Instant,
  OneOf,
  PageQuery,
  ProjectRef,
  ResourceName,
  SecretReference,
} from './common.ts'

/** What an application template is where it lives: an object of a cluster, or on `local` a CronJob or a named command. */
export const applicationKinds = ['Deployment', 'StatefulSet', 'Pod', 'CronJob', 'Command'] as const
/** One of {@link applicationKinds}. */
export type ApplicationKind = (typeof applicationKinds)[number]

const secrets = Type.Array(SecretReference, { maxItems: 100 })

/** What of a pod is not copied: volumes other than of ConfigMaps, Secrets and the like, and containers but the main one. */
export const notCopiedKinds = ['volume', 'container', 'initContainer'] as const
/** A part of an application that a CronJob made of it does not get. */
export const NotCopied = Type.Object({ kind: OneOf(notCopiedKinds), name: Type.String() })
export type NotCopied = Static<typeof NotCopied>

/** An application whose container or process a CronJob can copy (`templateAppId`). `notCopied` is there where its pod has more. */
export const Application = Type.Object({
  id: Id,
  type: OneOf(['stateless', 'cronjob'] as const),
  kind: OneOf(applicationKinds),
  projectId: Id,
  name: Type.String(),
  image: Type.Optional(Type.String()),
  command: Command,
  args: Arguments,
  environment: Environment,
  secrets,
  notCopied: Type.Optional(Type.Array(NotCopied)),
  createdAt: Instant,
})
export type Application = Static<typeof Application>

/** The body that makes a named command (`local`). */
export const ApplicationCreate = Type.Object(
  {
    projectId: ProjectRef,
    name: ResourceName,
    type: Type.Optional(OneOf(['stateless'] as const)),
    command: Command,
    args: Type.Optional(Arguments),
    environment: Type.Optional(Environment),
    secrets: Type.Optional(secrets),
  },
  { additionalProperties: false },
)
export type ApplicationCreate = Static<typeof ApplicationCreate>

/** A kind of which the user may not see what there is. */
export const RefusedKind = Type.Object({ kind: OneOf(applicationKinds), message: Type.String() })
export type RefusedKind = Static<typeof RefusedKind>

/** A page of application templates. `refused` is there where some kinds could not be looked at. */
export const ApplicationPage = Type.Object({
  items: Type.Array(Application),
  nextCursor: Type.Optional(Type.String()),
  refused: Type.Optional(Type.Array(RefusedKind)),
})
export type ApplicationPage = Static<typeof ApplicationPage>

/** Whose applications are listed. */
export const ApplicationQuery = Type.Object(
  { ...PageQuery.properties, projectId: ProjectRef },
  { additionalProperties: false },
)
