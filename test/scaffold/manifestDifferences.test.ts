import assert from 'node:assert/strict'
import fc from 'fast-check'
import { manifestDifferences } from '../../src/scaffold/manifestDifferences.ts'

describe('the differences of two manifests', () => {
  it('are named by their paths, each as deep as both have it', () => {
    const before = { spec: { schedule: 'a', list: [{ image: 'x' }, { image: 'y' }], gone: 1 } }
    const after = { spec: { schedule: 'b', list: [{ image: 'x' }, { image: 'z' }], 'a.b/c': true } }
    assert.deepEqual(manifestDifferences(before, after), [
      { field: 'spec.schedule', before: 'a', after: 'b' },
      { field: 'spec.list[1].image', before: 'y', after: 'z' },
      { field: 'spec.gone', before: 1, after: undefined },
      { field: 'spec."a.b/c"', before: undefined, after: true },
    ])
  })

  it('are one where a list has another length', () => {
    assert.deepEqual(manifestDifferences({ args: ['a'] }, { args: ['a', 'b'] }), [
      { field: 'args', before: ['a'], after: ['a', 'b'] },
    ])
  })

  it('are none exactly where nothing differs', () => {
    const json = fc.jsonValue({ maxDepth: 3 }).map(value => JSON.parse(JSON.stringify(value)) as unknown)
    fc.assert(
      fc.property(json, json, (a, b) => {
        assert.deepEqual(manifestDifferences(a, a), [])
        const isSame = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
        assert.equal(manifestDifferences(a, b).length === 0, isSame)
      }),
    )
  })
})

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).map(([key, each]) => [key, sorted(each)] as const)
  // An object again: as a list of pairs an empty one would be the same as an empty list.
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
