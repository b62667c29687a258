import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Caller } from '../../../src/gateway/domain/caller.ts'
import { type CronJobService, createCronJobService } from '../../../src/gateway/domain/cronJobService.ts'
import { createDirectory } from '../../../src/gateway/domain/directory.ts'
import { createPerform } from '../../../src/gateway/domain/operation.ts'
import { createFakeClock, type FakeClock } from '../../support/fakeClock.ts'
import { openLocal } from '../providers/local/localGateway.ts'
import { timedAttempts } from '../providers/local/timedAttempt.ts'
import { createProviderSet } from '../../../src/gateway/domain/providerSet.ts'

const user: Caller = { subject: 'user', kind: 'user', scopes: ['read', 'write', 'trigger'], projects: 'all' }

const schedules = ['@every 7s', '@every 20s', '@every 45s', '* * * * *', '*/5 * * * *']
const policies = ['Allow', 'Forbid', 'Replace'] as const
/** What may happen to a CronJob. */
type Event =
  | { readonly kind: 'pass'; readonly seconds: number }
  | { readonly kind: 'trigger' }
  | { readonly kind: 'change'; readonly input: Parameters<CronJobService['update']>[2] }

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 150 }).map(seconds => ({ kind: 'pass', seconds }) as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'trigger' } as const) },
  {
    weight: 2,
    arbitrary: fc
      .oneof(
        fc.record({ schedule: fc.constantFrom(...schedules) }),
        fc.record({
          startingDeadlineSeconds: fc.constantFrom(null, 5, 30, 600),
          concurrencyPolicy: fc.constantFrom(...policies),
        }),
      )
      .map(input => ({ kind: 'change', input }) as const),
  },
)
const events = fc.array(event, { minLength: 1, maxLength: 3 })
/** A suspension with what happens before and during it; a resume ends it. */
const round = fc.record({ before: events, during: events, skipMissed: fc.boolean() })

describe('the preview of a resume', () => {
  let clock: FakeClock
  let local: Awaited<ReturnType<typeof openLocal>>
  let service: CronJobService
  let seconds = 1
  let names = 0
  before(async () => {
    clock = createFakeClock('2026-03-02T10:00:30Z')
    local = await openLocal(clock, { startAttempt: timedAttempts(clock, () => ({ seconds })).start })
    service = createCronJobService({
      directory: createDirectory(createProviderSet([local.provider]), local.store.ledger),
      executions: local.store.executions,
      ledger: local.store.ledger,
      logs: local.logs,
      clock,
      perform: createPerform({ write: async () => undefined }, clock),
    })
  })
  after(() => local.close())

  const create = async (schedule: string, fields = {}): Promise<string> => {
    const input = { projectId: local.project.id, name: `job-${++names}`, schedule, command: ['true'], ...fields }
    return (await service.create(user, input)).record.id
  }
  const pass = (some: number) => clock.advanceTo(clock.now() + some * 1000, local.settle)
  /** Nominal times of the runs that the schedule started. */
  const started = async (id: string): Promise<readonly number[]> =>
    (await local.runs(id)).flatMap(run => run.scheduledAt ?? [])
  /** Resumes and answers what was announced and what was started by it. */
  const resume = async (id: string, skipMissed: boolean) => {
    const before = await started(id)
    const preview = await service.previewResume(user, id)
    await service.resume(user, id, { skipMissed })
    await local.settle()
    return { preview, begun: (await started(id)).slice(before.length) }
  }

  it('names no run in a minute that has its Job already, as Kubernetes starts none', async () => {
    seconds = 1
    const id = await create('@every 20s')
    await pass(42)
    assert.equal((await started(id)).length, 2)
    await service.suspend(user, id)
    await pass(20)
    const { preview, begun } = await resume(id, false)
    assert.deepEqual([preview.startsAtOnce, begun], [undefined, []])
    assert.equal(preview.missedWhileSuspended, 1)
    await service.remove(user, id)
  })

  it('names the run that waits for the one in progress, and when that ends it starts', async () => {
    seconds = 90
    const id = await create('* * * * *', { concurrencyPolicy: 'Forbid' })
    await pass(60 - ((clock.now() / 1000) % 60) + 5)
    await service.suspend(user, id)
    await pass(65)
    const { preview, begun } = await resume(id, false)
    assert.deepEqual([preview.startsAtOnce, begun], [undefined, []])
    await pass(25)
    assert.equal((await started(id)).at(-1), preview.startsAfterRun)
    await service.remove(user, id)
  })

  it('names a run exactly when the controller starts one, whatever happened before', async function () {
    this.timeout(60_000)
    const history = fc.record({
      schedule: fc.constantFrom(...schedules),
      concurrencyPolicy: fc.constantFrom(...policies),
      runSeconds: fc.constantFrom(1, 15, 90),
      rounds: fc.array(round, { minLength: 1, maxLength: 4 }),
    })
    const happen = async (id: string, one: Event) => {
      if (one.kind === 'pass') return pass(one.seconds)
      if (one.kind === 'trigger') await service.trigger(user, id, {})
      else await service.update(user, id, one.input)
      await local.settle()
    }
    let named = 0
    await fc.assert(
      fc.asyncProperty(history, async ({ schedule, concurrencyPolicy, runSeconds, rounds }) => {
        seconds = runSeconds
        const id = await create(schedule, { concurrencyPolicy })
        for (const { before, during, skipMissed } of rounds) {
          for (const one of before) await happen(id, one)
          await service.suspend(user, id)
          for (const one of during) await happen(id, one)
          const { preview, begun } = await resume(id, skipMissed)
          const { startsAtOnce } = preview
          assert.deepEqual(begun, startsAtOnce === undefined || skipMissed ? [] : [startsAtOnce])
          if (startsAtOnce === undefined) continue
          named += 1
          assert.ok(preview.missedWhileSuspended > 0)
        }
        await service.remove(user, id)
      }),
      { numRuns: 60 },
    )
    assert.ok(named > 10, `only ${named} runs were named`)
    assert.deepEqual(local.problems, [])
  })
})
