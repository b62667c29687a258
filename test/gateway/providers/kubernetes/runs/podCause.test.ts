import assert from 'node:assert/strict'
import { podFault } from '../../../../../src/gateway/providers/kubernetes/runs/podCause.ts'
import type { ContainerState, KubePod } from '../../../../../src/gateway/providers/kubernetes/objects/coreV1.ts'
import { kubePod } from '../objects.ts'

const status = (state: ContainerState, name = 'main') => ({ name, restartCount: 0, state })
const withMain = (state: ContainerState, spec: Partial<KubePod['spec']> = {}) =>
  kubePod({ containerStatuses: [status(state)] }, spec)
const ended = (exitCode: number, reason = 'Error', message?: string): ContainerState => ({
  terminated: { exitCode, reason, ...(message === undefined ? {} : { message }) },
})
const causeOf = (pod: KubePod) => podFault(pod)?.cause

describe('why a pod fails or does not start', () => {
  it('is nothing while all is well', () => {
    assert.equal(podFault(withMain({ running: {} })), undefined)
    assert.equal(podFault(withMain(ended(0, 'Completed'))), undefined)
    assert.equal(podFault(withMain({ waiting: { reason: 'ContainerCreating' } })), undefined)
  })

  it('is the exit code of a container, named where there are several', () => {
    assert.deepEqual(podFault(withMain(ended(3))), { reason: 'Error', cause: 'The container exited with code 3.' })
    assert.equal(causeOf(withMain(ended(143))), 'The container exited with code 143, as after SIGTERM.')
    const two = { containers: [{ name: 'main' }, { name: 'proxy' }] }
    assert.equal(causeOf(withMain(ended(3), two)), 'The container "main" exited with code 3.')
  })

  it('is what the container says itself at its end', () => {
    assert.equal(causeOf(withMain(ended(3, 'Error', 'no disk\n'))), 'The container exited with code 3: no disk.')
  })

  it('is the memory limit that it passed', () => {
    const limited = { containers: [{ name: 'main', resources: { limits: { memory: '64Mi' } } }] }
    assert.deepEqual(podFault(withMain(ended(137, 'OOMKilled'), limited)), {
      reason: 'OOMKilled',
      cause: 'The container was killed: it used more than its limit of 64Mi of memory (OOMKilled).',
    })
    assert.match(causeOf(withMain(ended(137, 'OOMKilled')))!, /the memory of its node ran out \(OOMKilled\)\.$/)
    assert.equal(
      causeOf(withMain(ended(137), limited)),
      'The container exited with code 137, as after SIGKILL; perhaps it used more than its limit of 64Mi of memory.',
    )
    assert.equal(causeOf(withMain(ended(137))), 'The container exited with code 137, as after SIGKILL.')
  })

  it('is an image that can not be pulled, by its name', () => {
    const waiting = { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image\n "report:1"' } }
    assert.deepEqual(podFault(withMain(waiting)), {
      reason: 'ImagePullBackOff',
      cause: 'The image "report:1" of the container can not be pulled: Back-off pulling image "report:1".',
    })
  })

  it('is a missing secret or key', () => {
    const waiting = { waiting: { reason: 'CreateContainerConfigError', message: 'secret "mail" not found' } }
    assert.deepEqual(podFault(withMain(waiting)), {
      reason: 'CreateContainerConfigError',
      cause: 'The container can not start: secret "mail" not found.',
    })
  })

  it('is a command that is not there', () => {
    const missing = ended(128, 'StartError', 'exec: "reprot": executable file not found in $PATH')
    assert.equal(
      causeOf(withMain(missing)),
      'The container could not run: exec: "reprot": executable file not found in $PATH.',
    )
  })

  it('is an init container that failed, before all others', () => {
    const pod = kubePod({
      initContainerStatuses: [status(ended(2), 'prepare')],
      containerStatuses: [status({ waiting: { reason: 'PodInitializing' } })],
    })
    assert.deepEqual(podFault(pod), {
      reason: 'InitContainerFailed',
      cause: 'The init container "prepare" exited with code 2.',
    })
  })

  it('is not the end of a sidecar, but what keeps it from starting', () => {
    const withSidecar = (state: ContainerState) =>
      kubePod(
        { initContainerStatuses: [status(state, 'proxy')] },
        { initContainers: [{ name: 'proxy', image: 'proxy:1', restartPolicy: 'Always' }] },
      )
    assert.equal(podFault(withSidecar(ended(137))), undefined)
    assert.match(
      podFault(withSidecar({ waiting: { reason: 'ErrImagePull', message: 'no route' } }))?.cause ?? '',
      /^The image "proxy:1" of the init container "proxy" can not be pulled/,
    )
  })

  it('is what a container did that waits to be started again', () => {
    const waiting = { waiting: { reason: 'CrashLoopBackOff' } }
    const pod = kubePod({ containerStatuses: [{ ...status(waiting), lastState: ended(1) }] })
    assert.equal(causeOf(pod), 'The container exited with code 1.')
  })

  it('is what the node, the scheduler or the cluster did', () => {
    const evicted = kubePod({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' })
    assert.deepEqual(podFault(evicted), {
      reason: 'Evicted',
      cause: 'The node evicted the pod: The node was low on memory.',
    })
    const unschedulable = kubePod({
      phase: 'Pending',
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message: '0/1 nodes are available: 1 Insufficient cpu.',
        },
      ],
    })
    assert.deepEqual(podFault(unschedulable), {
      reason: 'Unschedulable',
      cause: 'No node takes the pod: 0/1 nodes are available: 1 Insufficient cpu.',
    })
    const preempted = kubePod({
      conditions: [
        { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', message: 'preempting' },
      ],
    })
    assert.deepEqual(podFault(preempted), {
      reason: 'PreemptionByScheduler',
      cause: 'The pod was taken off its node: preempting.',
    })
    assert.equal(causeOf(kubePod({ phase: 'Failed', reason: 'NodeShutdown' })), 'The pod failed: NodeShutdown.')
  })

  it('takes one line of what the cluster says, of any length', () => {
    const message = 'x'.repeat(10_000)
    const cause = causeOf(withMain({ waiting: { reason: 'CreateContainerError', message } }))!
    assert.ok(cause.length < 600)
    assert.match(cause, /x…$/)
  })
})
