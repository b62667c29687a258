import assert from 'node:assert/strict'
import { createSystemClock } from '../../../../src/gateway/platform/systemClock.ts'
import { openLocal } from './localGateway.ts'

describe('a run of a command', () => {
  const clock = createSystemClock()
  let local: Awaited<ReturnType<typeof openLocal>>
  before(async () => {
    local = await openLocal(clock)
  })
  after(async () => {
    await local.close()
    clock[Symbol.dispose]()
  })

  it('runs in the project folder, writes its log and its ledger row', async () => {
    const job = await local.create({
      schedule: '0 0 1 1 *',
      target: {
        kind: 'command',
        command: ['sh', '-c', 'pwd; echo "$HKS_JOB_NAME $GREETING $0"; echo oops >&2'],
        args: ['$(GREETING)!'],
      },
      environment: { GREETING: 'hello' },
    })
    const started = await local.provider.executions.trigger(job.id, {})
    assert.equal(started.status, 'running')
    const ended = await endOf(local, started.id)
    assert.equal(ended.status, 'succeeded')
    assert.equal(ended.exitCode, 0)
    assert.deepEqual(await local.lines(job.id, started.id, 'stdout'), [
      local.workspace,
      `${ended.jobName} hello hello!`,
    ])
    assert.deepEqual(await local.lines(job.id, started.id, 'stderr'), ['oops'])
    const { items, summary } = await local.ledger(job.id)
    assert.equal(items.length, 1)
    assert.equal(items[0]!.execution!.id, started.id)
    assert.equal(summary.succeeded, 1)
  })
})

async function endOf(local: Awaited<ReturnType<typeof openLocal>>, executionId: string) {
  for (;;) {
    const execution = (await local.store.executions.get(executionId))!
    if (execution.status !== 'running') return execution
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
