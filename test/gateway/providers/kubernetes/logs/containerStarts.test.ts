import assert from 'node:assert/strict'
import type { ContainerStatus, KubePod } from '../../../../../src/gateway/providers/kubernetes/objects/coreV1.ts'
import {
  containerStarts,
  isPreviousStart,
  linePrefix,
  phaseOf,
  startKey,
} from '../../../../../src/gateway/providers/kubernetes/logs/containerStarts.ts'
import { kubePod } from '../objects.ts'

const status = (
  name: string,
  state: ContainerStatus['state'],
  restartCount = 0,
  lastState?: ContainerStatus['state'],
) => ({
  name,
  restartCount,
  state: state!,
  ...(lastState ? { lastState } : {}),
})
const ended = { terminated: { exitCode: 1 } }
const keys = (pod: KubePod) =>
  containerStarts(pod)
    .map(startKey)
    .map(key => key.slice(key.indexOf('/') + 1))

describe('the starts of containers whose logs are read', () => {
  it('are those of all containers that have started, init containers too', () => {
    const pod = kubePod({
      initContainerStatuses: [status('prepare', ended)],
      containerStatuses: [status('main', { running: {} }), status('late', { waiting: { reason: 'PodInitializing' } })],
    })
    assert.deepEqual(keys(pod), ['prepare/0', 'main/0'])
  })

  it('are not those of a container that never ran, as an init container failed', () => {
    const pod = kubePod({
      phase: 'Failed',
      initContainerStatuses: [status('prepare', ended)],
      containerStatuses: [status('main', { waiting: { reason: 'PodInitializing' } })],
    })
    assert.deepEqual(keys(pod), ['prepare/0'])
  })

  it('are the present and the one before where the pod restarts its container', () => {
    const running = kubePod({ containerStatuses: [status('main', { running: {} }, 2, ended)] })
    assert.deepEqual(keys(running), ['main/1', 'main/2'])
    const backOff = kubePod({
      containerStatuses: [status('main', { waiting: { reason: 'CrashLoopBackOff' } }, 2, ended)],
    })
    assert.deepEqual(keys(backOff), ['main/2'])
    const start = { podUid: 'p', pod: 'p', container: 'main', start: 1 }
    assert.equal(isPreviousStart(running, start), true)
    assert.equal(isPreviousStart(running, { ...start, start: 2 }), false)
  })

  it('are waiting, running, ended or gone', () => {
    const start = { container: 'main', start: 1 }
    const phase = (state: ContainerStatus['state'], count: number, last?: ContainerStatus['state']) =>
      phaseOf(kubePod({ containerStatuses: [status('main', state, count, last)] }), start)
    assert.equal(phaseOf(undefined, start), 'gone')
    assert.equal(phase({ running: {} }, 0), 'waiting')
    assert.equal(phase({ waiting: {} }, 1), 'waiting')
    assert.equal(phase({ running: {} }, 1), 'running')
    assert.equal(phase(ended, 1), 'ended')
    assert.equal(phase({ waiting: {} }, 1, ended), 'ended')
    assert.equal(phase({ running: {} }, 2), 'ended')
    assert.equal(phase({ running: {} }, 3), 'gone')
    assert.equal(phaseOf(kubePod({ phase: 'Failed' }), start), 'gone')
  })

  it('are named in front of their lines only where there are several', () => {
    assert.equal(linePrefix(kubePod(), 'main', 1), '')
    assert.equal(linePrefix(kubePod(), 'main', 3), '[x7k2p] ')
    const two = kubePod({}, { containers: [{ name: 'main' }], initContainers: [{ name: 'prepare' }] })
    assert.equal(linePrefix(two, 'prepare', 1), '[prepare] ')
    assert.equal(linePrefix(two, 'main', 2), '[x7k2p/main] ')
  })
})
