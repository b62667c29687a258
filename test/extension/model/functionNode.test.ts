import assert from 'node:assert/strict'
import type { Function } from '../../../src/contract/functions.ts'
import { compareFunctions, functionNode, isBrokenFunction } from '../../../src/extension/model/functionNode.ts'
import { deployment, fn, options, revision } from './samples.ts'

const node = (given: Partial<Function> = {}) => functionNode(fn(given), undefined, options)

describe('the row of a function', () => {
  it('says its language and its state', () => {
    assert.equal(node().description, 'python · ready')
    assert.equal(node({ replicas: 0 }).description, 'python · scaled to zero')
  })

  it('says why it failed, in one line', () => {
    const reason = 'main.py:3: invalid syntax\nTraceback'
    const failed = node({ status: 'failed', revision: 0, reason })
    assert.equal(failed.description, 'python · failed: main.py:3: invalid syntax')
    assert.equal(failed.context, 'function;failed;notServing')
  })

  it('says that an older revision serves because the newest one failed', () => {
    const revisions = [revision({ id: 'r8', number: 8, status: 'failed', percent: 0, reason: 'boom' }), revision()]
    assert.equal(node({ revisions }).description, 'python · rev 8 failed, rev 7 serves: boom')
    assert.equal(isBrokenFunction(fn({ revisions })), true)
  })

  it('says what a deployment is doing now', () => {
    const progress = deployment({ phase: 'building', message: 'building' })
    const deploying = fn({ status: 'deploying' })
    assert.equal(functionNode(deploying, progress, options).description, 'python · deploying: building')
    assert.equal(node({ status: 'deploying' }).description, 'python · deploying')
  })

  it('has its revisions with their share of the traffic and its address below it', () => {
    const revisions = [revision(), revision({ id: 'r6', number: 6, percent: 0 })]
    const children = node({ revisions }).children
    assert.deepEqual(
      children.map(c => c.label),
      ['rev 7', 'rev 6', 'http://127.0.0.1:1234/f/f1'],
    )
    assert.match(children[0]!.description, /^100 % · /)
    assert.doesNotMatch(children[1]!.description, /%/)
    assert.equal(children[2]!.action, 'copyUrl')
  })

  it('has no address before the first revision serves', () => {
    const children = node({
      status: 'deploying',
      revision: 0,
      revisions: [revision({ status: 'deploying', percent: 0 })],
    })
    assert.deepEqual(
      children.children.map(c => c.target.kind),
      ['revision'],
    )
  })

  it('never shows the value of a variable or a secret in its tooltip', () => {
    const secrets = [{ name: 'KEY', from: 'api/key' }]
    const tooltip = node({ environment: { MODE: 'hidden-value' }, secrets }).tooltip()
    assert.ok(tooltip.includes('`MODE`') && tooltip.includes('`KEY`'))
    assert.doesNotMatch(tooltip, /hidden-value/)
  })

  it('stands behind the broken ones and those being deployed', () => {
    const all = [
      fn({ name: 'b' }),
      fn({ name: 'a' }),
      fn({ name: 'c', status: 'deploying' }),
      fn({ name: 'd', status: 'failed' }),
    ]
    assert.deepEqual(
      all.sort(compareFunctions).map(f => f.name),
      ['d', 'c', 'a', 'b'],
    )
  })
})
