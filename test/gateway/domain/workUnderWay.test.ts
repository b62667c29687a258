import assert from 'node:assert/strict'
import type { Execution } from '../../../src/gateway/domain/cronJob.ts'
import type { DeploymentStep } from '../../../src/gateway/domain/function.ts'
import type { Provider } from '../../../src/gateway/domain/ports.ts'
import { createProviderSet } from '../../../src/gateway/domain/providerSet.ts'
import { countChanges, createWorkUnderWay } from '../../../src/gateway/domain/workUnderWay.ts'
import type { Caller } from '../../../src/gateway/domain/caller.ts'

const caller = {} as Caller
const subject = { scope: 'write', action: 'cronJob.create', resource: 'a' } as const

describe('work that must not be lost with the gateway', () => {
  const open = () => {
    const state = { calls: 0, deployments: [] as DeploymentStep[], running: [] as Execution[] }
    const provider = (connection: string, cronJobId: string, more: object) =>
      ({
        connection,
        cronJobs: { list: async () => [{ id: cronJobId }] },
        changes: { subscribe: () => ({ [Symbol.dispose]: () => undefined }) },
        ...more,
      }) as unknown as Provider
    const providers = createProviderSet([
      provider('local', 'here', {}),
      provider('cluster', 'there', { cluster: {}, functions: { deployments: () => state.deployments } }),
    ])
    const changes = countChanges((_caller, _subject, work) => work())
    const isWorking = createWorkUnderWay({
      ...{ providers, changes },
      calls: { underWay: () => state.calls },
      executions: { running: async () => state.running },
    })
    return { state, changes, isWorking }
  }

  it('is a call, and a deployment to whatever cluster', async () => {
    const { state, isWorking } = open()
    assert.equal(await isWorking(), false)
    state.calls = 1
    assert.equal(await isWorking(), true)
    state.calls = 0
    state.deployments = [{} as DeploymentStep]
    assert.equal(await isWorking(), true)
  })

  it('is a run on this machine, and none in a cluster', async () => {
    const { state, isWorking } = open()
    state.running = [{ applicationId: 'there' } as Execution]
    assert.equal(await isWorking(), false)
    state.running.push({ applicationId: 'here' } as Execution)
    assert.equal(await isWorking(), true)
  })

  it('is a change until it is done or has failed', async () => {
    const { changes, isWorking } = open()
    const doing = Promise.withResolvers<string>()
    const failing = Promise.withResolvers<string>()
    const both = [doing, failing].map(({ promise }) => changes.perform(caller, subject, () => promise))
    doing.resolve('done')
    assert.equal(await both[0], 'done')
    assert.equal(await isWorking(), true)
    failing.reject(new Error('failed'))
    await assert.rejects(both[1]!, /failed/)
    assert.equal(await isWorking(), false)
  })
})
