import { type Static, Type } from 'typebox'
import { OneOf } from './common.ts'
import { CronJob } from './cronJobs.ts'

/** What became of an object that a manifest was applied to, or would become of it. */
export const applyActions = ['created', 'changed', 'unchanged'] as const
/** One of {@link applyActions}. */
export type ApplyAction = (typeof applyActions)[number]

const manifest = (description: string) => Type.Record(Type.String(), Type.Unknown(), { description })

/** A whole manifest for a namespace of a cluster: all its fields count, by server-side apply. */
export const ManifestApply = Type.Object(
  {
    manifest: manifest('A CronJob of batch/v1 as an object'),
    dryRun: Type.Optional(Type.Boolean({ description: 'Change nothing; the cluster checks it all the same' })),
    forceConflicts: Type.Optional(
      Type.Boolean({ description: 'Take fields over that others have set to something else' }),
    ),
  },
  { additionalProperties: false },
)
export type ManifestApply = Static<typeof ManifestApply>

/** What applying a manifest did, or with `dryRun` would do. */
export const ManifestApplied = Type.Object({
  action: OneOf(applyActions),
  manifest: manifest('The object as it is now, or would be, defaults of the cluster included'),
  present: Type.Optional(manifest('The object as it was; absent where it is a new one')),
  cronJob: Type.Optional(CronJob),
})
export type ManifestApplied = Static<typeof ManifestApplied>
