import assert from 'node:assert/strict'
import { readConfig } from '../../../../../../src/gateway/config.ts'
import { usualSweepMs } from '../../../../../../src/gateway/providers/kubernetes/functions/revisions/sweepObjects.ts'

describe('the sweep of what no function uses', () => {
  it('looks twice before a gateway that nobody uses any more ends, so that a command is enough to have it done', () => {
    const { idleSeconds } = readConfig(['run'], {}, { home: '/h', runtimesFolder: '/r', deployFolder: '/d' })
    assert.ok(2 * usualSweepMs + 10_000 < idleSeconds * 1000)
  })
})
