import assert from 'node:assert/strict'
import type { Execution } from '../../../../../src/gateway/domain/cronJob.ts'
import type { NewLogLine } from '../../../../../src/gateway/domain/log.ts'
import type { KubeClient } from '../../../../../src/gateway/providers/kubernetes/client/kubeClient.ts'
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

/** A run of which nothing was seen yet, what is in its log and which states were stored or published. */
function openRun(request?: KubeClient['request']) {
  const clock = createFakeClock('2026-03-02T10:00:05Z')
  const log = createKubeletLog()
  const lines: string[] = []
  const states: Execution[] = []
  const thrown: unknown[] = []
  const report = (error: unknown) => void thrown.push(error)
  const abort = new AbortController()
  const logs = createRunLogs(
    {
      scope: {
        projectId: 'p',
        name: 'shop',
        client: request ? { ...log.client, request } : log.client,
        signal: abort.signal,
      },
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
    {
      executions: { save: async execution => void states.push(execution) },
      publish: execution => void states.push(execution),
      ...{ clock, report },
    },
    { applicationId: 'a', cronJobName: 'report', callsFunction: false, logs },
  )
  log.write('2026-03-02T10:00:01.000000000Z', 'one')
  return { capture, clock, lines, log, states, thrown }
}

/** The same when its container has printed `one`. */
async function openStarted() {
  const run = openRun()
  await run.capture.update(kubeJob({ active: 1 }), [running])
  await turn()
  assert.deepEqual(run.lines, ['one'])
  return run
}

describe('the log of a run that fails', () => {
  it('has the last lines of its container before the words on how that ended', async () => {
    const { capture, lines, log, thrown } = await openStarted()
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
    const { capture, clock, lines, thrown } = await openStarted()
    await capture.update(kubeJob({ failed: 1 }), [failed])
    await clock.advanceTo(clock.now() + 10_000)
    assert.deepEqual(lines, ['one', 'report-29539800: The container exited with code 3.'])
    assert.deepEqual(thrown, [])
    capture[Symbol.dispose]()
  })

  it('has no value of a secret in the last words of its container, and neither has its cause', async () => {
    const spec = {
      containers: [{ name: 'main', env: [{ name: 'PW', valueFrom: { secretKeyRef: { name: 'db', key: 'pw' } } }] }],
    }
    const state = { terminated: { exitCode: 3, reason: 'Error', message: 'no entry with hunter2' } }
    const pod = kubePod({ phase: 'Failed', containerStatuses: [{ name: 'main', restartCount: 0, state }] }, spec)
    const secret = { metadata: { name: 'db' }, data: { pw: Buffer.from('hunter2').toString('base64') } }
    // It has failed before its Secret is read.
    const { promise: isRead, resolve: read } = Promise.withResolvers<void>()
    const { capture, lines, log, states, thrown } = openRun(<T>() => isRead.then(() => secret as T))
    log.end()
    const updates = [capture.update(kubeJob({ failed: 1 }), [pod]), capture.update(over, [pod])]
    await turn()
    assert.deepEqual([lines, states], [[], []])
    read()
    await Promise.all(updates)
    const { cause } = await capture.ended
    assert.equal(cause, 'The container exited with code 3: no entry with ***.')
    assert.deepEqual(lines, ['one', `report-29539800: ${cause}`, `report-29539800 failed: ${cause}`])
    assert.doesNotMatch(JSON.stringify(states), /hunter2/)
    assert.deepEqual(thrown, [])
  })
})
