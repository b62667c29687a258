/** Every code that a {@link Warning} may carry. */
export const warningCodes = [
  /** The API server refuses the schedule or the time zone. */
  'REFUSED',
  /** No run within five calendar years. */
  'NEVER_FIRES',
  /** Both day fields are restricted: a day that matches either one runs. */
  'DAYS_EITHER',
  /** Within a year the clock jumps over a local time of the schedule. */
  'CLOCK_GAP',
  /** Within a year a local time of the schedule comes twice. */
  'CLOCK_OVERLAP',
  /** Ordinary cron libraries run it at other times or refuse it. */
  'OTHER_TOOLS_DIFFER',
  /** Runs come faster than a run usually takes. */
  'MORE_OFTEN_THAN_JOB',
  /** Many jobs start at the same minute. */
  'MANY_AT_ONE_MINUTE',
  /** A form that the parser takes by accident. */
  'SLOPPY_FORM',
  /** A step that jumps over the whole range of its field. */
  'STEP_BEYOND_RANGE',
  /** A step that does not divide its range: the last distance is shorter. */
  'STEP_UNEVEN',
  /** `@every` with less than a minute. */
  'EVERY_UNDER_MINUTE',
  /** `@every` together with a time zone. */
  'EVERY_IGNORES_ZONE',
  /** `@every` with a starting deadline below the interval. */
  'EVERY_NEVER_STARTS',
  /** A starting deadline below ten seconds. */
  'DEADLINE_TOO_SHORT',
  /** No time zone given. */
  'ZONE_ASSUMED',
] as const

/** One of {@link warningCodes}. */
export type WarningCode = (typeof warningCodes)[number]

/** Something legal that is probably wrong. `error`: our own forms save it only after "Save anyway". */
export interface Warning {
  readonly code: WarningCode
  readonly severity: 'info' | 'warning' | 'error'
  /** Names the value and the way out, in full sentences. */
  readonly message: string
  /** The instant that the warning is about, in milliseconds since 1970. */
  readonly at?: number
}

/** What lint knows about the job beside its schedule. */
export interface LintOptions {
  /** IANA name; absent when the job has none, which counts as UTC. */
  readonly timeZone?: string
  /** Lint looks at the year from this instant on, in milliseconds since 1970. */
  readonly from: number
  readonly startingDeadlineSeconds?: number
  /** How long a run of the job usually takes. */
  readonly typicalDurationSeconds?: number
  /** The instant from which `@every` counts: the last nominal time, at first the creation. */
  readonly everyAnchor?: number
  /** Other enabled jobs that start at the same minute as this one. */
  readonly peersAtSameMinute?: number
}
