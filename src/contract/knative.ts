import { type Static, Type } from 'typebox'
import { ErrorBody } from './common.ts'

/** Bytes of manifests that are taken at once. */
export const mostManifestBytes = 32 * 1024 * 1024

/** What to install Knative Serving from; without manifests the release that the gateway knows is downloaded. */
export const KnativeInstall = Type.Object(
  {
    manifests: Type.Optional(
      Type.Array(
        Type.Object(
          { name: Type.String({ minLength: 1, maxLength: 300 }), content: Type.String() },
          { additionalProperties: false },
        ),
        {
          minItems: 1,
          maxItems: 200,
          description: 'Files of YAML, {name, content}; applied in the order of their names',
        },
      ),
    ),
    acceptUnverified: Type.Optional(
      Type.Boolean({ description: 'Take downloaded files whose sha256 nobody has pinned' }),
    ),
    acceptSha256: Type.Optional(
      Type.Array(Type.String({ pattern: '^[0-9a-f]{64}$' }), {
        minItems: 1,
        maxItems: 200,
        description: 'Take downloaded files with these sums, though nobody has pinned them',
      }),
    ),
  },
  { additionalProperties: false },
)
export type KnativeInstall = Static<typeof KnativeInstall>

/** What became of an object: `kept` was there before and is left as it is. */
export const objectActions = ['created', 'changed', 'unchanged', 'kept', 'deleted'] as const
/** One of {@link objectActions}. */
export type ObjectAction = (typeof objectActions)[number]

const ObjectEvent = Type.Object({
  type: Type.Literal('object'),
  action: Type.Unsafe<ObjectAction>(Type.String({ enum: [...objectActions] })),
  kind: Type.String(),
  name: Type.String(),
  namespace: Type.Optional(Type.String()),
})

/** An object that a removal would delete. */
const InstalledObject = Type.Object({
  kind: Type.String(),
  name: Type.String(),
  namespace: Type.Optional(Type.String()),
})

/** What a removal would delete. */
export const KnativeRemoval = Type.Object({ objects: Type.Array(InstalledObject) })
export type KnativeRemoval = Static<typeof KnativeRemoval>

const FileEvent = Type.Object({
  type: Type.Literal('file'),
  name: Type.String(),
  url: Type.String(),
  sha256: Type.String({ description: 'Of what was downloaded' }),
  pinned: Type.Boolean({ description: 'Whether it is the sum that the product knows' }),
})

/** How many objects the work is about; told before the first of them. */
const PlannedEvent = Type.Object({ type: Type.Literal('planned'), objects: Type.Integer() })

/** `waiting` says what goes on, `warning` what is worth knowing though it ends nothing. */
const SentenceEvent = Type.Object({
  type: Type.Unsafe<'waiting' | 'warning'>(Type.String({ enum: ['waiting', 'warning'] })),
  message: Type.String(),
})

const DoneEvent = Type.Object({
  type: Type.Literal('done'),
  created: Type.Integer(),
  changed: Type.Integer(),
  unchanged: Type.Integer(),
  deleted: Type.Integer(),
  verified: Type.Optional(
    Type.Object({
      deployMilliseconds: Type.Integer({ description: 'Until the function served' }),
      callMilliseconds: Type.Integer(),
    }),
  ),
})

const FailedEvent = Type.Object({ type: Type.Literal('failed'), ...ErrorBody.properties })

/** One line of an installation or of a removal; the last one is `done` or `failed`. */
export const KnativeEvent = Type.Union([PlannedEvent, ObjectEvent, FileEvent, SentenceEvent, DoneEvent, FailedEvent])
export type KnativeEvent =
  | Static<typeof PlannedEvent>
  | Static<typeof ObjectEvent>
  | Static<typeof FileEvent>
  | Static<typeof SentenceEvent>
  | Static<typeof DoneEvent>
  | Static<typeof FailedEvent>
