import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  type BuilderState,
  builderKinds,
  fromBuilder,
  parseSchedule,
  sameSchedule,
  toBuilder,
} from '../../src/schedule/index.ts'
import { scheduleCase } from './arbitraries.ts'

const same = (a: string, b: string): boolean => {
  const [x, y] = [parseSchedule(a), parseSchedule(b)]
  return x.ok && y.ok && sameSchedule(x.schedule, y.schedule)
}

const minute = fc.integer({ min: 0, max: 59 })
const hour = fc.integer({ min: 0, max: 23 })
const states: fc.Arbitrary<BuilderState> = fc.oneof(
  fc.record({ kind: fc.constant('hourly' as const), minute }),
  fc.record({ kind: fc.constant('daily' as const), hour, minute }),
  fc.record({
    kind: fc.constant('weekly' as const),
    weekdays: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 }),
    hour,
    minute,
  }),
  fc.record({ kind: fc.constant('monthly' as const), day: fc.integer({ min: 1, max: 31 }), hour, minute }),
  fc.record({
    kind: fc.constant('everyN' as const),
    every: fc.integer({ min: 1, max: 59 }),
    unit: fc.constant('minutes' as const),
  }),
  fc.record({
    kind: fc.constant('everyN' as const),
    every: fc.integer({ min: 1, max: 23 }),
    unit: fc.constant('hours' as const),
    minute,
  }),
)

describe('the schedule picker', function () {
  // Laws are tried many times, maybe on a busy machine.
  this.timeout(60_000)

  for (const [text, state] of [
    ['@hourly', { kind: 'hourly', minute: 0 }],
    ['@daily', { kind: 'daily', hour: 0, minute: 0 }],
    ['30 2 * * *', { kind: 'daily', hour: 2, minute: 30 }],
    ['30 2 ? * ?', { kind: 'daily', hour: 2, minute: 30 }],
    ['30 2 * * MON-FRI', { kind: 'weekly', weekdays: [1, 2, 3, 4, 5], hour: 2, minute: 30 }],
    ['30 2 */1 * 0,6', { kind: 'weekly', weekdays: [0, 6], hour: 2, minute: 30 }],
    ['0 0 15 * *', { kind: 'monthly', day: 15, hour: 0, minute: 0 }],
    ['0,15,30,45 * * * *', { kind: 'everyN', every: 15, unit: 'minutes' }],
    ['* * * * *', { kind: 'everyN', every: 1, unit: 'minutes' }],
    ['5 */6 * * *', { kind: 'everyN', every: 6, unit: 'hours', minute: 5 }],
    ['0 0 1 1 *', { kind: 'custom', text: '0 0 1 1 *' }],
    ['0 0 13 * 5', { kind: 'custom', text: '0 0 13 * 5' }],
    [', * * * *', { kind: 'custom', text: ', * * * *' }],
    ['@every 5m', { kind: 'custom', text: '@every 5m' }],
    ['nonsense', { kind: 'custom', text: 'nonsense' }],
  ] as [string, BuilderState][])
    it(`shows ${text} as ${state.kind}`, () => assert.deepEqual(toBuilder(text), state))

  it('writes what means the same as the text it was opened with', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          scheduleCase.map(one => one.text),
          states.map(fromBuilder),
        ),
        text => {
          const state = toBuilder(text)
          assert.ok(same(fromBuilder(state), text), `${text} became ${fromBuilder(state)}`)
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('shows what it wrote in one of its own kinds', () => {
    fc.assert(
      fc.property(states, state => {
        const text = fromBuilder(state)
        assert.ok(parseSchedule(text).ok, text)
        const shown = toBuilder(text)
        assert.notEqual(shown.kind, 'custom')
        assert.ok(builderKinds.includes(shown.kind))
      }),
    )
  })

  it('keeps a custom text as it was typed', () => {
    assert.equal(fromBuilder(toBuilder('  0   0 1 1 * ')), '  0   0 1 1 * ')
  })

  it('writes a schedule that is refused when no weekday is chosen', () => {
    assert.ok(!parseSchedule(fromBuilder({ kind: 'weekly', weekdays: [], hour: 1, minute: 2 })).ok)
  })
})
