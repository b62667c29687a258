import assert from 'node:assert/strict'
import type { CallOutcome } from '../../../../../src/gateway/providers/local/functions/functionPool.ts'
import { createPendingCalls } from '../../../../../src/gateway/providers/local/functions/pendingCalls.ts'

describe('pending calls', function () {
  this.timeout(20_000)
  const answer: CallOutcome = { kind: 'answer', status: 200, headers: {}, body: new Uint8Array() }
  const codeOf = (outcome: CallOutcome) => (outcome.kind === 'failure' ? outcome.code : outcome.kind)

  /** Calls that are sent nowhere; `log` says what happened in order. */
  function rig({ timeoutSeconds = 60, isQueued = false } = {}) {
    const log: string[] = []
    const hung = Promise.withResolvers<void>()
    const calls = createPendingCalls({
      timeoutSeconds,
      send: (id, { invocationId }) => {
        log.push(`send ${id} ${invocationId}`)
        return () => isQueued
      },
      sendCancel: (id, reason) => log.push(`cancel ${id} ${reason}`),
      sendCredit: (id, bytes) => log.push(`credit ${id} ${bytes}`),
      mark: () => log.length,
      onOverdue: () => log.push('overdue'),
      onHung: () => {
        log.push('hung')
        hung.resolve()
      },
      onFewer: () => log.push(`fewer: ${calls.size}`),
    })
    const start = (invocationId: string, signal = new AbortController().signal) =>
      calls.start({
        invocationId,
        request: { method: 'POST', path: '/', query: '', headers: {}, body: new Uint8Array() },
        signal,
      })
    return { calls, log, start, hung: hung.promise }
  }

  it('each get the answer that names them, in any order', async () => {
    const { calls, start } = rig()
    const outcomes = [start('a'), start('b')]
    assert.equal(calls.size, 2)
    calls.answer('2', { ...answer, status: 202 })
    calls.answer('1', { ...answer, status: 201 })
    assert.deepEqual(
      (await Promise.all(outcomes)).map(outcome => outcome.kind === 'answer' && outcome.status),
      [201, 202],
    )
    assert.equal(calls.size, 0)
  })

  it('know the only invocation under way, if there is one', async () => {
    const { calls, start } = rig()
    assert.equal(calls.only, undefined)
    const outcomes = [start('a')]
    assert.equal(calls.only, 'a')
    outcomes.push(start('b'))
    assert.equal(calls.only, undefined)
    calls.answer('1', answer)
    assert.equal(calls.only, 'b')
    calls.answer('2', answer)
    await Promise.all(outcomes)
  })

  it('are pending after their caller has left, until the handler answers', async () => {
    const { calls, log, start } = rig()
    const leaving = new AbortController()
    const outcome = start('a', leaving.signal)
    leaving.abort()
    assert.equal(codeOf(await outcome), 'CANCELLED')
    assert.deepEqual([calls.size, calls.areAwaited], [1, false])
    calls.answer('1', answer)
    assert.deepEqual(log, ['send 1 a', 'cancel 1 client', 'fewer: 1', 'fewer: 0'])
  })

  it('whose caller has left before they were sent are not pending', async () => {
    const { calls, log, start } = rig({ isQueued: true })
    assert.equal(codeOf(await start('a', AbortSignal.abort())), 'CANCELLED')
    assert.equal(calls.size, 0)
    assert.deepEqual(log, ['send 1 a', 'fewer: 0'])
  })

  it('end when their time is up; one whose handler does not heed that shows a process that hangs', async () => {
    const { calls, log, start, hung } = rig({ timeoutSeconds: 0.05 })
    assert.equal(codeOf(await start('a')), 'TIMEOUT')
    assert.equal(calls.areAwaited, false)
    await hung
    assert.deepEqual(log, ['send 1 a', 'cancel 1 timeout', 'fewer: 1', 'overdue', 'hung'])
    calls.answerAll(() => answer)
  })

  it('whose handler heeds the cancel show no hang', async () => {
    const { calls, log, start } = rig({ timeoutSeconds: 0.05 })
    await start('a')
    calls.answer('1', answer)
    const later = rig({ timeoutSeconds: 0.05 })
    void later.start('b')
    await later.hung
    assert.deepEqual(log, ['send 1 a', 'cancel 1 timeout', 'fewer: 1', 'overdue', 'fewer: 0'])
    later.calls.answerAll(() => answer)
  })

  it('are all answered at once, each by what is known of it', async () => {
    const { calls, start } = rig()
    const outcomes = [start('a'), start('b')]
    calls.answerAll(({ invocationId, mark }) => ({
      kind: 'failure',
      code: 'FUNCTION_CRASHED',
      message: `${invocationId} ${mark}`,
    }))
    assert.deepEqual(
      (await Promise.all(outcomes)).map(outcome => outcome.kind === 'failure' && outcome.message),
      ['a 0', 'b 1'],
    )
    calls.answer('1', answer)
    assert.equal(calls.size, 0)
  })
})
