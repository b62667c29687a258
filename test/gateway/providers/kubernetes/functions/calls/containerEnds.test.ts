import assert from 'node:assert/strict'
import { createContainerEnds } from '../../../../../../src/gateway/providers/kubernetes/functions/calls/containerEnds.ts'
import type { FunctionsView } from '../../../../../../src/gateway/providers/kubernetes/functions/functionsView.ts'
import type { KubePod } from '../../../../../../src/gateway/providers/kubernetes/objects/coreV1.ts'
import { createFakeClock } from '../../../../../support/fakeClock.ts'
import { kubePod } from '../../objects.ts'

const start = Date.parse('2026-03-02T10:00:00Z')
const container = { name: 'function', resources: { limits: { memory: '167772160' } } }
const restarted = (uid: string, exitCode: number, reason: string, finishedAt = '2026-03-02T10:00:01Z'): KubePod =>
  kubePod(
    {
      containerStatuses: [
        { name: 'queue-proxy', restartCount: 0 },
        { name: 'function', restartCount: 1, lastState: { terminated: { exitCode, reason, finishedAt } } },
      ],
    },
    { containers: [container] },
    { uid },
  )

describe('the ends of containers', () => {
  function open() {
    let pods: readonly KubePod[] = []
    let isThere = true
    const listeners = new Set<(id: string) => void>()
    const view = {
      sight: () => (isThere ? { pods } : undefined),
      subscribe: (listener: (id: string) => void) => {
        listeners.add(listener)
        return { [Symbol.dispose]: () => void listeners.delete(listener) }
      },
    } as unknown as FunctionsView
    const clock = createFakeClock(start)
    const see = (...seen: readonly KubePod[]) => {
      pods = seen
      for (const listener of listeners) listener('f')
    }
    const forget = () => {
      isThere = false
      see()
      isThere = true
    }
    return { ends: createContainerEnds(view, clock), clock, see, forget, listeners }
  }
  const oom = { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-03-02T10:00:01Z', memoryBytes: 160 * 2 ** 20 }

  it('are told when they were seen since a call began, or are within the time', async () => {
    const { ends, clock, see, listeners } = open()
    see(kubePod({}, {}, { uid: 'a' }))
    const waited = ends.since('f', start, 5000)
    await clock.advanceTo(start + 1000)
    see(restarted('a', 137, 'OOMKilled'))
    assert.deepEqual(await waited, oom)
    assert.deepEqual(await ends.since('f', start + 1000, 0), oom)
    const late = ends.since('f', start + 1001, 5000)
    await clock.advanceTo(start + 6001)
    assert.equal(await late, undefined)
    assert.equal(clock.waiting(), 0)
    ends[Symbol.dispose]()
    assert.equal(listeners.size, 0)
  })

  it('are no news where a container had ended before it was heard of, and each end is told once', async () => {
    const { ends, clock, see } = open()
    see(restarted('a', 137, 'OOMKilled'))
    see(restarted('a', 137, 'OOMKilled'))
    const old = ends.since('f', start, 10)
    await clock.advanceTo(start + 10)
    assert.equal(await old, undefined)
    see(restarted('a', 137, 'OOMKilled'), restarted('b', 1, 'Error'))
    assert.equal((await ends.since('f', start + 10, 0))?.exitCode, 1)
    see(restarted('a', 137, 'OOMKilled', '2026-03-02T10:00:09Z'), restarted('b', 1, 'Error'))
    assert.equal((await ends.since('f', start + 10, 0))?.reason, 'OOMKilled')
  })

  it('are none of a pod that is to go', async () => {
    const { ends, see, clock } = open()
    see(kubePod({}, {}, { uid: 'a' }))
    const going = restarted('a', 137, 'Error')
    see({ ...going, metadata: { ...going.metadata, deletionTimestamp: '2026-03-02T10:00:00Z' } })
    const none = ends.since('f', start, 1)
    await clock.advanceTo(start + 1)
    assert.equal(await none, undefined)
  })

  it('are forgotten with their function', async () => {
    const { ends, see, forget, clock } = open()
    see(kubePod({}, {}, { uid: 'a' }))
    see(restarted('a', 1, 'Error'))
    forget()
    const gone = ends.since('f', start, 1)
    await clock.advanceTo(start + 1)
    assert.equal(await gone, undefined)
  })
})
