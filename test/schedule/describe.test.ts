import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describeSchedule } from '../../src/schedule/index.ts'
import { scheduleCase } from './arbitraries.ts'

describe('the sentence of a schedule', function () {
  // Laws are tried many times, maybe on a busy machine.
  this.timeout(60_000)

  for (const [text, sentence] of [
    ['30 2 * * *', 'At 02:30 every day'],
    ['@daily', 'At 00:00 every day'],
    ['0 * * * *', 'Every hour'],
    ['* * * * *', 'Every minute'],
    ['? * * * *', 'Every minute'],
    ['*,17/37 * * * *', 'Every minute'],
    ['*/15 * * * *', 'Every 15 minutes'],
    ['15 * * * *', 'At 15 minutes past the hour'],
    ['0\t6,18\n* * *', 'At 06:00 and 18:00 every day'],
    ['0 9-17 * * MON-FRI', 'Every hour, between 09:00 and 17:00, from Monday to Friday'],
    ['0 0 */1 * 1', 'At 00:00 on Monday'],
    ['0 0 1 * */1', 'At 00:00 on day 1 of the month'],
    ['0 0 1-31 * 1', 'At 00:00 every day'],
    ['0 0 * * 1/2', 'At 00:00 on Monday, Wednesday and Friday'],
    ['0 0 * * 0,6', 'At 00:00 on Saturday and Sunday'],
    ['0 0 13 * 5', 'At 00:00 on day 13 of the month and also on Friday'],
    ['0 0 */2 * *', 'At 00:00 on every 2nd day of the month from day 1'],
    ['0 0 3-25/5 * *', 'At 00:00 on every 5th day of the month from day 3 to 23'],
    ['0 0 1,15 1,6-8 *', 'At 00:00 on days 1 and 15 of the month in January and June to August'],
    ['@yearly', 'At 00:00 on day 1 of the month in January'],
    ['*/7 * * * *', 'At 0, 7, 14, 21, 28, 35, 42, 49, and 56 minutes past the hour'],
    ['0 */7 * * *', 'At 00:00, 07:00, 14:00 and 21:00 every day'],
    ['*/61 3 * * *', 'At 03:00 every day'],
    ['@every 1h30m', 'Every 1 h 30 min, whatever the clock shows'],
    ['@every 500ms', 'Every 1 s, whatever the clock shows'],
    ['@every 49h', 'Every 2 d 1 h, whatever the clock shows'],
    ['0 0 30 2 *', 'Never: February has no day 30'],
    ['0 0 31 2,4 *', 'Never: none of February and April has a day 31'],
    [', * * * *', 'Never: the minute field allows nothing'],
    ['0 0 , * *', 'Never: the two day fields allow no day'],
    ['0 0 30 2 1', 'At 00:00 on day 30 of the month and also on Monday in February'],
    ['61 * * * *', 'Not a schedule: minute: 61 is above 59'],
  ] as const)
    it(`of ${JSON.stringify(text)} is "${sentence}"`, () => assert.equal(describeSchedule(text), sentence))

  it('ends with the time zone when one is given', () => {
    assert.equal(
      describeSchedule('30 2 * * *', { timeZone: 'Europe/Berlin' }),
      'At 02:30 every day, Europe/Berlin time',
    )
    assert.equal(describeSchedule('@every 5m', { timeZone: 'Europe/Berlin' }), describeSchedule('@every 5m'))
  })

  it('exists for whatever Kubernetes accepts', () => {
    fc.assert(
      fc.property(scheduleCase, ({ text }) => {
        const sentence = describeSchedule(text)
        assert.doesNotMatch(sentence, /undefined|NaN|null|Not a schedule|, ,|  /)
      }),
      { numRuns: 1000 },
    )
  })
})
