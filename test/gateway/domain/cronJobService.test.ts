import assert from 'node:assert/strict'
import type { Scope } from '../../../src/contract/routes.ts'
import type { Caller } from '../../../src/gateway/domain/caller.ts'
import { type CronJobService, createCronJobService } from '../../../src/gateway/domain/cronJobService.ts'
import { createDirectory } from '../../../src/gateway/domain/directory.ts'
import { createPerform } from '../../../src/gateway/domain/operation.ts'
import type { AuditRecord } from '../../../src/gateway/domain/auditStore.ts'
import { createFakeClock, type FakeClock } from '../../support/fakeClock.ts'
import { openLocal } from '../providers/local/localGateway.ts'
import { timedAttempts } from '../providers/local/timedAttempt.ts'
import { createProviderSet } from '../../../src/gateway/domain/providerSet.ts'

const caller = (scopes: readonly Scope[], projects: Caller['projects'] = 'all'): Caller => ({
  subject: 'somebody',
  kind: 'user',
  scopes,
  projects,
})
const everything = caller(['read', 'write', 'trigger'])

describe('the CronJob service', () => {
  let clock: FakeClock
  let local: Awaited<ReturnType<typeof openLocal>>
  let service: CronJobService
  let audit: AuditRecord[]
  let names = 0
  before(async () => {
    clock = createFakeClock('2026-03-02T10:00:30Z')
    local = await openLocal(clock, { startAttempt: timedAttempts(clock, () => ({ seconds: 60 })).start })
    audit = []
    service = createCronJobService({
      directory: createDirectory(createProviderSet([local.provider]), local.store.ledger),
      executions: local.store.executions,
      ledger: local.store.ledger,
      logs: local.logs,
      clock,
      perform: createPerform({ write: async record => void audit.push(record) }, clock),
    })
  })
  after(() => local.close())
  const create = (fields: Partial<Parameters<CronJobService['create']>[1]> = {}) =>
    service.create(everything, {
      projectId: local.project.id,
      name: `job-${++names}`,
      schedule: '0 * * * *',
      command: ['true'],
      ...fields,
    })
  const until = (time: string) => clock.advanceTo(Date.parse(`2026-03-02T${time}Z`), local.settle)

  it('checks the scope of each operation and the project', async () => {
    const { record } = await create()
    const reader = caller(['read'])
    await assert.rejects(service.update(reader, record.id, { suspend: true }), { code: 'FORBIDDEN' })
    await assert.rejects(service.remove(reader, record.id), { code: 'FORBIDDEN' })
    await assert.rejects(service.trigger(caller(['read', 'write']), record.id, {}), { code: 'FORBIDDEN' })
    await assert.rejects(service.get(caller(['trigger']), record.id), { code: 'FORBIDDEN' })
    const elsewhere = caller(['read', 'write', 'trigger'], ['another'])
    await assert.rejects(service.ledger(elsewhere, record.id, {}), { code: 'FORBIDDEN' })
    await assert.rejects(service.suspend(elsewhere, record.id), { code: 'FORBIDDEN' })
    assert.deepEqual(await service.list(elsewhere), [])
  })

  it('writes an audit row for each change, also for one that was refused', async () => {
    audit.length = 0
    const { record } = await create({ name: 'audited' })
    await service.suspend(everything, record.id)
    await assert.rejects(service.remove(caller(['read']), record.id))
    await assert.rejects(create({ name: 'wrong', schedule: 'nonsense' }))
    assert.deepEqual(
      audit.map(row => [row.action, row.resource, row.result]),
      [
        ['cronJob.create', 'audited', 'ok'],
        ['cronJob.suspend', record.id, 'ok'],
        ['cronJob.delete', record.id, 'FORBIDDEN'],
        ['cronJob.create', 'wrong', 'INVALID_SCHEDULE'],
      ],
    )
    assert.ok(audit.every(row => row.subject === 'somebody' && row.at === clock.now()))
  })

  it('loses no change of two that come at once', async () => {
    const { record } = await create()
    await Promise.all([
      service.update(everything, record.id, { environment: { A: '1' } }),
      service.update(everything, record.id, { backoffLimit: 2 }),
      service.suspend(everything, record.id),
    ])
    const { spec } = (await service.get(everything, record.id)).record
    assert.deepEqual([spec.environment, spec.backoffLimit, spec.suspend], [{ A: '1' }, 2, true])
  })

  it('takes a project by name, and knows no function that is not there', async () => {
    assert.equal((await create({ projectId: local.project.name })).record.projectId, local.project.id)
    await assert.rejects(create({ projectId: 'nowhere' }), { code: 'NOT_FOUND' })
    const { name, schedule } = { name: 'calls', schedule: '0 * * * *' }
    const call = { projectId: local.project.id, name, schedule, functionId: 'nothing' }
    await assert.rejects(service.create(everything, call), { code: 'NOT_FOUND' })
  })

  it('shows the next run, the last runs and those in progress, and keeps up with them', async () => {
    const { record, ...view } = await create({ schedule: '*/30 * * * *' })
    assert.equal(new Date(view.nextExecutionAt!).toISOString(), '2026-03-02T10:30:00.000Z')
    assert.equal(view.lastExecutionAt, undefined)
    await until('10:30:10')
    const running = await service.get(everything, record.id)
    assert.equal(running.active, 1)
    assert.equal(running.recent[0]!.status, 'running')
    assert.equal(new Date(running.nextExecutionAt!).toISOString(), '2026-03-02T11:00:00.000Z')
    assert.equal(running.lastExecutionAt, running.recent[0]!.startedAt)
    await until('14:00:10')
    const later = await service.get(everything, record.id)
    assert.equal(later.recent.length, 5)
    const stored = await local.store.executions.list({ applicationId: record.id, limit: 5 })
    assert.deepEqual(
      later.recent.map(run => [run.id, run.status]),
      stored.map(run => [run.id, run.status]),
    )
    assert.ok((await service.get(everything, record.id)) === later, 'the same object while nothing changed')
    const suspended = await service.suspend(everything, record.id)
    assert.equal(suspended.nextExecutionAt, undefined)
    await service.remove(everything, record.id)
  })

  it('says what a resume would start, and a resume starts just that', async () => {
    const { record } = await create({ schedule: '*/30 * * * *', suspend: true })
    const late = await create({ schedule: '*/30 * * * *', suspend: true, startingDeadlineSeconds: 600 })
    await until('15:45:00')
    const preview = await service.previewResume(everything, record.id)
    assert.equal(new Date(preview.startsAtOnce!).toISOString(), '2026-03-02T15:30:00.000Z')
    assert.equal(preview.missedWhileSuspended, 3)
    assert.equal(new Date(preview.nextExecutionAt!).toISOString(), '2026-03-02T16:00:00.000Z')
    assert.equal((await service.previewResume(everything, late.record.id)).startsAtOnce, undefined)
    const resumed = await service.resume(everything, record.id, { skipMissed: false })
    assert.equal(resumed.recent[0]!.scheduledAt, preview.startsAtOnce)
    assert.deepEqual((await service.resume(everything, late.record.id, { skipMissed: false })).recent, [])
    const running = await service.previewResume(everything, record.id)
    assert.deepEqual([running.startsAtOnce, running.missedWhileSuspended], [undefined, 0])
  })

  it('keeps the grid of @every in what it says of the next run', async () => {
    const { record } = await create({ schedule: '@every 50m' })
    const first = (await service.get(everything, record.id)).nextExecutionAt!
    assert.equal(first, clock.now() + 50 * 60_000)
    await clock.advanceTo(first + 1000, local.settle)
    assert.equal((await service.get(everything, record.id)).nextExecutionAt, first + 50 * 60_000)
    const [run] = await local.runs(record.id)
    assert.equal(run!.scheduledAt, first)
  })
})
