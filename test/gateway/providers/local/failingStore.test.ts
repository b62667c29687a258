import assert from 'node:assert/strict'
import { HksError } from '../../../../src/contract/errors.ts'
import type { Execution } from '../../../../src/gateway/domain/cronJob.ts'
import { createFakeClock } from '../../../support/fakeClock.ts'
import { openLocal } from './localGateway.ts'
import { timedAttempts } from './timedAttempt.ts'

describe('the local provider while its store fails', () => {
  const at = (time: string) => Date.parse(`2026-03-02T${time}Z`)
  const failing = (fails: (execution: Execution) => boolean) => {
    const clock = createFakeClock('2026-03-02T10:00:30Z')
    return openLocal(clock, {
      startAttempt: timedAttempts(clock, () => ({ seconds: 3 })).start,
      faulty: executions => ({
        ...executions,
        save: async execution => {
          if (fails(execution)) throw new HksError('STORE_FAILED', 'The disk is full.')
          await executions.save(execution)
        },
      }),
    }).then(local => ({ clock, local }))
  }

  it('starts an occurrence as soon as it can be noted', async () => {
    let left = 2
    const { clock, local } = await failing(() => left-- > 0)
    const { id } = await local.create({ schedule: '*/5 * * * *' })
    await clock.advanceTo(at('10:06:00'), local.settle)
    const runs = await local.runs(id)
    assert.deepEqual(
      runs.map(run => [run.scheduledAt, run.startedAt, run.status]),
      [[at('10:05:00'), at('10:05:20'), 'succeeded']],
    )
    assert.equal(local.problems.length, 2)
    await local.close()
  })

  it('notes the end of a run once it can', async () => {
    let left = 2
    const { clock, local } = await failing(execution => execution.status === 'succeeded' && left-- > 0)
    const { id } = await local.create({ schedule: '*/5 * * * *' })
    await clock.advanceTo(at('10:05:04'), local.settle)
    assert.equal((await local.runs(id))[0]!.status, 'running')
    await clock.advanceTo(at('10:05:30'), local.settle)
    const [run] = await local.runs(id)
    assert.deepEqual([run!.status, run!.completedAt], ['succeeded', at('10:05:03')])
    assert.equal(local.problems.length, 2)
    await local.close()
  })

  it('tells of a log that can not be written, once, and goes on', async () => {
    const clock = createFakeClock('2026-03-02T10:00:30Z')
    const local = await openLocal(clock, {
      startAttempt: timedAttempts(clock, () => ({ seconds: 3 })).start,
      logs: {
        append: () => {
          throw new HksError('STORE_FAILED', 'The disk is full.')
        },
        read: async () => ({ lines: [], more: false, next: { after: 0 } }),
        onAppend: () => ({ [Symbol.dispose]: () => undefined }),
        remove: async () => undefined,
      },
    })
    const { id } = await local.create({ schedule: '*/5 * * * *' })
    await clock.advanceTo(at('10:06:00'), local.settle)
    assert.equal((await local.runs(id))[0]!.status, 'succeeded')
    assert.equal(local.problems.length, 1)
    await local.close()
  })
})
