import assert from 'node:assert/strict'
import type { Function } from '../../../src/contract/functions.ts'
import type { FunctionCalls } from '../../../src/contract/invocations.ts'
import { compareFunctions, functionNode, isBrokenFunction } from '../../../src/extension/model/functionNode.ts'
import { at, calls, deployment, fn, invocation, options, revision } from './samples.ts'

const node = (given: Partial<Function> = {}) => functionNode(fn(given), {}, options)

describe('the row of a function', () => {
  it('says its language and its state', () => {
    assert.equal(node().description, 'python · ready')
    assert.equal(node({ replicas: 0 }).description, 'python · scaled to zero')
  })

  it('offers no debugger for what none of this machine can debug', () => {
    assert.equal(node({ runtime: 'go' }).context, 'function;ready;serving;undebuggable')
    assert.equal(node({ runtime: 'image', image: 'shop:1' }).context, 'function;ready;serving;undebuggable;ownImage')
    assert.equal(node().context, 'function;ready;serving')
  })

  it('counts pods in a cluster and processes on this machine', () => {
    const scaling = { ...fn().scaling, minScale: 0, maxScale: 4 }
    assert.match(node({ scaling }).tooltip(), /0 to 4 processes/)
    assert.match(functionNode(fn({ scaling }), { inCluster: true }, options).tooltip(), /0 to 4 pods/)
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
    assert.equal(functionNode(deploying, { deployment: progress }, options).description, 'python · deploying: building')
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

  it('names the tag of a revision, and where it is called', () => {
    const tagUrl = 'http://candidate-greet.shop.example.com'
    const [row] = node({ revisions: [revision({ tag: 'candidate', tagUrl })] }).children
    assert.match(row?.description ?? '', /^100 % · candidate · /)
    assert.match(row?.tooltip() ?? '', /Tag `candidate` · `http:\/\/candidate-greet\.shop\.example\.com`/)
    assert.match(row?.spoken ?? '', /tag candidate$/)
  })

  it('says that it is being debugged, also before any revision serves', () => {
    const debugged = node({ status: 'failed', revision: 0, revisions: [], debugging: true })
    assert.equal(debugged.description, 'python · being debugged')
    assert.match(debugged.spoken, /being debugged/)
    assert.equal(debugged.icon?.codicon, 'debug-alt')
    assert.equal(debugged.context, 'function;failed;serving')
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

  it('says that it is deployed at each save, and of what', () => {
    const withRow = (row: { path: string; refusedAt?: string }) =>
      functionNode(fn(), {}, { ...options, reloaded: new Map([['f1', row]]) })
    const reloaded = withRow({ path: 'functions/greet' })
    assert.equal(reloaded.description, 'python · ready · hot reload')
    assert.match(reloaded.spoken, /, hot reload/)
    assert.match(reloaded.tooltip(), /Deployed at each save of: `functions\/greet`/)
    assert.match(reloaded.context, /;reloaded$/)
    const refused = withRow({ path: 'functions/greet', refusedAt: 'main.py:3' })
    assert.equal(refused.description, 'python · ready · hot reload: main.py:3 has an error')
  })

  it('says how often it was called today, and how long that took', () => {
    const called = (day: FunctionCalls['day']) => functionNode(fn(), { calls: calls({ day }) }, options)
    assert.equal(called({ calls: 12, failed: 2, p95Ms: 8 }).description, 'python · ready · 12 calls, p95 8 ms')
    assert.equal(called({ calls: 1, failed: 0, p95Ms: 1200 }).description, 'python · ready · 1 call, 1.2 s')
    assert.equal(called({ calls: 0, failed: 0 }).description, 'python · ready')
    assert.match(called({ calls: 12, failed: 2, p95Ms: 8 }).tooltip(), /12 calls in the last 24 hours, 2 failed/)
  })

  it('has its last calls below it, each with its outcome and what failed', () => {
    const latest = [
      invocation({ id: 'i3', outcome: 'running', startedAt: at(-42) }),
      invocation({ id: 'i2', source: 'schedule' }),
      invocation({
        id: 'i1',
        outcome: 'failed',
        statusCode: 500,
        code: 'FUNCTION_FAILED',
        message: "The function raised an exception. KeyError: 'name'",
      }),
    ]
    const children = functionNode(fn(), { calls: calls({ latest }) }, options).children.slice(0, 3)
    assert.deepEqual(
      children.map(c => [c.description, c.icon.codicon, c.context, c.action]),
      [
        ['running 0:42', 'sync~spin', 'call;running;invoke', 'showCallLog'],
        ['8 ms · schedule', 'pass', 'call;ended;schedule', 'showCallLog'],
        ["500 KeyError: 'name' · 8 ms", 'error', 'call;ended;invoke', 'showCallLog'],
      ],
    )
    assert.match(children[2]!.spoken, /^call of .*, failed, 500 KeyError/)
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
