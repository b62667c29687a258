import assert from 'node:assert/strict'
import type { HksError } from '../../../src/contract/errors.ts'
import type { FunctionRecord, RevisionRecord, TrafficShare } from '../../../src/gateway/domain/function.ts'
import { checkShares, sharesOfRollBack } from '../../../src/gateway/domain/functionTraffic.ts'
import { functionSpec } from '../../support/functionInputs.ts'

const revision = (number: number, status: RevisionRecord['status'] = 'ready', percent?: number): RevisionRecord => ({
  id: `r-${number}`,
  functionId: 'f',
  number,
  spec: functionSpec(),
  sourceDigest: 'd',
  status,
  createdAt: number,
  ...(percent === undefined ? {} : { percent }),
})
const functionOf = (serving: number, ...revisions: RevisionRecord[]): FunctionRecord => ({
  id: 'f',
  projectId: 'p',
  spec: functionSpec(),
  status: 'ready',
  serving,
  replicas: 0,
  url: 'http://f',
  revisions,
  createdAt: 0,
  updatedAt: 0,
})

describe('shares of the calls', () => {
  const fn = functionOf(3, revision(3), revision(2, 'failed'), revision(1))
  const refused = (message: RegExp, ...shares: TrafficShare[]) =>
    assert.throws(
      () => checkShares(fn, shares),
      (error: HksError) => {
        assert.equal(error.code, 'INVALID_REQUEST')
        assert.match(error.message, message)
        return true
      },
    )

  it('make up 100 between revisions that can serve', () => {
    checkShares(fn, [
      { revision: 1, percent: 90, tag: 'old' },
      { revision: 3, percent: 10 },
    ])
    refused(/items: .*90 percent/, { revision: 1, percent: 90 })
    refused(/items\.0\.revision: revision 2 .*can not serve/, { revision: 2, percent: 100 })
    refused(/items\.1\.revision: .*no revision 7/, { revision: 1, percent: 0 }, { revision: 7, percent: 100 })
    refused(/items\.1\.revision: is there twice/, { revision: 1, percent: 50 }, { revision: 1, percent: 50 })
    refused(
      /items\.1\.tag: is there twice/,
      { revision: 1, percent: 50, tag: 'a' },
      { revision: 3, percent: 50, tag: 'a' },
    )
  })

  it('go back to the newest ready revision before the one that serves', () => {
    assert.deepEqual(sharesOfRollBack(fn, undefined), [{ revision: 1, percent: 100 }])
    assert.throws(
      () => sharesOfRollBack(functionOf(1, revision(1)), undefined),
      (error: HksError) => error.code === 'CONFLICT' && error.details?.['serving'] === 1,
    )
  })

  it('go back to the revision that is named, and leave each tag where it is', () => {
    const tagged = functionOf(3, { ...revision(3), tag: 'next' }, revision(2), { ...revision(1), tag: 'old' })
    assert.deepEqual(sharesOfRollBack(tagged, 2), [
      { revision: 2, percent: 100 },
      { revision: 3, percent: 0, tag: 'next' },
      { revision: 1, percent: 0, tag: 'old' },
    ])
    assert.deepEqual(sharesOfRollBack(tagged, 1), [
      { revision: 3, percent: 0, tag: 'next' },
      { revision: 1, percent: 100, tag: 'old' },
    ])
    assert.throws(() => sharesOfRollBack(fn, 7), /revision: .*no revision 7/)
  })

  it('go back from the newest that gets calls while they are divided', () => {
    const trial = functionOf(1, revision(3, 'ready', 0), revision(2, 'ready', 10), revision(1, 'ready', 90))
    assert.deepEqual(sharesOfRollBack(trial, undefined), [{ revision: 1, percent: 100 }])
  })
})
