import assert from 'node:assert/strict'
import type { NewLogLine } from '../../../../../src/gateway/domain/log.ts'
import { createRunLogs } from '../../../../../src/gateway/providers/kubernetes/logs/runLogs.ts'
import { createRunCapture } from '../../../../../src/gateway/providers/kubernetes/runs/runCapture.ts'
import { createFakeClock, turn } from '../../../../support/fakeClock.ts'
import { createKubeletLog } from '../logs/kubeletLog.ts'
import { kubeJob, kubePod } from '../objects.ts'

const running = kubePod({ containerStatuses: [{ name: 'main', restartCount: 0, state: { running: {} } }] })
const failed = kubePod({
  phase: 'Failed',
  containerStatuses: [{ name: 'main', restartCount: 0, state: { terminated: { exitCode: 3, reason: 'Error' } } }],
})
const over = kubeJob({
  failed: 1,
  conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }],
})

/** A run whose container has printed `one`, and what is in its log. */
async function openRun() {
  const clock = createFakeClock('2026-03-02T10:00:05Z')
  const log = createKubeletLog()
  const lines: string[] = []
  const thrown: unknown[] = []
  const report = (error: unknown) => void thrown.push(error)
  const abort = new AbortController()
  const logs = createRunLogs(
    {
      scope: { projectId: 'p', name: 'shop', client: log.client, signal: abort.signal },
      logs: {
        append: (_id: string, added: readonly NewLogLine[]) => lines.push(...added.map(({ text }) => text)),
        read: () => Promise.reject(new Error('not here')),
        onAppend: () => ({ [Symbol.dispose]: () => undefined }),
        remove: () => Promise.reject(new Error('not here')),
      },
      clock,
      inTurn: work => work(),
      report,
    },
    { applicationId: 'a', executionId: 'e', parallelism: 1, isResumed: false },
  )
  const capture = createRunCapture(
    { executions: { save: () => Promise.resolve() }, clock, publish: () => undefined, report },
    { applicationId: 'a', cronJobName: 'report', callsFunction: false, logs },
  )
  log.write('2026-03-02T10:00:01.000000000Z', 'one')
  await capture.update(kubeJob({ active: 1 }), [running])
  await turn()
  assert.deepEqual(lines, ['one'])
  return { capture, clock, lines, log, thrown }
}

describe('the log of a run that fails', () => {
  it('has the last lines of its container before the words on how that ended', async () => {
    const { capture, lines, log, thrown } = await openRun()
    await capture.update(kubeJob({ failed: 1 }), [failed])
    await capture.update(over, [failed])
    await turn()
    log.write('2026-03-02T10:00:02.000000000Z', 'last words')
    log.end()
    await capture.ended
    assert.deepEqual(lines, [
      'one',
      'last words',
      'report-29539800: The container exited with code 3.',
      'report-29539800 failed: The container exited with code 3.',
    ])
    assert.deepEqual(thrown, [])
  })

  it('does not wait for them for long while the run goes on', async () => {
    const { capture, clock, lines, thrown } = await openRun()
    await capture.update(kubeJob({ failed: 1 }), [failed])
    await clock.advanceTo(clock.now() + 10_000)
    assert.deepEqual(lines, ['one', 'report-29539800: The container exited with code 3.'])
    assert.deepEqual(thrown, [])
    capture[Symbol.dispose]()
  })
})
