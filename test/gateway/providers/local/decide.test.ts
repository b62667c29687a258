import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseSchedule } from '../../../../src/schedule/index.ts'
import { decide, type Situation } from '../../../../src/gateway/providers/local/decide.ts'

const at = (time: string) => Date.parse(`2026-03-02T${time}Z`)
const situation = (fields: Partial<Situation> & { readonly text?: string } = {}): Situation => {
  const { text = '*/10 * * * *', ...rest } = fields
  const parsed = parseSchedule(text)
  assert.ok(parsed.ok)
  return {
    schedule: parsed.schedule,
    timeZone: 'UTC',
    suspend: false,
    concurrencyPolicy: 'Allow',
    handledUpTo: at('10:00:00'),
    active: 0,
    ...rest,
  }
}

describe('decide', () => {
  it('starts nothing before its time and says when to look again', () => {
    assert.deepEqual(decide(situation(), at('10:09:59')), {
      skips: [],
      handledUpTo: at('10:00:00'),
      next: at('10:10:00'),
    })
  })

  it('starts the latest of what is due', () => {
    const verdict = decide(situation(), at('10:35:00'))
    assert.deepEqual(verdict, { skips: [], handledUpTo: at('10:30:00'), start: at('10:30:00'), next: at('10:40:00') })
  })

  it('starts the latest also where far more than a hundred were missed', () => {
    const verdict = decide(
      situation({ text: '* * * * *', handledUpTo: at('10:00:00') - 365 * 86_400_000 }),
      at('10:00:30'),
    )
    assert.equal(verdict.start, at('10:00:00'))
  })

  it('holds to the deadline to the millisecond', () => {
    const given = situation({ startingDeadlineSeconds: 60 })
    assert.equal(decide(given, at('10:11:00')).start, at('10:10:00'))
    const late = decide(given, at('10:11:00') + 1)
    assert.equal(late.start, undefined)
    assert.deepEqual(late.skips, [{ scheduledAt: at('10:10:00'), reason: 'deadline' }])
    assert.equal(late.handledUpTo, at('10:10:00'))
  })

  it('asks for no other look while the job is suspended or never fires', () => {
    assert.deepEqual(decide(situation({ suspend: true }), at('11:00:00')), { skips: [], handledUpTo: at('10:00:00') })
    assert.equal(decide(situation({ text: '0 0 30 2 *' }), at('11:00:00')).next, undefined)
    assert.deepEqual(
      decide(situation({ text: '@every 1h', startingDeadlineSeconds: 3599 }), at('23:00:00')).start,
      undefined,
    )
    assert.equal(
      decide(situation({ text: '@every 1h', startingDeadlineSeconds: 3600 }), at('11:00:00')).start,
      at('11:00:00'),
    )
  })

  it('never goes back, never starts what lies ahead and always looks again where something is to come', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('*/10 * * * *', '* * * * *', '@every 25s', '0 3 * * *'),
        fc.constantFrom('Allow' as const, 'Forbid' as const, 'Replace' as const),
        fc.integer({ min: 0, max: 200_000 }),
        fc.option(fc.integer({ min: 0, max: 5000 }), { nil: undefined }),
        fc.nat(2),
        (text, concurrencyPolicy, seconds, deadline, active) => {
          const given = situation({
            text,
            concurrencyPolicy,
            active,
            ...(deadline === undefined ? {} : { startingDeadlineSeconds: deadline }),
          })
          const now = given.handledUpTo + seconds * 1000
          const verdict = decide(given, now)
          assert.ok(verdict.handledUpTo >= given.handledUpTo && verdict.handledUpTo <= now)
          if (verdict.start !== undefined) {
            assert.ok(verdict.start > given.handledUpTo && verdict.start === verdict.handledUpTo)
            assert.ok(deadline === undefined || now - verdict.start <= deadline * 1000)
            assert.ok(concurrencyPolicy !== 'Forbid' || active === 0)
          }
          if (verdict.next !== undefined) assert.ok(verdict.next > now)
          assert.equal(
            verdict.replace === true,
            concurrencyPolicy === 'Replace' && active > 0 && verdict.start !== undefined,
          )
        },
      ),
    )
  })
})
