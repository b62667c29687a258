import assert from 'node:assert/strict'
import fc from 'fast-check'
import { descriptors, parseSchedule, type ScheduleError, sameSchedule } from '../../src/schedule/index.ts'
import { scheduleCase } from './arbitraries.ts'

const errorOf = (text: string): ScheduleError => {
  const parsed = parseSchedule(text)
  assert.ok(!parsed.ok, `${JSON.stringify(text)} is accepted`)
  return parsed.error
}

describe('parsing a schedule', function () {
  // Laws are tried many times, maybe on a busy machine.
  this.timeout(60_000)

  for (const [text, expected] of [
    ['61 * * * *', { field: 'minute', position: 0, length: 2, message: 'minute: 61 is above 59' }],
    ['* 24 * * *', { field: 'hour', position: 2, length: 2, message: 'hour: 24 is above 23; midnight is 0' }],
    ['* * 0 * *', { field: 'dayOfMonth', position: 4, length: 1, message: 'day of month: 0 is below 1' }],
    ['* * * 1-13 *', { field: 'month', position: 8, length: 2, message: 'month: 13 is above 12' }],
    [
      '* * * * 1,5-7',
      { field: 'dayOfWeek', position: 12, length: 1, message: 'day of week: 7 is above 6; Sunday is 0' },
    ],
    [
      '* 22-6 * * *',
      { field: 'hour', position: 2, length: 4, message: 'hour: the range 22-6 runs backwards; write 22-23,0-6' },
    ],
    [
      '*/0 * * * *',
      { field: 'minute', position: 2, length: 1, message: 'minute: the step in "*/0" is 0; a step is 1 or more' },
    ],
    [
      '* *  L * *',
      {
        field: 'dayOfMonth',
        position: 5,
        length: 1,
        message: 'day of month: "L" is not known to Kubernetes, which has no L, W, # or H',
      },
    ],
    [
      '* * * * MONDAY',
      {
        field: 'dayOfWeek',
        position: 8,
        length: 6,
        message: 'day of week: "MONDAY" is neither a number nor a name of three letters (SUN–SAT)',
      },
    ],
    ['5- * * * *', { field: 'minute', position: 2, length: 0, message: 'minute: a number is missing in "5-"' }],
    [
      '1/2/3 * * * *',
      {
        field: 'minute',
        position: 0,
        length: 5,
        message: 'minute: "1/2/3" has too many slashes; write a step as RANGE/STEP',
      },
    ],
    [
      '1-2-3 * * * *',
      {
        field: 'minute',
        position: 0,
        length: 5,
        message: 'minute: "1-2-3" has too many hyphens; write a range as FROM-TO',
      },
    ],
    [
      '0 0 0 * * *',
      {
        position: 10,
        length: 1,
        message: 'A schedule has exactly 5 fields, this has 6 fields; Kubernetes has neither seconds nor years',
      },
    ],
    [
      'TZ=UTC 0 0 * * *',
      { position: 0, length: 2, message: 'A schedule may not contain TZ or CRON_TZ; use the timeZone field' },
    ],
    ['@every 90x', { position: 9, length: 1, message: '@every: "x" is no unit of time; use h, m or s' }],
    ['@every 90', { position: 7, length: 2, message: '@every: "90" has no unit; write h, m or s behind it' }],
  ] as const)
    it(`says what is wrong with ${text}, and where`, () => assert.deepEqual(errorOf(text), expected))

  it('says how to write a schedule when the text is empty or a descriptor is unknown', () => {
    assert.match(errorOf('').message, /five fields/)
    assert.match(errorOf('@weekdays').message, /@weekly/)
    assert.match(errorOf('@every ').message, /1h30m/)
  })

  it('never throws, and points into the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0127*?/,-+ @TZevryhms.LW#') })), text => {
        const parsed = parseSchedule(text)
        if (parsed.ok) return
        const { position = 0, length = 0, message } = parsed.error
        assert.ok(position >= 0 && length >= 0 && position + length <= text.length)
        assert.notEqual(message, '')
      }),
      { numRuns: 3000 },
    )
  })

  it('knows what the descriptors stand for', () => {
    for (const [descriptor, text] of Object.entries(descriptors)) {
      const [a, b] = [parseSchedule(descriptor), parseSchedule(text)]
      assert.ok(a.ok && b.ok && sameSchedule(a.schedule, b.schedule), descriptor)
      assert.equal(a.schedule.text, descriptor)
    }
  })

  it('gives plain data that survives structured clone', () => {
    fc.assert(
      fc.property(scheduleCase, ({ text }) => {
        const parsed = parseSchedule(text)
        assert.ok(parsed.ok)
        assert.ok(sameSchedule(structuredClone(parsed.schedule), parsed.schedule))
      }),
    )
  })

  it('tells schedules apart that differ', () => {
    const schedules = ['@daily', '@hourly', '@every 1h', '@every 2h', '0 0 * * 1', '0 0 1 * *', '0 0 * 1 *'].map(
      text => {
        const parsed = parseSchedule(text)
        assert.ok(parsed.ok)
        return parsed.schedule
      },
    )
    for (const [i, a] of schedules.entries())
      for (const [j, b] of schedules.entries()) assert.equal(sameSchedule(a, b), i === j, `${a.text} and ${b.text}`)
  })
})
