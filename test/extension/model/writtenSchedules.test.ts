import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parse } from 'yaml'
import { untranslated } from '../../../src/extension/model/localize.ts'
import { scheduleHover } from '../../../src/extension/model/scheduleHover.ts'
import { scheduleLens } from '../../../src/extension/model/scheduleLens.ts'
import { type ScheduleProblem, scheduleProblems } from '../../../src/extension/model/scheduleProblems.ts'
import type { Viewer, WrittenSchedule } from '../../../src/extension/model/writtenSchedule.ts'
import { zoneInsertion } from '../../../src/extension/model/zoneInsertion.ts'
import { parseSchedule } from '../../../src/schedule/parse.ts'

/** Monday 30 November 2026, 03:00 in Berlin. */
const now = Date.UTC(2026, 10, 30, 2)
const viewer: Viewer = { t: untranslated, now, locale: 'en', timeZone: 'Asia/Tokyo' }

describe('what stands above a CronJob', () => {
  const lenses: [written: WrittenSchedule, wanted: string][] = [
    [
      { schedule: '30 2 * * *', timeZone: 'Europe/Berlin' },
      'At 02:30 every day · next Tue 02:30 Berlin (in 23 h 30 m)',
    ],
    [{ schedule: '30 2 * * *' }, 'At 02:30 every day · next 02:30 UTC (in 30 m)'],
    [{ schedule: '0 12 * * *', timeZone: 'Asia/Tokyo' }, 'At 12:00 every day · next 12:00 (in 1 h)'],
    [
      { schedule: '0 0 24 12 *', timeZone: 'Asia/Tokyo' },
      'At 00:00 on day 24 of the month in December · next Dec 24, 00:00 (in 23 d 13 h)',
    ],
    [
      { schedule: '0 0 1 2 *', timeZone: 'Asia/Tokyo' },
      'At 00:00 on day 1 of the month in February · next Feb 1, 2027, 00:00 (in 62 d 13 h)',
    ],
    [{ schedule: '30 2 * * *', suspend: true }, 'At 02:30 every day · suspended'],
    [{ schedule: '0 0 31 2 *' }, 'Never: February has no day 31'],
    [{ schedule: '0 25 * * *' }, 'Not a schedule: hour: 25 is above 23'],
    [{ schedule: '@every 90m' }, 'Every 1 h 30 min, whatever the clock shows'],
    [{ schedule: '30 2 * * *', timeZone: 'Nowhere' }, 'At 02:30 every day'],
    [{ schedule: '{{ .Values.schedule }}' }, 'A schedule that a template fills in'],
  ]
  for (const [written, wanted] of lenses)
    it(`is "${wanted}"`, () => assert.equal(scheduleLens(written, viewer), wanted))

  it('is when @every runs next, once a gateway has told it', () => {
    const title = scheduleLens({ schedule: '@every 90m' }, viewer, now + 600_000)
    assert.equal(title, 'Every 1 h 30 min, whatever the clock shows · next 11:10 (in 10 m)')
  })
})

describe('what the hover says of a schedule', () => {
  it('is the sentence, and five runs in both zones', () => {
    const [sentence, table = ''] = scheduleHover({ schedule: '30 2 * * *', timeZone: 'Europe/Berlin' }, viewer).split(
      '\n\n',
    )
    assert.equal(sentence, '**At 02:30 every day, Europe/Berlin time**')
    const rows = table.split('\n')
    assert.equal(rows[0], '| Next runs | Europe/Berlin | Asia/Tokyo (here) |')
    assert.equal(rows[2]?.replaceAll('\u00a0', ' '), '| in 23 h 30 m   | Tue, Dec 1, 02:30   | Tue, Dec 1, 10:30   |')
    assert.equal(rows.length, 2 + 5)
  })

  it('says the year where it is another', () => {
    assert.match(
      scheduleHover({ schedule: '0 0 1 2 *', timeZone: 'UTC' }, viewer).replaceAll('\u00a0', ' '),
      /Feb 1, 2027, 00:00/,
    )
  })

  it('names the zone once where it is the viewer own', () => {
    assert.match(
      scheduleHover({ schedule: '0 1 * * *', timeZone: 'Asia/Tokyo' }, viewer),
      /\| Next runs \| Asia\/Tokyo \|\n/,
    )
  })

  const said: [what: string, written: WrittenSchedule, wanted: RegExp][] = [
    ['the missing zone', { schedule: '0 1 * * *' }, /UTC \(no timeZone\).*\$\(info\) Without a time zone/s],
    [
      'a gap of the clock',
      { schedule: '30 2 * * *', timeZone: 'Europe/Berlin' },
      /\$\(warning\) 28 March 2027: 02:30 does not exist/,
    ],
    [
      'the OR of the two day fields',
      { schedule: '0 0 13 * 5', timeZone: 'UTC' },
      /\$\(warning\) Runs on .*either is enough/,
    ],
    [
      'a schedule that never fires',
      { schedule: '0 0 31 2 *', timeZone: 'UTC' },
      /\$\(warning\) The schedule never fires/,
    ],
    [
      '@every below a minute',
      { schedule: '@every 10s' },
      /Counts from the last run.*\$\(warning\) Every 10 s is under a minute/s,
    ],
    [
      '@every with a shorter deadline',
      { schedule: '@every 1h', startingDeadlineSeconds: 60 },
      /\$\(warning\) With startingDeadlineSeconds 60/,
    ],
    [
      'what Kubernetes refuses',
      { schedule: '0 25 * * *' },
      /^`0 25 \* \* \*`\n\n\$\(error\) hour: 25 is above 23\\\.$/,
    ],
    [
      'an unknown zone',
      { schedule: '0 1 * * *', timeZone: 'Europe/Berln' },
      /\$\(error\) unknown time zone Europe\/Berln; did you mean Europe\/Berlin\?/,
    ],
    ['a template', { schedule: '{{ x }}' }, /A template fills this in/],
  ]
  for (const [what, written, wanted] of said)
    it(`tells ${what}`, () => assert.match(scheduleHover(written, viewer), wanted))

  it('leaves out what the reader is told at the same place, and is nothing where that is all', () => {
    const gap = { schedule: '30 2 * * *', timeZone: 'Europe/Berlin' }
    assert.doesNotMatch(
      scheduleHover(gap, viewer, ({ code }) => code === 'CLOCK_GAP'),
      /does not exist/,
    )
    assert.equal(
      scheduleHover({ schedule: '0 25 * * *' }, viewer, () => true),
      '',
    )
  })
})

describe('the problems of a schedule', () => {
  const problems = (written: WrittenSchedule): ScheduleProblem[] => scheduleProblems(written, now)

  it('point at the field at fault', () => {
    const [problem] = problems({ schedule: '0 25 * * *' })
    assert.deepEqual([problem?.severity, problem?.part], ['error', { at: 2, length: 2 }])
  })

  it('point at the zone, with the one that was meant', () => {
    const [problem] = problems({ schedule: '0 1 * * *', timeZone: 'europe/berlin' })
    assert.deepEqual([problem?.on, problem?.severity, problem?.replacement], ['timeZone', 'error', 'Europe/Berlin'])
  })

  it('are both told when both are wrong', () => {
    assert.deepEqual(
      problems({ schedule: 'x', timeZone: 'y' }).map(({ on }) => on),
      ['schedule', 'timeZone'],
    )
  })

  it('offer the plain form of what is accepted only by accident', () => {
    const [problem] = problems({ schedule: '1,,2 3 * * *', timeZone: 'UTC' })
    assert.deepEqual(
      [problem?.code, problem?.severity, problem?.replacement],
      ['SLOPPY_FORM', 'warning', '1,2 3 * * *'],
    )
  })

  it('are errors exactly for what Kubernetes refuses, with a part that lies in the text', () => {
    const word = fc.stringMatching(/^[-*/,0-9A-Za-z@?]{0,6}$/)
    const schedule = fc.array(word, { minLength: 1, maxLength: 6 }).map(words => words.join(' '))
    fc.assert(
      fc.property(schedule, text => {
        const found = problems({ schedule: text, timeZone: 'UTC' })
        const error = found.find(({ severity }) => severity === 'error')
        assert.equal(error === undefined, parseSchedule(text).ok)
        if (error?.part !== undefined) assert.ok(error.part.at >= 0 && error.part.at <= text.length)
      }),
    )
  })
})

describe('the time zone that is put into a file', () => {
  const inserted = (text: string): string => {
    const start = text.indexOf('schedule')
    const end = text.indexOf('"', text.indexOf('"') + 1) + 1
    const { at, text: added } = zoneInsertion(text, { start, end }, 'Asia/Tokyo')
    return text.slice(0, at) + added + text.slice(at)
  }
  const files: [what: string, text: string][] = [
    ['a block', 'spec:\n  schedule: "@daily" # x\n  suspend: true\n'],
    ['the end of a text', 'spec:\n    schedule: "@daily"'],
    ['braces', 'spec: {schedule: "@daily", suspend: true}\n'],
    ['a list', 'spec:\n  - schedule: "@daily"\n    suspend: true\n'],
    ['lines that end as on Windows', 'spec:\r\n  schedule: "@daily"\r\n  suspend: true\r\n'],
  ]
  for (const [what, text] of files)
    it(`fits into ${what}`, () => {
      const { spec } = parse(inserted(text)) as { spec: unknown }
      const fields = (Array.isArray(spec) ? (spec as unknown[])[0] : spec) as Record<string, unknown>
      assert.equal(fields['timeZone'], 'Asia/Tokyo', inserted(text))
      assert.equal(fields['schedule'], '@daily')
      if (text.includes('\r')) assert.doesNotMatch(inserted(text), /[^\r]\n/)
    })
})
