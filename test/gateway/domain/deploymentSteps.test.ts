import assert from 'node:assert/strict'
import { createChangePublisher } from '../../../src/gateway/domain/changes.ts'
import type { DeploymentStep, RevisionRecord } from '../../../src/gateway/domain/function.ts'
import { createDeploymentSteps } from '../../../src/gateway/domain/deploymentSteps.ts'
import { createFakeClock } from '../../support/fakeClock.ts'
import { functionSpec } from '../../support/functionInputs.ts'

describe('the steps of a deployment', () => {
  const start = 1_000_000
  const revision: RevisionRecord = {
    id: 'r1',
    functionId: 'f1',
    number: 3,
    spec: functionSpec({ name: 'greet' }),
    sourceDigest: '',
    status: 'deploying',
    createdAt: start,
  }
  const open = () => {
    const clock = createFakeClock(start)
    const publisher = createChangePublisher()
    const told: DeploymentStep[] = []
    publisher.subscribe(change => change.kind === 'deployment' && told.push(change.step))
    const steps = createDeploymentSteps(publisher, clock)
    return { clock, told, steps, teller: steps.begin('p1', revision) }
  }

  it('say what is done, to whom it belongs and since when', () => {
    const { told, teller } = open()
    teller.now({ phase: 'building' })
    const base = { functionId: 'f1', projectId: 'p1', name: 'greet', revision: 3, startedAt: start, done: false }
    assert.deepEqual(told, [
      { ...base, phase: 'checking', message: 'checking the source' },
      { ...base, phase: 'building', message: 'building' },
    ])
  })

  it('count packages ten times a second at most, and know the latest count', async () => {
    const { clock, told, teller, steps } = open()
    for (let completed = 0; completed <= 40; completed++) {
      teller.now({ phase: 'installing', completed, total: 40 })
      await clock.advanceTo(clock.now() + 10)
    }
    assert.deepEqual(
      told.map(step => step.message),
      ['checking the source', ...[0, 10, 20, 30, 40].map(count => `installing ${count} of 40 packages`)],
    )
    teller.now({ phase: 'installing', completed: 39, total: 40 })
    assert.deepEqual(
      steps.current().map(({ completed }) => completed),
      [39],
    )
  })

  it('say at once what is waited for, and that it is no more', () => {
    const { told, teller } = open()
    teller.now({ phase: 'starting' })
    teller.now({ phase: 'starting', waiting: 'No node has room for it.' })
    teller.now({ phase: 'starting' })
    assert.deepEqual(
      told.map(step => step.message),
      ['checking the source', 'starting', 'starting, but waits: No node has room for it.', 'starting'],
    )
  })

  it('end with a sentence, after which nothing is under way', () => {
    const { told, teller, steps } = open()
    teller.now({ phase: 'starting' })
    teller.ended('ready', 'Revision 3 is serving.')
    assert.deepEqual(steps.current(), [])
    const { phase, message, done, outcome } = told.at(-1)!
    assert.deepEqual(
      { phase, message, done, outcome },
      { phase: 'starting', message: 'Revision 3 is serving.', done: true, outcome: 'ready' },
    )
  })
})
