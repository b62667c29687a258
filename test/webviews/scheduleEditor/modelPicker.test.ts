import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseSchedule } from '../../../src/schedule/parse.ts'
import { sameSchedule } from '../../../src/schedule/schedule.ts'
import {
  everyUnits,
  type Picker,
  pickerKinds,
  pickerOf,
  pickerProblem,
  switchKind,
  switchUnit,
  textOf,
} from '../../../src/webviews/scheduleEditor/modelPicker.ts'

const hour = fc.integer({ min: 0, max: 23 })
const minute = fc.integer({ min: 0, max: 59 })
const pickers: fc.Arbitrary<Picker> = fc.oneof(
  fc.record({ kind: fc.constant('hourly' as const), minute }),
  fc.record({ kind: fc.constant('daily' as const), hour, minute }),
  fc.record({
    kind: fc.constant('weekly' as const),
    weekdays: fc.subarray([0, 1, 2, 3, 4, 5, 6], { minLength: 1 }),
    hour,
    minute,
  }),
  fc.record({ kind: fc.constant('monthly' as const), day: fc.integer({ min: 1, max: 31 }), hour, minute }),
  fc.record({
    kind: fc.constant('everyN' as const),
    unit: fc.constant('minutes' as const),
    every: fc.integer({ min: 1, max: 59 }),
  }),
  fc.record({
    kind: fc.constant('everyN' as const),
    unit: fc.constant('hours' as const),
    every: fc.integer({ min: 1, max: 23 }),
    minute,
  }),
  fc.record({
    kind: fc.constant('everyN' as const),
    unit: fc.constant('days' as const),
    every: fc.integer({ min: 1, max: 31 }),
    hour,
    minute,
  }),
  fc.record({
    kind: fc.constant('everyN' as const),
    unit: fc.constant('interval' as const),
    duration: fc.constantFrom('90s', '15m', '1h30m'),
  }),
)

const same = (a: string, b: string): boolean => {
  const [x, y] = [parseSchedule(a), parseSchedule(b)]
  return x.ok && y.ok && sameSchedule(x.schedule, y.schedule)
}

describe('the presets of the schedule editor', () => {
  it('write a schedule that shows as presets with the same meaning', () => {
    fc.assert(
      fc.property(pickers, picker => {
        assert.equal(pickerProblem(picker), undefined)
        const text = textOf(picker, '')
        assert.ok(parseSchedule(text).ok, text)
        assert.ok(same(textOf(pickerOf(text), text), text), text)
      }),
    )
  })

  it('keep a schedule that they cannot say as it is', () => {
    for (const text of ['*/5 9-17 * * 1-5', '0 0 1,15 * *', 'no schedule', '61 * * * *', '0 0 */2 1 *']) {
      assert.deepEqual(pickerOf(text), { kind: 'custom' })
      assert.equal(textOf({ kind: 'custom' }, text), text)
    }
  })

  it('show intervals and every N days, which the engine itself calls custom', () => {
    assert.deepEqual(pickerOf('@every 1h30m'), { kind: 'everyN', unit: 'interval', duration: '1h30m' })
    assert.deepEqual(pickerOf('30 2 */3 * *'), { kind: 'everyN', unit: 'days', every: 3, hour: 2, minute: 30 })
  })

  it('take the time along from one preset to the next', () => {
    fc.assert(
      fc.property(hour, minute, fc.constantFrom(...pickerKinds), (hour, minute, kind) => {
        const to = switchKind({ kind: 'daily', hour, minute }, kind)
        assert.equal(to.kind, kind)
        if ('hour' in to) assert.deepEqual([to.hour, to.minute], [hour, minute])
        assert.equal(pickerProblem(to), undefined)
      }),
    )
  })

  it('have a sensible number in each unit of every N', () => {
    for (const from of everyUnits)
      for (const to of everyUnits) {
        const picker = switchUnit(switchUnit({ kind: 'everyN', every: 5, unit: 'minutes' }, from) as never, to)
        assert.equal(pickerProblem(picker), undefined)
        assert.equal((picker as { unit: string }).unit, to)
      }
  })

  it('name the input that holds no number of its range', () => {
    const faults: readonly [Picker, string][] = [
      [{ kind: 'daily', hour: 24, minute: 0 }, 'hour'],
      [{ kind: 'hourly', minute: Number.NaN }, 'minute'],
      [{ kind: 'monthly', day: 0, hour: 1, minute: 1 }, 'day'],
      [{ kind: 'weekly', weekdays: [], hour: 1, minute: 1 }, 'weekdays'],
      [{ kind: 'everyN', every: 60, unit: 'minutes' }, 'every'],
      [{ kind: 'everyN', every: 2, unit: 'hours', minute: 77 }, 'minute'],
      [{ kind: 'everyN', unit: 'interval', duration: 'soon' }, 'duration'],
    ]
    for (const [picker, field] of faults) assert.equal(pickerProblem(picker)?.field, field)
  })
})
