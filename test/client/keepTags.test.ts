import assert from 'node:assert/strict'
import { keepTags } from '../../src/client/keepTags.ts'
import type { Function } from '../../src/contract/functions.ts'

const revision = (number: number, tag?: string) => ({ number, ...(tag === undefined ? {} : { tag }) })
const fn = (...revisions: object[]) => ({ revisions }) as unknown as Function

describe('shares of calls', () => {
  it('leave each tag where it is, also of revisions that get no call', () => {
    const shares = keepTags(fn(revision(3, 'next'), revision(2), revision(1, 'old')), [
      { revision: 3, percent: 10 },
      { revision: 2, percent: 90 },
    ])
    assert.deepEqual(shares, [
      { revision: 3, percent: 10, tag: 'next' },
      { revision: 2, percent: 90 },
      { revision: 1, percent: 0, tag: 'old' },
    ])
  })

  it('move a tag to the revision that gets it, and take one away where it is empty', () => {
    const shares = keepTags(fn(revision(2, 'next'), revision(1, 'old')), [
      { revision: 2, percent: 100, tag: 'old' },
      { revision: 1, percent: 0, tag: '' },
    ])
    assert.deepEqual(shares, [
      { revision: 2, percent: 100, tag: 'old' },
      { revision: 1, percent: 0 },
    ])
  })
})
