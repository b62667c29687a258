import assert from 'node:assert/strict'
import type { ExecutionSummary } from '../../../src/contract/executions.ts'
import { executionNode } from '../../../src/extension/model/executionNode.ts'
import { at, execution, failed, options, running } from './samples.ts'

describe('the row of a run', () => {
  const describes: [string, ExecutionSummary, string][] = [
    ['how long it took', execution(), '12 s'],
    ['short times exactly', execution({ completedAt: at(-851.6) }), '0.4 s'],
    ['the exit code of a failure', failed(), '12 s · exit 1'],
    ['the reason of a failure', failed({ reason: 'DeadlineExceeded' }), '12 s · DeadlineExceeded'],
    ['the exit code when only the attempts ran out', failed({ reason: 'BackoffLimitExceeded' }), '12 s · exit 1'],
    ['that it was run by hand', execution({ trigger: 'manual' }), '12 s · run by hand'],
    ['that it was run again', execution({ trigger: 'retry' }), '12 s · run again'],
    ['how long it has been running', running(), 'running 0:42'],
    ['that it is being stopped', running({ phase: 'stopping' }), 'stopping'],
    ['that it waits for its next attempt', running({ phase: 'backoff' }), 'waits to try again, attempt 1 failed'],
  ]
  for (const [what, run, description] of describes) {
    it(`says ${what}`, () => assert.equal(executionNode(run, options).description, description))
  }

  it('is called by its time of day, with the date once it is old', () => {
    const label = (startedAt: string): string => executionNode(execution({ startedAt }), options).label
    assert.match(label(at(-60)), /^\d\d:\d\d:\d\d$/)
    assert.match(label(at(-3 * 86_400)), /^Thu \d\d:\d\d$/)
    assert.match(label(at(-30 * 86_400)), /^Oct 23, \d\d:\d\d$/)
  })

  it('opens its log', () => assert.equal(executionNode(execution(), options).action, 'showRunLog'))

  it('has a tooltip with its times, what started it and why it failed', () => {
    const tooltip = executionNode(failed({ cause: 'no such file' }), options).tooltip()
    for (const part of ['Scheduled: ', 'Started: ', 'Ended: ', 'Started by: schedule', 'Cause: no such file'])
      assert.ok(tooltip.includes(part), `${part} is missing in ${tooltip}`)
  })

  it('has a tooltip with what it was run with', () => {
    const changes = { args: ['--full', 'a b'], environment: { WHO: 'moon' }, image: 'job:2' }
    const tooltip = executionNode(execution({ trigger: 'manual', changes }), options).tooltip()
    for (const part of [`arguments: \\-\\-full 'a b'`, 'variables: WHO=moon', 'image: job:2'])
      assert.ok(tooltip.includes(`Run with ${part}`), `${part} is missing in ${tooltip}`)
    assert.match(executionNode(execution({ changes: { args: [] } }), options).tooltip(), /Run with arguments: none/)
  })

  it('tells the menus whether it can be stopped or run again', () => {
    assert.equal(executionNode(running(), options).context, 'execution;running;running')
    assert.equal(executionNode(failed(), options).context, 'execution;ended;failed')
  })
})
