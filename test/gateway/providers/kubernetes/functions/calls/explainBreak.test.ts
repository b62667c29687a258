import assert from 'node:assert/strict'
import type { LogSource, NewLogLine } from '../../../../../../src/gateway/domain/log.ts'
import { explainBreak } from '../../../../../../src/gateway/providers/kubernetes/functions/calls/explainBreak.ts'
import { createSystemClock } from '../../../../../../src/gateway/platform/systemClock.ts'

describe('why an answer of a pod broke off', () => {
  const stack = ['Error: in the middle', '    at index.mjs:3:9']
  const line = (text: string): NewLogLine => ({
    time: 1,
    stream: text.startsWith('The answer broke off.') ? 'system' : 'stderr',
    text,
    invocationId: 'c',
  })

  /** A log to which lines are appended while it is read. */
  function logThatGrows(later: readonly string[]) {
    const lines: NewLogLine[] = []
    let tell: (() => void) | undefined
    let isFirst = true
    const logs = {
      read: async () => {
        const read = { lines: [...lines] }
        if (isFirst) {
          isFirst = false
          lines.push(...later.map(line))
          tell?.()
        }
        return read
      },
      onAppend: (_id: string, callback: () => void) => {
        tell = callback
        return { [Symbol.dispose]: () => (tell = undefined) }
      },
    }
    return { logs: logs as unknown as LogSource, isHeard: () => tell !== undefined }
  }

  it('is the exception in the log, also when its lines come while the log is looked at', async () => {
    using clock = createSystemClock(() => undefined)
    const { logs, isHeard } = logThatGrows(stack)
    const broken = await explainBreak(logs, clock, 'f', 'c')
    assert.deepEqual(
      [broken.code, broken.exception],
      ['FUNCTION_FAILED', { type: 'Error', message: 'in the middle', stack: stack.join('\n') }],
    )
    assert.equal(isHeard(), false)
  })

  it('is what the program of Go says, with the stack of a panic', async () => {
    using clock = createSystemClock(() => undefined)
    const told = 'The answer broke off. errors.errorString: in the middle'
    const returned = await explainBreak(logThatGrows(['in the middle', told]).logs, clock, 'f', 'c')
    assert.deepEqual(
      [returned.code, returned.exception],
      ['FUNCTION_FAILED', { type: 'errors.errorString', message: 'in the middle', stack: '' }],
    )
    const panic = ['panic: errors.errorString: in the middle', '    at Handle (function.go:3)']
    const panicked = await explainBreak(logThatGrows([...panic, told]).logs, clock, 'f', 'c')
    assert.equal(panicked.exception?.stack, panic.join('\n'))
  })

  it('is the limit that its process passed, as the program says', async () => {
    using clock = createSystemClock(() => undefined)
    const told =
      "The answer broke off. LIMIT_EXCEEDED: The function's process was ended: it used more than 1Gi of memory."
    const broken = await explainBreak(logThatGrows([told]).logs, clock, 'f', 'c')
    assert.deepEqual(
      [broken.code, broken.message, broken.exception],
      ['LIMIT_EXCEEDED', "The function's process was ended: it used more than 1Gi of memory.", undefined],
    )
  })

  it('finds the last line of a traceback of Python', async () => {
    using clock = createSystemClock(() => undefined)
    const traceback = ['Traceback (most recent call last):', '  File "main.py", line 3', 'ValueError: no such thing']
    const broken = await explainBreak(logThatGrows(traceback).logs, clock, 'f', 'c')
    assert.deepEqual([broken.exception?.type, broken.exception?.message], ['ValueError', 'no such thing'])
  })
})
