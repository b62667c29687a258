import { defined } from '../../../base/defined.ts'
import { fromInstant, toInstant } from '../../../base/instant.ts'
import type { PreviewSchedule } from '../../domain/scheduleService.ts'
import type { Handlers } from '../handler.ts'

/** Route of the schedule preview. */
export const scheduleHandlers = (preview: PreviewSchedule): Pick<Handlers, 'previewSchedule'> => ({
  previewSchedule: async ({ caller, body: { from, ...rest } }) => {
    const { sentence, next, warnings } = preview(caller, {
      ...rest,
      ...defined({ from: from === undefined ? undefined : fromInstant(from) }),
    })
    return {
      body: {
        sentence,
        next: next.map(toInstant),
        warnings: warnings.map(({ code, severity, message }) => ({ code, severity, message })),
      },
    }
  },
})
