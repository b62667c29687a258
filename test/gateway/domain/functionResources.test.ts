import assert from 'node:assert/strict'
import { resourcesOf } from '../../../src/gateway/domain/functionResources.ts'

describe('the resources that a deployment asks for', () => {
  it('are 1 GiB of memory, and no processor time of their own, without a word', () => {
    assert.deepEqual(resourcesOf(undefined), { memoryBytes: 2 ** 30 })
    assert.deepEqual(resourcesOf({}), { memoryBytes: 2 ** 30 })
  })

  it('are what it names', () => {
    assert.deepEqual(resourcesOf({ memory: '256Mi', cpuSeconds: 3 }), { memoryBytes: 256 * 2 ** 20, cpuSeconds: 3 })
  })

  it('are refused with field, value and way out when no process can have so much memory', () => {
    for (const [memory, message, hint] of [
      ['plenty', 'resources.memory: "plenty" is not an amount of memory.', 'Write one such as 256Mi.'],
      ['1Mi', 'resources.memory: "1Mi" is not in the range that a process can have.', 'Use 64Mi to 1Ti.'],
      ['2Ti', 'resources.memory: "2Ti" is not in the range that a process can have.', 'Use 64Mi to 1Ti.'],
    ] as const) {
      const details = { field: 'resources.memory', value: memory }
      assert.throws(() => resourcesOf({ memory }), { code: 'INVALID_REQUEST', message, hint, details })
    }
  })
})
