import assert from 'node:assert/strict'
import { createRunHeading } from '../../src/client/runHeadings.ts'

describe('the lines of several runs', () => {
  it('are told apart where they take turns, and only there', async () => {
    const asked: string[] = []
    const heading = createRunHeading(async id => {
      asked.push(id)
      return `job-${id}`
    })
    const told: (string | undefined)[] = []
    for (const run of ['a', 'a', 'b', 'b', 'a', 'b', undefined, 'b', 'a', 'c', 'c']) {
      told.push(await heading(run === undefined ? {} : { executionId: run }))
    }
    const none = undefined
    assert.deepEqual(told, [none, none, none, none, 'job-a', 'job-b', none, none, 'job-a', none, none])
    assert.deepEqual(asked, ['a', 'b'])
  })
})
