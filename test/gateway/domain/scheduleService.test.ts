import assert from 'node:assert/strict'
import { HksError } from '../../../src/contract/errors.ts'
import { scopes } from '../../../src/contract/routes.ts'
import type { Caller } from '../../../src/gateway/domain/caller.ts'
import type { Clock } from '../../../src/gateway/domain/clock.ts'
import { createPreviewSchedule, type PreviewInput } from '../../../src/gateway/domain/scheduleService.ts'

const now = Date.UTC(2026, 2, 28)
const clock: Clock = {
  now: () => now,
  callAt: () => ({ [Symbol.dispose]: () => undefined }),
  callAfter: () => ({ [Symbol.dispose]: () => undefined }),
}
const user: Caller = { subject: 'user', kind: 'user', scopes, projects: 'all' }
const preview = (input: PreviewInput) => createPreviewSchedule(clock)(user, input)
const codes = (input: PreviewInput) => preview(input).warnings.map(({ code }) => code)

describe('the preview of a schedule', () => {
  it('has a sentence, the next instants and what is probably wrong', () => {
    const { sentence, next, warnings } = preview({ schedule: '30 2 * * *', timeZone: 'Europe/Berlin', count: 2 })
    assert.match(sentence, /02:30/)
    assert.deepEqual(
      next.map(at => new Date(at).toISOString()),
      ['2026-03-28T01:30:00.000Z', '2026-03-30T00:30:00.000Z'],
    )
    assert.ok(warnings.some(({ code }) => code === 'CLOCK_GAP'))
  })

  it('says that UTC was assumed where no time zone is given', () => {
    assert.ok(codes({ schedule: '0 0 * * *' }).includes('ZONE_ASSUMED'))
    assert.ok(!codes({ schedule: '0 0 * * *', timeZone: 'UTC' }).includes('ZONE_ASSUMED'))
  })

  it('lists no run that will not start', () => {
    const never = preview({ schedule: '@every 1h', timeZone: 'UTC', startingDeadlineSeconds: 60 })
    assert.deepEqual(never.next, [])
    assert.ok(never.warnings.some(({ code, severity }) => code === 'EVERY_NEVER_STARTS' && severity === 'error'))
    assert.equal(preview({ schedule: '@every 1h', timeZone: 'UTC', startingDeadlineSeconds: 7200 }).next.length, 10)
    assert.deepEqual(preview({ schedule: '0 0 30 2 *', timeZone: 'UTC' }).next, [])
  })

  it('is refused for what the API server refuses, with the part of the expression', () => {
    const refused = (input: PreviewInput, field: string) =>
      assert.throws(
        () => preview(input),
        (error: unknown) =>
          error instanceof HksError && error.code === 'INVALID_SCHEDULE' && error.details?.['field'] === field,
      )
    refused({ schedule: '61 * * * *' }, 'schedule')
    refused({ schedule: 'TZ=UTC * * * * *' }, 'schedule')
    refused({ schedule: '* * * * *', timeZone: 'Mars/Olympus' }, 'timeZone')
  })

  it('wants the scope to read', () => {
    assert.throws(
      () => createPreviewSchedule(clock)({ ...user, scopes: [] }, { schedule: '* * * * *' }),
      (error: unknown) => error instanceof HksError && error.code === 'FORBIDDEN',
    )
  })
})
