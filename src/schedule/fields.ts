/** The five fields of a schedule, in the order in which they are written. */
export const fieldNames = ['minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek'] as const

/** One of the five fields. */
export type FieldName = (typeof fieldNames)[number]

/** What one field may hold, as robfig/cron v3.0.1 has it (spec.go). */
export interface FieldBounds {
  /** How messages name the field. */
  readonly label: string
  readonly min: number
  readonly max: number
  /** Names in lower case and the numbers that they stand for. */
  readonly names?: Readonly<Record<string, number>>
}

/** Bounds of each field. */
export const bounds: Readonly<Record<FieldName, FieldBounds>> = {
  minute: { label: 'minute', min: 0, max: 59 },
  hour: { label: 'hour', min: 0, max: 23 },
  dayOfMonth: { label: 'day of month', min: 1, max: 31 },
  month: {
    label: 'month',
    min: 1,
    max: 12,
    names: { jan: 1, feb: 2, mar: 3, apr: 4, may: 5, jun: 6, jul: 7, aug: 8, sep: 9, oct: 10, nov: 11, dec: 12 },
  },
  dayOfWeek: {
    label: 'day of week',
    min: 0,
    max: 6,
    names: { sun: 0, mon: 1, tue: 2, wed: 3, thu: 4, fri: 5, sat: 6 },
  },
}
