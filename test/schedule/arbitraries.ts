import fc from 'fast-check'

/** One of the five fields with its bounds. */
const fields = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12 },
  { min: 0, max: 6 },
] as const

/** The values that a field allows, beside the text that says so. */
export interface FieldCase {
  readonly text: string
  readonly values: ReadonlySet<number>
  /** Robfig's star bit. */
  readonly star: boolean
}

/** A schedule of five fields with its meaning, which is built together with the text and not parsed from it. */
export interface ScheduleCase {
  readonly text: string
  readonly fields: readonly FieldCase[]
}

const every = (from: number, to: number, step = 1): Set<number> => {
  const values = new Set<number>()
  for (let value = from; value <= to; value += step) values.add(value)
  return values
}

const item = (min: number, max: number): fc.Arbitrary<FieldCase> =>
  fc
    .record({
      kind: fc.constantFrom('value', 'range', 'star', 'starStep', 'valueStep', 'rangeStep'),
      a: fc.integer({ min, max }),
      b: fc.integer({ min, max }),
      step: fc.integer({ min: 1, max: max - min + 3 }),
      mark: fc.constantFrom('*', '?'),
    })
    .map(({ kind, a, b, step, mark }) => {
      const [low, high] = a < b ? [a, b] : [b, a]
      switch (kind) {
        case 'value':
          return { text: `${a}`, values: every(a, a), star: false }
        case 'range':
          return { text: `${low}-${high}`, values: every(low, high), star: false }
        case 'star':
          return { text: mark, values: every(min, max), star: true }
        case 'starStep':
          return { text: `${mark}/${step}`, values: every(min, max, step), star: step === 1 }
        case 'valueStep':
          return { text: `${a}/${step}`, values: every(a, max, step), star: false }
        default:
          return { text: `${low}-${high}/${step}`, values: every(low, high, step), star: false }
      }
    })

const field = ({ min, max }: { min: number; max: number }): fc.Arbitrary<FieldCase> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant({ text: '*', values: every(min, max), star: true }) },
    {
      weight: 3,
      arbitrary: fc.array(item(min, max), { minLength: 1, maxLength: 3 }).map(items => ({
        text: items.map(one => one.text).join(','),
        values: new Set(items.flatMap(one => [...one.values])),
        star: items.some(one => one.star),
      })),
    },
  )

/** Schedules of five fields, sloppy forms included. */
export const scheduleCase: fc.Arbitrary<ScheduleCase> = fc
  .tuple(...fields.map(field))
  .map(all => ({ text: all.map(one => one.text).join(' '), fields: all }))

/** Instants between 2015 and 2035, in milliseconds. */
export const instant: fc.Arbitrary<number> = fc.integer({ min: Date.UTC(2015, 0, 1), max: Date.UTC(2035, 0, 1) })

/** Whether a schedule allows what a clock shows; the clock is read as UTC. */
export function matches(
  { fields: [minute, hour, dayOfMonth, month, dayOfWeek] }: ScheduleCase,
  clock: number,
): boolean {
  const date = new Date(clock)
  const inMonth = dayOfMonth!.values.has(date.getUTCDate())
  const inWeek = dayOfWeek!.values.has(date.getUTCDay())
  const day = dayOfMonth!.star || dayOfWeek!.star ? inMonth && inWeek : inMonth || inWeek
  return (
    date.getUTCSeconds() === 0 &&
    minute!.values.has(date.getUTCMinutes()) &&
    hour!.values.has(date.getUTCHours()) &&
    month!.values.has(date.getUTCMonth() + 1) &&
    day
  )
}
