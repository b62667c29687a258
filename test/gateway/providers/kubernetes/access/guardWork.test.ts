import assert from 'node:assert/strict'
import type { DeploymentStep } from '../../../../../src/gateway/domain/function.ts'
import type { CronJobs, Functions } from '../../../../../src/gateway/domain/ports.ts'
import { guardWork } from '../../../../../src/gateway/providers/kubernetes/access/guardWork.ts'
import type { NamespaceWork } from '../../../../../src/gateway/providers/kubernetes/namespaceWork.ts'
import { functionSpec } from '../../../../support/functionInputs.ts'

/** Work on the function `greet` (id `f1`) and the CronJob `nightly` (id `c1`), guarded; what is asked is recorded. */
function open({ revisions = 1, phase }: { revisions?: number; phase?: DeploymentStep['phase'] } = {}) {
  const asked: unknown[][] = []
  const done: string[] = []
  const does = (what: string) => async () => {
    done.push(what)
  }
  const record = { id: 'f1', spec: functionSpec({ name: 'greet' }), revisions: Array(revisions) as unknown }
  const functions = {
    list: async () => [record],
    get: async (id: string) => (id === 'f1' ? record : undefined),
    deployments: () => (phase ? [{ functionId: 'f1', name: 'greet', phase }] : []),
    deploy: does('deploy'),
    cancelDeployment: does('cancel'),
    setTraffic: does('divide'),
    remove: does('remove'),
  } as unknown as Functions
  const cronJobs = {
    get: async () => ({ spec: { name: 'nightly' } }),
    remove: does('removeJob'),
  } as unknown as CronJobs
  const work = { cronJobs, functions } as unknown as NamespaceWork
  const guarded = guardWork(work, {
    require: async (action, name) => {
      asked.push([action, typeof name === 'function' ? await name() : name])
    },
  })
  return { functions: guarded.functions!, cronJobs: guarded.cronJobs!, asked, done }
}

const deployed = (functions: Functions, name: string) =>
  functions.deploy('p1', functionSpec({ name }), undefined, { answerBy: 0 })

describe('guarded work of a namespace', () => {
  it('asks before each change, with the name of what is there', async () => {
    const { functions, cronJobs, asked, done } = open()
    await deployed(functions, 'greet')
    await deployed(functions, 'other')
    await functions.setTraffic!('f1', [])
    await functions.remove('f1')
    await cronJobs.remove('c1')
    assert.deepEqual(asked, [
      ['deployFunction', 'greet'],
      ['deployFunction', undefined],
      ['divideTraffic', 'greet'],
      ['deleteFunction', 'greet'],
      ['deleteCronJob', 'nightly'],
    ])
    assert.deepEqual(done, ['deploy', 'deploy', 'divide', 'remove', 'removeJob'])
  })

  it('asks before a deployment is cancelled for what is to be taken back by then', async () => {
    const cases = [
      [{ phase: 'building', revisions: 1 }, []],
      [{ phase: 'starting', revisions: 1 }, ['cancelDeployment', 'deleteFunction']],
      [{ phase: 'starting', revisions: 2 }, ['cancelDeployment']],
      [{}, []],
    ] as const
    for (const [state, actions] of cases) {
      const { functions, asked, done } = open(state)
      await functions.cancelDeployment('f1')
      assert.deepEqual(
        asked,
        actions.map(action => [action, 'greet']),
      )
      assert.deepEqual(done, ['cancel'])
    }
  })

  it('does nothing that is refused', async () => {
    const done: string[] = []
    const functions = { remove: async () => void done.push('remove') } as unknown as Functions
    const refused = new Error('refused')
    const guarded = guardWork({ functions } as unknown as NamespaceWork, { require: () => Promise.reject(refused) })
    await assert.rejects(guarded.functions!.remove('f1'), refused)
    assert.deepEqual(done, [])
  })
})
