/** Kubernetes' schedules. A page that must stay small imports single files: only describe.ts and portability.ts use packages. */
export { type BuilderState, builderKinds, fromBuilder, toBuilder } from './builder.ts'
export { describeSchedule } from './describe.ts'
export { type FieldName, fieldNames } from './fields.ts'
export { lintSchedule } from './lint.ts'
export { nextRun, nextRuns } from './next.ts'
export { descriptors, parseSchedule } from './parse.ts'
export { type LatestRun, latestRun, runsBetween } from './runs.ts'
export {
  type CronSchedule,
  type EverySchedule,
  type ParseResult,
  type Schedule,
  type ScheduleError,
  sameSchedule,
} from './schedule.ts'
export { type TimeZoneCheck, timeZones, validateTimeZone } from './timeZones.ts'
export { type LintOptions, type Warning, type WarningCode, warningCodes } from './warning.ts'
