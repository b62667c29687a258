import { HksError } from '../../contract/errors.ts'
import { parseSchedule, type Schedule, validateTimeZone } from '../../schedule/index.ts'

/**
 * The parsed schedule of a request.
 * @throws HksError INVALID_SCHEDULE for what the API server refuses, with the field and the position of the fault
 */
export function checkSchedule(schedule: string, timeZone: string | undefined): Schedule {
  const parsed = parseSchedule(schedule)
  if (!parsed.ok) {
    const { message, field, position, length } = parsed.error
    throw new HksError('INVALID_SCHEDULE', `schedule: ${message}`, {
      details: { field: 'schedule', value: schedule, part: field, position, length },
    })
  }
  const zone = timeZone === undefined ? undefined : validateTimeZone(timeZone)
  if (zone?.ok === false) {
    throw new HksError('INVALID_SCHEDULE', `timeZone: ${zone.message}`, {
      details: { field: 'timeZone', value: timeZone },
    })
  }
  return parsed.schedule
}
