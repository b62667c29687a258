import assert from 'node:assert/strict'
import { activityTree, ownActivity } from '../../../src/extension/model/activityTree.ts'
import { fromSnapshot, type Resources } from '../../../src/extension/model/resources.ts'
import { at, cronJob, deployment, execution, fn, invocation, now, options, project, running } from './samples.ts'

const resources = (given: Partial<Parameters<typeof fromSnapshot>[0]> = {}): Resources =>
  fromSnapshot({
    type: 'snapshot',
    cursor: 'b:1',
    connections: [],
    projects: [project(), project({ id: 'p2', name: 'another' })],
    cronJobs: [],
    functions: [],
    deployments: [],
    invocations: [],
    calls: [],
    ...given,
  })

const log = { kind: 'cronJob', id: 'j1', name: 'nightly-report', projectName: 'hello-hks' } as const

describe('the activity', () => {
  it('is empty when nothing runs, so that the text says so', () => {
    const state = resources({ cronJobs: [cronJob({ recentExecutions: [execution()] })], functions: [fn()] })
    assert.deepEqual(activityTree(state, [], options), { roots: [], running: 0 })
  })

  it('has deployments first, then runs, calls and followed logs, each with what it does and for how long', () => {
    const state = resources({
      functions: [fn()],
      cronJobs: [cronJob({ recentExecutions: [running({ trigger: 'manual' }), execution({ id: 'e2' })] })],
      deployments: [deployment({ phase: 'installing', message: 'installing 3 of 12 packages' })],
      invocations: [invocation({ outcome: 'running', startedAt: at(-5), source: 'url' })],
    })
    const { roots, running: count } = activityTree(state, [log], options)
    assert.deepEqual(
      roots.map(({ label, description }) => [label, description]),
      [
        ['greet', '0:12 · deploying rev 8 · installing 3 of 12 packages'],
        ['nightly-report', '0:42 · run by hand'],
        ['greet', '0:05 · call · URL'],
        ['nightly-report', 'log followed'],
      ],
    )
    assert.equal(count, 3, 'a followed log does not count as running')
  })

  it('tells each kind by its icon, by words of their own for a screen reader, and by what its row can be asked', () => {
    const state = resources({
      functions: [fn()],
      cronJobs: [cronJob({ recentExecutions: [running()] })],
      deployments: [deployment()],
      invocations: [invocation({ outcome: 'running', startedAt: at(-5) })],
    })
    const { roots } = activityTree(state, [log], options)
    assert.equal(new Set(roots.map(({ icon }) => icon.codicon)).size, 4)
    assert.deepEqual(
      roots.map(({ spoken }) => spoken),
      [
        'greet, deploying rev 8, starting, 0:12',
        'nightly-report, run, 0:42',
        'greet, call, 0:05',
        'nightly-report, log followed',
      ],
    )
    assert.deepEqual(
      roots.map(({ context, target, action }) => [context, target, action]),
      [
        ['deployment;update', { kind: 'function', functionId: 'f1' }, 'followLogs'],
        ['execution;running;running', { kind: 'execution', cronJobId: 'j1', executionId: 'e1' }, 'showRunLog'],
        ['call;running', { kind: 'call', functionId: 'f1', invocationId: 'i1' }, 'showCallLog'],
        ['log;followed', { kind: 'cronJob', cronJobId: 'j1' }, 'followLogs'],
      ],
    )
  })

  it('shows nothing that has only just begun, and says when it has to be looked at again', () => {
    const just = running({ startedAt: new Date(now - 300).toISOString() })
    const young = deployment({ startedAt: new Date(now - 900).toISOString() })
    const state = resources({ cronJobs: [cronJob({ recentExecutions: [just] })], deployments: [young] })
    assert.deepEqual(activityTree(state, [], options), { roots: [], running: 0, nextAt: now + 100 })
    const later = activityTree(state, [], { ...options, now: now + 100 })
    assert.deepEqual([later.running, later.nextAt], [1, now + 700])
  })

  it('keeps the order in which things began, the oldest first', () => {
    const invocations = [
      invocation({ id: 'young', outcome: 'running', startedAt: at(-2) }),
      invocation({ id: 'old', outcome: 'running', startedAt: at(-9) }),
    ]
    const { roots } = activityTree(resources({ functions: [fn()], invocations }), [], options)
    assert.deepEqual(
      roots.map(({ id }) => id),
      ['activity:call:old', 'activity:call:young'],
    )
  })

  it('says that a run waits for another attempt or is being stopped', () => {
    const attempts = [{ number: 1, startedAt: at(-60) }]
    const recentExecutions = [
      running({ id: 'e1', phase: 'backoff', attempts, startedAt: at(-60) }),
      running({ id: 'e2', phase: 'stopping' }),
    ]
    const { roots } = activityTree(resources({ cronJobs: [cronJob({ recentExecutions })] }), [], options)
    assert.deepEqual(
      roots.map(({ description }) => description),
      ['waits to try again, attempt 1 failed · run', 'stopping · run'],
    )
  })

  it('names the project of what is not in the only folder of this window', () => {
    const state = resources({
      functions: [fn({ projectId: 'p2' })],
      deployments: [deployment({ functionId: 'f2', projectId: 'p2' }), deployment({ functionId: 'f3' })],
      invocations: [invocation({ outcome: 'running', startedAt: at(-5) })],
    })
    const texts = (given: typeof options): string[] =>
      activityTree(state, [], given).roots.map(({ description }) => description)
    const [theirs, ours, call] = texts(options)
    assert.deepEqual([theirs?.endsWith(' · another'), ours?.endsWith(' · starting')], [true, true])
    assert.equal(call, '0:05 · call · another')
    const both = texts({ ...options, openProjects: new Set(['p1', 'p2']) })
    assert.match(both[1] ?? '', / · hello-hks$/)
  })

  it('offers no log of a function that is deployed for the first time and not there yet', () => {
    const { roots } = activityTree(resources({ deployments: [deployment()] }), [], options)
    assert.deepEqual([roots[0]?.context, roots[0]?.action], ['deployment;new', undefined])
  })

  it('keeps only the followed logs while the gateway is away', () => {
    const { roots, running: count } = ownActivity([log], options)
    assert.deepEqual(
      roots.map(({ id }) => id),
      ['activity:log:j1'],
    )
    assert.equal(count, 0)
  })
})
