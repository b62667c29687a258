import assert from 'node:assert/strict'
import { createEmitter } from '../../../src/extension/model/emitter.ts'

describe('an emitter', () => {
  it('tells its listeners in order until they leave', () => {
    const { event, fire } = createEmitter<number>()
    const told: string[] = []
    const first = event(n => told.push(`first ${n}`))
    event(n => told.push(`second ${n}`))
    fire(1)
    first.dispose()
    fire(2)
    assert.deepEqual(told, ['first 1', 'second 1', 'second 2'])
  })

  it('no longer tells one that left while others were told', () => {
    const { event, fire } = createEmitter<void>()
    let told = 0
    event(() => second.dispose())
    const second = event(() => told++)
    fire()
    assert.equal(told, 0)
  })

  it('tells nobody once it is disposed, nor who comes later', () => {
    const { event, fire, dispose } = createEmitter<void>()
    event(() => assert.fail('told'))
    dispose()
    event(() => assert.fail('told'))
    fire()
  })
})
