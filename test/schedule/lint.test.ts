import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  describeSchedule,
  type LintOptions,
  lintSchedule,
  parseSchedule,
  sameSchedule,
  type Warning,
  type WarningCode,
  warningCodes,
} from '../../src/schedule/index.ts'
import { plainForm } from '../../src/schedule/plainForm.ts'
import { scheduleCase } from './arbitraries.ts'

const from = Date.parse('2026-01-10T00:00:00Z')
const lint = (text: string, options: Partial<LintOptions> = {}) =>
  lintSchedule(text, { from, timeZone: 'UTC', ...options })
const codes = (warnings: readonly Warning[]): WarningCode[] => warnings.map(warning => warning.code)
const only = (warnings: readonly Warning[], code: WarningCode): Warning => {
  const found = warnings.filter(warning => warning.code === code)
  assert.equal(found.length, 1, `${code} among ${codes(warnings).join(', ')}`)
  return found[0]!
}

describe('lint', function () {
  // Laws are tried many times, maybe on a busy machine.
  this.timeout(60_000)

  it('has nothing to say about an ordinary schedule', () => {
    for (const text of ['30 2 * * *', '@daily', '@midnight', '*/15 * * * *', '0 9-17 * * 1-5', '0 0 1 1 *'])
      assert.deepEqual(lint(text), [], text)
    assert.deepEqual(lint('0 9 * * 1-5', { timeZone: 'Europe/Berlin' }), [])
    assert.deepEqual(lint('*/15 * * * *', { timeZone: 'Europe/Berlin' }), [])
  })

  it('says why Kubernetes refuses a schedule or a zone', () => {
    assert.deepEqual(lint('61 * * * *'), [{ code: 'REFUSED', severity: 'error', message: 'minute: 61 is above 59.' }])
    assert.match(only(lint('@daily', { timeZone: 'europe/berlin' }), 'REFUSED').message, /did you mean Europe\/Berlin/)
  })

  for (const [text, reason] of [
    ['0 0 30 2 *', 'February has no day 30'],
    ['0 0 31 2,4 *', 'none of February and April has a day 31'],
    [', * * * *', 'the minute field allows nothing'],
    ['0 0 , * *', 'the two day fields allow no day'],
  ] as const)
    it(`warns that ${text} never fires`, () => {
      const warning = only(lint(text), 'NEVER_FIRES')
      assert.equal(warning.severity, 'error')
      assert.equal(warning.message, `The schedule never fires: ${reason}.`)
    })

  it('warns when no run comes within five calendar years', () => {
    const text = '0 0 29 2 *'
    assert.match(only(lint(text, { from: Date.UTC(2096, 2, 1) }), 'NEVER_FIRES').message, /within five calendar years/)
    assert.ok(!codes(lint(text)).includes('NEVER_FIRES'))
  })

  it('warns that either of two restricted day fields is enough', () => {
    assert.match(only(lint('0 0 13 * 5'), 'DAYS_EITHER').message, /on Friday and also on day 13 of the month/)
    assert.match(only(lint('0 0 1-31 * 1'), 'DAYS_EITHER').message, /Runs every day/)
    assert.ok(!codes(lint('0 0 */1 * 1')).includes('DAYS_EITHER'))
  })

  it('names the date and the time of a gap and of an overlap', () => {
    const warnings = lint('30 2 * * *', { timeZone: 'Europe/Berlin' })
    const gap = only(warnings, 'CLOCK_GAP')
    assert.match(gap.message, /^29 March 2026: 02:30 does not exist in Europe\/Berlin, .* no run that day\.$/)
    assert.equal(new Date(gap.at!).toISOString(), '2026-03-29T01:00:00.000Z')
    const overlap = only(warnings, 'CLOCK_OVERLAP')
    assert.match(overlap.message, /^25 October 2026: 02:30 comes twice in Europe\/Berlin, .* runs both times\.$/)
    assert.equal(new Date(overlap.at!).toISOString(), '2026-10-25T01:00:00.000Z')
  })

  it('names several times of one gap, and says when other runs of the day stay', () => {
    const gap = only(lint('*/15 1-3 * * *', { timeZone: 'Europe/Berlin' }), 'CLOCK_GAP')
    assert.match(gap.message, /02:00, 02:15, 02:30 and 02:45 do not exist .* these runs are skipped/)
    const many = only(lint('*/5 1-3 * * *', { timeZone: 'Europe/Berlin' }), 'CLOCK_GAP')
    assert.match(many.message, /02:00, 02:05, 02:10, 02:15 and 8 more do not exist/)
  })

  it('finds what Kubernetes does wrong beside a gap', () => {
    const dropped = only(lint('0 0 * * 0', { timeZone: 'Australia/Lord_Howe' }), 'CLOCK_GAP')
    assert.match(dropped.message, /^12 April 2026: Kubernetes drops the run at 00:00 .* of 5 April 2026\.$/)
    const added = only(lint('0 10 23 * *', { timeZone: 'Africa/Cairo' }), 'CLOCK_GAP')
    assert.match(added.message, /^24 April 2026: Kubernetes also runs it at 10:00 /)
  })

  it('says when other cron tools run it at other times', () => {
    const restricted = only(lint('0 0 */1 * 1'), 'OTHER_TOOLS_DIFFER')
    assert.equal(restricted.severity, 'info')
    assert.match(restricted.message, /11 January 2026/)
    assert.equal(new Date(restricted.at!).toISOString(), '2026-01-11T00:00:00.000Z')
    assert.match(only(lint('0 0 * * 1/2'), 'OTHER_TOOLS_DIFFER').message, /11 January 2026/)
    const gap = only(lint('30 2 * * *', { timeZone: 'Europe/Berlin' }), 'OTHER_TOOLS_DIFFER')
    assert.match(gap.message, /29 March 2026 at 03:30 \(Europe\/Berlin\), where Kubernetes does not/)
    const overlap = lint('30 2 * * *', { timeZone: 'Europe/Berlin', from: Date.parse('2026-06-01T00:00:00Z') })
    assert.match(only(overlap, 'OTHER_TOOLS_DIFFER').message, /25 October 2026 .*, where Kubernetes does\./)
    assert.match(only(lint('@every 5m'), 'OTHER_TOOLS_DIFFER').message, /@every/)
    assert.match(
      only(lint('0 1 * * *', { timeZone: 'Australia/Lord_Howe' }), 'OTHER_TOOLS_DIFFER').message,
      /moves by 30 minutes/,
    )
  })

  it('compares what runs come faster than with how long one takes', () => {
    const warning = only(lint('*/15 * * * *', { typicalDurationSeconds: 1000 }), 'MORE_OFTEN_THAN_JOB')
    assert.match(warning.message, /every 15 min, but one usually takes 16 min 40 s/)
    assert.deepEqual(lint('*/15 * * * *', { typicalDurationSeconds: 800 }), [])
    assert.ok(codes(lint('@every 5m', { typicalDurationSeconds: 301 })).includes('MORE_OFTEN_THAN_JOB'))
    // Every day but once: the two runs of 23:59 and 00:00 are a minute apart.
    assert.ok(codes(lint('0,59 0,23 * * *', { typicalDurationSeconds: 90 })).includes('MORE_OFTEN_THAN_JOB'))
  })

  it('counts the jobs of the same minute', () => {
    assert.match(only(lint('@daily', { peersAtSameMinute: 12 }), 'MANY_AT_ONE_MINUTE').message, /^12 other jobs/)
    assert.deepEqual(lint('@daily', { peersAtSameMinute: 3 }), [])
  })

  for (const [text, plain] of [
    ['*,17/37 * * * *', '* * * * *'],
    ['1,,2 * * * *', '1,2 * * * *'],
    [',1 0 * * *', '1 0 * * *'],
    ['+1 0 * * *', '1 0 * * *'],
    ['*-5 0 * * *', '* 0 * * *'],
    ['0 0 *-foo/2 * *', '0 0 */2 * *'],
    ['0 0 ?-5 * 1', '0 0 * * 1'],
    ['0 0 1-31, * 1', '0 0 1-31 * 1'],
    ['0 9,10,11,,12 * * *', '0 9-12 * * *'],
    ['0 0 5,* * 1', '0 0 * * 1'],
  ] as const)
    it(`writes ${text} plainly as ${plain}`, () => {
      const warning = only(lint(text), 'SLOPPY_FORM')
      assert.equal(warning.severity, 'error')
      assert.ok(warning.message.endsWith(`Write it plainly: ${plain}`), warning.message)
    })

  it('gives a plain form that runs at the same times and is not sloppy itself', () => {
    fc.assert(
      fc.property(scheduleCase, ({ text }) => {
        const parsed = parseSchedule(text)
        assert.ok(parsed.ok && parsed.schedule.kind === 'cron')
        const plain = plainForm(parsed.schedule)
        assert.equal(plain !== undefined, codes(lintSchedule(text, { from, timeZone: 'UTC' })).includes('SLOPPY_FORM'))
        if (plain === undefined) return
        const again = parseSchedule(plain)
        assert.ok(again.ok && again.schedule.kind === 'cron')
        assert.ok(sameSchedule(again.schedule, parsed.schedule), `${text} became ${plain}`)
        assert.equal(plainForm(again.schedule), undefined, plain)
        assert.equal(describeSchedule(plain), describeSchedule(text))
      }),
      { numRuns: 150 },
    )
  })

  it('warns of steps that are larger than the range or do not divide it', () => {
    assert.match(only(lint('*/61 * * * *'), 'STEP_BEYOND_RANGE').message, /"\*\/61": the step 61 .* minute field/)
    assert.match(only(lint('0 0 1/40 * *'), 'STEP_BEYOND_RANGE').message, /day of month/)
    assert.match(only(lint('*/7 * * * *'), 'STEP_UNEVEN').message, /4 minutes .* @every 7m/)
    assert.match(only(lint('0 */7 * * *'), 'STEP_UNEVEN').message, /3 hours .* @every 7h/)
  })

  it('knows what @every cannot do', () => {
    const never = only(lint('@every 1h', { startingDeadlineSeconds: 3599 }), 'EVERY_NEVER_STARTS')
    assert.equal(never.severity, 'error')
    assert.match(never.message, /3599, below the interval of 1 h/)
    assert.ok(!codes(lint('@every 1h', { startingDeadlineSeconds: 3600 })).includes('EVERY_NEVER_STARTS'))
    assert.equal(only(lint('@every 59s'), 'EVERY_UNDER_MINUTE').severity, 'warning')
    assert.ok(!codes(lint('@every 1m')).includes('EVERY_UNDER_MINUTE'))
    assert.match(only(lint('@every 1m', { timeZone: 'Asia/Tokyo' }), 'EVERY_IGNORES_ZONE').message, /Asia\/Tokyo/)
    const anchored = only(lint('@every 1m', { everyAnchor: from }), 'EVERY_IGNORES_ZONE')
    assert.match(anchored.message, /2026-01-10T00:00:00\.000Z/)
    assert.equal(anchored.at, from)
  })

  it('warns of a starting deadline that the controller misses', () => {
    assert.match(only(lint('@daily', { startingDeadlineSeconds: 9 }), 'DEADLINE_TOO_SHORT').message, /9/)
    assert.deepEqual(lint('@daily', { startingDeadlineSeconds: 10 }), [])
  })

  it('says which zone counts when none is given', () => {
    const warnings = lintSchedule('30 2 * * *', { from })
    assert.deepEqual(codes(warnings), ['ZONE_ASSUMED'])
    assert.match(warnings[0]!.message, /UTC/)
    assert.deepEqual(codes(lintSchedule('@every 1h', { from })), ['OTHER_TOOLS_DIFFER'])
  })

  it('puts the worst first and uses no code but its own', () => {
    const rank = { error: 0, warning: 1, info: 2 }
    for (const [text, options] of [
      ['*,1 0 13 * 5', { timeZone: 'Europe/Berlin', startingDeadlineSeconds: 5, peersAtSameMinute: 50 }],
      ['@every 10s', { startingDeadlineSeconds: 5, typicalDurationSeconds: 60 }],
      ['*/7 2 13 * 5', { timeZone: 'Africa/Cairo', peersAtSameMinute: 50 }],
    ] as [string, Partial<LintOptions>][]) {
      const warnings = lint(text, options)
      assert.ok(warnings.length > 2)
      for (const { code, message } of warnings) {
        assert.ok(warningCodes.includes(code))
        assert.match(message, /[.*\d]$/)
      }
      const ranks = warnings.map(({ severity }) => rank[severity])
      assert.deepEqual(ranks, [...ranks].sort())
    }
  })
})
