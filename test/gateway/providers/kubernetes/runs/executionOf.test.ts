import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { KubeJob } from '../../../../../src/gateway/providers/kubernetes/objects/batchV1.ts'
import type { Condition, KubePod } from '../../../../../src/gateway/providers/kubernetes/objects/coreV1.ts'
import { numberAttempts, seeAttempts } from '../../../../../src/gateway/providers/kubernetes/runs/attempts.ts'
import {
  endedExecution,
  executionOf,
  latestFault,
} from '../../../../../src/gateway/providers/kubernetes/runs/executionOf.ts'
import { kubeJob, kubePod } from '../objects.ts'

const at = (time: string) => Date.parse(`2026-03-02T${time}Z`)
const is = (type: string, reason?: string): Condition => ({
  type,
  status: 'True',
  lastTransitionTime: '2026-03-02T10:05:00Z',
  ...(reason === undefined ? {} : { reason }),
})
const pod = (name: string, createdAt: string, exitCode?: number): KubePod =>
  kubePod(
    exitCode === undefined
      ? {
          containerStatuses: [
            { name: 'main', restartCount: 0, state: { running: { startedAt: `2026-03-02T${createdAt}Z` } } },
          ],
        }
      : {
          phase: exitCode === 0 ? 'Succeeded' : 'Failed',
          containerStatuses: [
            {
              name: 'main',
              restartCount: 0,
              state: {
                terminated: {
                  exitCode,
                  reason: exitCode === 0 ? 'Completed' : 'Error',
                  startedAt: `2026-03-02T${createdAt}Z`,
                  finishedAt: '2026-03-02T10:04:00Z',
                },
              },
            },
          ],
        },
    {},
    { name, uid: name, creationTimestamp: `2026-03-02T${createdAt}Z` },
  )
const runOf = (job: KubeJob, pods: readonly KubePod[] = []) => {
  const fault = latestFault(pods)
  return executionOf(job, {
    applicationId: 'app',
    cronJobName: 'report',
    attempts: numberAttempts(seeAttempts(new Map(), pods)),
    ...(fault ? { fault } : {}),
  })
}
const annotated = (annotations: Readonly<Record<string, string>>, name = 'report-manual-x7k2p') =>
  kubeJob({}, { name, annotations })

describe('a run of a cluster', () => {
  it('is a Job by its UID, with its pods as attempts', () => {
    const job = kubeJob({
      failed: 1,
      succeeded: 1,
      completionTime: '2026-03-02T10:04:01Z',
      conditions: [is('Complete')],
    })
    assert.deepEqual(runOf(job, [pod('b', '10:02:00', 0), pod('a', '10:00:01', 1)]), {
      id: 'uid-of-report-29539800',
      applicationId: 'app',
      jobName: 'report-29539800',
      scheduledAt: 29539800 * 60_000,
      startedAt: at('10:00:00'),
      completedAt: at('10:04:01'),
      status: 'succeeded',
      phase: 'succeeded',
      exitCode: 0,
      trigger: 'schedule',
      attempts: [
        { number: 1, startedAt: at('10:00:01'), completedAt: at('10:04:00'), exitCode: 1 },
        { number: 2, startedAt: at('10:02:00'), completedAt: at('10:04:00'), exitCode: 0 },
      ],
    })
  })

  it('knows its nominal time by the annotation, before Kubernetes 1.32 by its name', () => {
    const stamp = { 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-03-02T19:00:00+09:00' }
    assert.equal(runOf(annotated(stamp, 'report-1')).scheduledAt, at('10:00:00'))
    assert.equal(runOf(kubeJob()).scheduledAt, 29539800 * 60_000)
    // Some minute of another century is a number like any other.
    assert.equal(runOf(kubeJob({}, { name: 'report-12345678' })).scheduledAt, undefined)
    assert.equal(runOf(kubeJob({}, { name: 'other-29539800' })).scheduledAt, undefined)
  })

  it('was started by the schedule, by hand, or again', () => {
    assert.equal(runOf(kubeJob()).trigger, 'schedule')
    const manual = { 'cronjob.kubernetes.io/instantiate': 'manual' }
    assert.equal(runOf(annotated(manual)).trigger, 'manual')
    assert.equal(runOf(annotated(manual, 'report-29539800')).scheduledAt, undefined)
    const retry = runOf(annotated({ ...manual, 'hexabase.io/retry-of': 'first' }))
    assert.deepEqual([retry.trigger, retry.retryOf], ['retry', 'first'])
    const changed = runOf(annotated({ ...manual, 'hexabase.io/run-changes': '{"args":["--full"]}' }))
    assert.deepEqual([changed.trigger, changed.changes, retry.changes], ['manual', { args: ['--full'] }, undefined])
  })

  it('says in one line why it failed', () => {
    const failed = (reason: string, spec = {}) => kubeJob({ failed: 1, conditions: [is('Failed', reason)] }, {}, spec)
    const once = runOf(failed('BackoffLimitExceeded'), [pod('a', '10:00:01', 3)])
    assert.deepEqual(
      [once.status, once.phase, once.reason, once.cause, once.exitCode, once.completedAt],
      ['failed', 'failed', 'BackoffLimitExceeded', 'The container exited with code 3.', 3, at('10:05:00')],
    )
    const twice = runOf(failed('BackoffLimitExceeded'), [pod('a', '10:00:01', 3), pod('b', '10:00:20', 4)])
    assert.equal(twice.cause, 'The container exited with code 4. It was the last of 2 attempts.')
    assert.equal(runOf(failed('BackoffLimitExceeded')).cause, 'It failed more often than its backoffLimit of 6 allows.')
    const late = runOf(failed('DeadlineExceeded', { activeDeadlineSeconds: 300 }), [pod('a', '10:00:01')])
    assert.equal(late.cause, 'It ran longer than its activeDeadlineSeconds of 300.')
    assert.equal(late.attempts[0]!.completedAt, at('10:05:00'))
    const killed = runOf(failed('DeadlineExceeded', { activeDeadlineSeconds: 300 }), [pod('a', '10:00:01', 137)])
    assert.equal(killed.cause, 'It ran longer than its activeDeadlineSeconds of 300.')
  })

  it('shows while it goes on what keeps it', () => {
    assert.equal(runOf(kubeJob({ active: 1 }), [pod('a', '10:00:01')]).phase, 'running')
    const waiting = runOf(kubeJob({ failed: 1 }), [pod('a', '10:00:01', 3)])
    assert.deepEqual(
      [waiting.status, waiting.phase, waiting.cause],
      ['running', 'backoff', 'The container exited with code 3.'],
    )
    assert.equal(waiting.exitCode, undefined)
    assert.equal(runOf(kubeJob({}, { deletionTimestamp: '2026-03-02T10:01:00Z' })).phase, 'stopping')
    assert.deepEqual(runOf(kubeJob({}, {}, { suspend: true })).reason, 'Suspended')
  })

  it('ends when its Job is gone, and no attempt outlives it', () => {
    const run = runOf(kubeJob({ active: 1 }), [pod('a', '10:00:01')])
    const stopped = endedExecution(run, { reason: 'Stopped', cause: 'By hand.', at: at('10:03:00') })
    assert.deepEqual(
      [stopped.status, stopped.phase, stopped.reason, stopped.completedAt, stopped.attempts[0]!.completedAt],
      ['failed', 'failed', 'Stopped', at('10:03:00'), at('10:03:00')],
    )
    assert.equal(endedExecution(run, { reason: 'x', cause: 'x', at: 0 }).completedAt, run.startedAt)
  })
})

describe('the attempts of a run', () => {
  it('count each start of a container that its pod restarts', () => {
    const restarted = kubePod({
      containerStatuses: [
        {
          name: 'main',
          restartCount: 1,
          state: { running: { startedAt: '2026-03-02T10:01:00Z' } },
          lastState: {
            terminated: { exitCode: 1, startedAt: '2026-03-02T10:00:00Z', finishedAt: '2026-03-02T10:00:30Z' },
          },
        },
      ],
    })
    assert.deepEqual(numberAttempts(seeAttempts(new Map(), [restarted])), [
      { number: 1, startedAt: at('10:00:00'), completedAt: at('10:00:30'), exitCode: 1 },
      { number: 2, startedAt: at('10:01:00') },
    ])
  })

  it('stay when their pods go, and are in order, numbered from 1', () => {
    const podStates = fc.array(
      fc.record({
        id: fc.nat(5),
        exitCode: fc.option(fc.nat(2), { nil: undefined }),
        minute: fc.integer({ min: 10, max: 59 }),
      }),
      { maxLength: 20 },
    )
    fc.assert(
      fc.property(podStates, states => {
        let seen = seeAttempts(new Map(), [])
        let before = 0
        for (const { id, exitCode, minute } of states) {
          seen = seeAttempts(seen, [pod(`pod-${id}`, `10:${minute}:00`, exitCode)])
          const attempts = numberAttempts(seen)
          assert.ok(attempts.length >= before)
          before = attempts.length
          assert.deepEqual(
            attempts.map(each => each.number),
            attempts.map((_, index) => index + 1),
          )
          assert.ok(attempts.every((each, index) => each.startedAt >= (attempts[index - 1]?.startedAt ?? 0)))
        }
        assert.equal(before, new Set(states.map(each => each.id)).size)
      }),
    )
  })

  it('keep those that an earlier gateway stored', () => {
    const stored = [
      { number: 1, startedAt: at('09:59:00'), completedAt: at('09:59:30'), exitCode: 1 },
      { number: 2, startedAt: at('10:00:01') },
    ]
    const attempts = numberAttempts(seeAttempts(new Map(), [pod('b', '10:00:01', 0)]), stored)
    assert.deepEqual(
      attempts.map(each => [each.number, each.exitCode]),
      [
        [1, 1],
        [2, 0],
      ],
    )
  })
})
