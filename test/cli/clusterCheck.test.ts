import assert from 'node:assert/strict'
import { goodNews } from '../../src/cli/commands/cluster/check.ts'

const part = (state: 'ready' | 'unknown', optional = false) => ({ name: 'x', state, message: '', optional })

describe('the good news of cluster check', () => {
  it('is that all is there only where all could be looked at', () => {
    assert.equal(goodNews([part('ready'), part('unknown', true)]), 'has what functions need.')
    assert.match(goodNews([part('ready'), part('unknown')]), /as far as can be seen/)
  })
})
