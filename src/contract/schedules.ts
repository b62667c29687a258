import { type Static, Type } from 'typebox'
import { Instant, OneOf, ScheduleText } from './common.ts'

/** Asks what a schedule means and when it runs. */
export const SchedulePreviewRequest = Type.Object(
  {
    schedule: ScheduleText,
    timeZone: Type.Optional(Type.String({ maxLength: 64 })),
    from: Type.Optional(Instant),
    count: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })),
    startingDeadlineSeconds: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
)
export type SchedulePreviewRequest = Static<typeof SchedulePreviewRequest>

/** Something legal that is probably wrong. Severity `error`: our forms do not save it without "Save anyway". */
export const ScheduleWarning = Type.Object({
  code: Type.String(),
  severity: OneOf(['info', 'warning', 'error'] as const),
  message: Type.String(),
})
export type ScheduleWarning = Static<typeof ScheduleWarning>

/** A sentence, the next instants and the warnings of a schedule. */
export const SchedulePreview = Type.Object({
  sentence: Type.String(),
  next: Type.Array(Instant),
  warnings: Type.Array(ScheduleWarning),
})
export type SchedulePreview = Static<typeof SchedulePreview>
