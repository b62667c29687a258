import assert from 'node:assert/strict'
import { HksError } from '../../../src/contract/errors.ts'
import { problemNodes, statusText } from '../../../src/extension/model/gatewayState.ts'
import { untranslated } from '../../../src/extension/model/localize.ts'
import {
  applyChange,
  fromSnapshot,
  goesOn,
  noResources,
  type Resources,
} from '../../../src/extension/model/resources.ts'
import { staleTree } from '../../../src/extension/model/staleTree.ts'
import { cronJobTree, functionTree } from '../../../src/extension/model/tree.ts'
import { treeDifference } from '../../../src/extension/model/treeDifference.ts'
import type { DeploymentProgress } from '../../../src/contract/watch.ts'
import {
  at,
  calls,
  connection,
  cronJob,
  deployment,
  execution,
  failed,
  fn,
  invocation,
  options,
  project,
  running,
} from './samples.ts'

const resources = (given: Partial<Parameters<typeof fromSnapshot>[0]> = {}): Resources =>
  fromSnapshot({
    type: 'snapshot',
    cursor: 'b:1',
    connections: [],
    projects: [project(), project({ id: 'p2', name: 'another' })],
    cronJobs: [cronJob()],
    functions: [fn()],
    deployments: [],
    invocations: [],
    calls: [],
    ...given,
  })

describe('the trees', () => {
  it('have projects as their first level, the ones of this window open and in front', () => {
    const { roots } = cronJobTree(resources({ cronJobs: [cronJob({ id: 'j2', projectId: 'p2' }), cronJob()] }), options)
    assert.deepEqual(
      roots.map(r => [r.label, r.open, r.children.length]),
      [
        ['hello-hks', 'expanded', 1],
        ['another', 'collapsed', 1],
      ],
    )
  })

  it('are empty when no project has anything, so that the welcome text appears', () => {
    assert.deepEqual(cronJobTree(resources({ cronJobs: [] }), options).roots, [])
    assert.deepEqual(functionTree(resources({ functions: [] }), options).roots, [])
    assert.deepEqual(functionTree(noResources, options).roots, [])
  })

  it('say that the folder of a project is missing', () => {
    const { roots } = functionTree(resources({ projects: [project({ status: 'missing' })] }), options)
    assert.equal(roots[0]?.description, 'folder is missing')
    assert.equal(roots[0]?.context, 'project;open;missing')
  })

  it('have a row for each project of this window once there is something to show', () => {
    const cronJobs = [cronJob({ id: 'j2', projectId: 'p2' })]
    const { roots } = cronJobTree(resources({ cronJobs }), options)
    assert.deepEqual(
      roots.map(r => [r.label, r.description, r.open, r.context]),
      [
        ['hello-hks', 'no CronJobs yet', undefined, 'project;open;present'],
        ['another', '', 'collapsed', 'project;present'],
      ],
    )
  })

  it('keep only names while the gateway is away: nothing seems to run and nothing is offered', () => {
    const state = resources({ cronJobs: [cronJob({ active: 1, recentExecutions: [running()] })] })
    const { roots, broken } = staleTree(cronJobTree(state, options), options.t)
    const [project] = roots
    const [job] = project!.children
    assert.deepEqual([project!.label, job!.label, job!.description, broken], ['hello-hks', 'nightly-report', '', 0])
    assert.deepEqual([job!.icon.codicon, job!.context], ['circle-large-outline', 'stale'])
    assert.equal(job!.children[0]?.action, undefined)
    assert.match(job!.spoken, /^nightly-report, Not known/)
  })

  it('count what is broken', () => {
    const cronJobs = [cronJob(), cronJob({ id: 'j2', recentExecutions: [failed()] })]
    assert.equal(cronJobTree(resources({ cronJobs }), options).broken, 1)
    assert.equal(functionTree(resources({ functions: [fn({ status: 'failed' })] }), options).broken, 1)
  })

  it('give every row an id of its own', () => {
    const cronJobs = [
      cronJob({ recentExecutions: [execution()] }),
      cronJob({ id: 'j2', recentExecutions: [failed({ id: 'e2' })] }),
    ]
    const state = resources({ cronJobs })
    const ids: string[] = []
    const visit = (nodes: ReturnType<typeof cronJobTree>['roots']): void =>
      nodes.forEach(n => {
        ids.push(n.id)
        visit(n.children)
      })
    visit(cronJobTree(state, options).roots)
    visit(functionTree(state, options).roots)
    assert.equal(new Set(ids).size, ids.length)
  })
})

describe('a change of a tree', () => {
  const draw = (state: Resources, now = options.now) => cronJobTree(state, { ...options, now }).roots

  it('draws nothing again when nothing looks different', () => {
    assert.deepEqual(treeDifference(draw(resources()), draw(resources())), [])
  })

  it('draws only the rows again that time has changed', () => {
    const state = resources({ cronJobs: [cronJob(), cronJob({ id: 'j2', suspend: true })] })
    assert.deepEqual(treeDifference(draw(state), draw(state, options.now + 60_000)), ['cronJob:j1'])
  })

  it('draws a row again with what is below it when its children come or go', () => {
    const draw = (state: Resources) => functionTree(state, options).roots
    const before = resources({ calls: [calls()] })
    const called = calls({ latest: [invocation({ id: 'i2', startedAt: at(-1) }), invocation()] })
    const after = applyChange(before, { type: 'put', cursor: 'b:2', kind: 'calls', object: called })
    assert.deepEqual(treeDifference(draw(before), draw(after)), ['function:f1'])
  })

  it('draws everything again only when projects come or go', () => {
    const two = resources({ cronJobs: [cronJob(), cronJob({ id: 'j2', name: 'z' })] })
    const moved = applyChange(two, {
      type: 'put',
      cursor: 'b:2',
      kind: 'cronJob',
      object: cronJob({ id: 'j2', name: 'a' }),
    })
    assert.deepEqual(treeDifference(draw(resources()), draw(two)), ['cronJobs:project:p1'])
    assert.deepEqual(treeDifference(draw(two), draw(moved)), ['cronJobs:project:p1'])
    assert.equal(treeDifference(draw(two), []), 'everything')
  })
})

describe('the resources that a watch tells', () => {
  const cursor = 'b:2'

  it('take in a new thing and a changed one', () => {
    const state = applyChange(noResources, { type: 'put', cursor, kind: 'project', object: project() })
    const renamed = applyChange(state, { type: 'put', cursor, kind: 'project', object: project({ name: 'new' }) })
    assert.equal(state.projects.get('p1')?.name, 'hello-hks')
    assert.equal(renamed.projects.get('p1')?.name, 'new')
  })

  it('put a run among the five newest of its CronJob', () => {
    const five = [1, 2, 3, 4, 5].map(i => execution({ id: `e${i}`, startedAt: at(-i * 100) }))
    const state = resources({ cronJobs: [cronJob({ recentExecutions: five })] })
    const started = applyChange(state, { type: 'put', cursor, kind: 'execution', object: running({ id: 'e0' }) })
    const ended = applyChange(started, {
      type: 'put',
      cursor,
      kind: 'execution',
      object: execution({ id: 'e0', startedAt: at(-42) }),
    })
    const ids = (s: Resources) => s.cronJobs.get('j1')?.recentExecutions.map(e => `${e.id} ${e.status}`)
    assert.deepEqual(ids(started), ['e0 running', ...['e1', 'e2', 'e3', 'e4'].map(e => `${e} succeeded`)])
    assert.equal(ids(ended)?.[0], 'e0 succeeded')
  })

  it('keep an older run while it is in progress', () => {
    const five = [1, 2, 3, 4, 5].map(i => execution({ id: `e${i}`, startedAt: at(-i * 100) }))
    const state = resources({
      cronJobs: [cronJob({ recentExecutions: [...five, running({ id: 'old', startedAt: at(-900) })] })],
    })
    const next = applyChange(state, { type: 'put', cursor, kind: 'execution', object: execution({ id: 'e0' }) })
    assert.deepEqual([next.cronJobs.get('j1')?.recentExecutions.length, goesOn(next)], [6, true])
  })

  it('leave a run of an unknown CronJob out', () => {
    const state = resources()
    assert.equal(
      applyChange(state, { type: 'put', cursor, kind: 'execution', object: execution({ applicationId: 'x' }) }),
      state,
    )
  })

  it('keep the progress of a deployment until it is done', () => {
    const progress = deployment({ revision: 8 })
    const begun = applyChange(resources(), { type: 'put', cursor, kind: 'deployment', object: progress })
    const done = applyChange(begun, { type: 'put', cursor, kind: 'deployment', object: { ...progress, done: true } })
    assert.equal(begun.deployments.size, 1)
    assert.equal(done.deployments.size, 0)
  })

  it('keep the newest of two deployments of one function, whichever ends first', () => {
    const put = (object: DeploymentProgress) => ({ type: 'put', cursor, kind: 'deployment', object }) as const
    const both = [deployment({ revision: 8 }), deployment({ revision: 9 })].map(put).reduce(applyChange, resources())
    const one = applyChange(both, put(deployment({ revision: 8, done: true })))
    assert.equal(one.deployments.get('f1')?.revision, 9)
    assert.equal(applyChange(one, put(deployment({ revision: 9, done: true }))).deployments.size, 0)
  })

  it('forget what is deleted', () => {
    const kinds = [
      ['cronJob', 'j1'],
      ['function', 'f1'],
      ['project', 'p1'],
    ] as const
    const rest = kinds.reduce(
      (state, [kind, id]) => applyChange(state, { type: 'delete', cursor, kind, id }),
      resources(),
    )
    assert.deepEqual([rest.cronJobs.size, rest.functions.size, rest.projects.size], [0, 0, 1])
  })
})

describe('the state of the gateway', () => {
  const error = new HksError('GATEWAY_START_FAILED', 'The gateway did not start: no space.', { hint: 'Free some.' })

  it('is a row with Retry and one with the log when it failed', () => {
    const rows = problemNodes('v', { kind: 'error', error }, untranslated)
    assert.deepEqual(
      rows.map(r => [r.label, r.action]),
      [
        ['The gateway did not start: no space.', undefined],
        ['Retry', 'refresh'],
        ['Show the gateway log', 'showGatewayLog'],
      ],
    )
    assert.match(rows[0]!.tooltip(), /Free some/)
  })

  it('is a row that starts it when it was stopped', () => {
    const rows = problemNodes('v', { kind: 'stopped', reason: 'As you asked.' }, untranslated)
    assert.deepEqual(
      rows.map(r => [r.label, r.description]),
      [
        ['The gateway is stopped', 'As you asked.'],
        ['Start the gateway', ''],
      ],
    )
  })

  it('is no row while it is starting, ready or looked for again', () => {
    for (const state of [
      { kind: 'idle' },
      { kind: 'starting' },
      { kind: 'ready', version: '1' },
      { kind: 'reconnecting', error },
    ] as const)
      assert.deepEqual(problemNodes('v', state, untranslated), [])
  })

  it('differs by its icon in the status bar, and warns only when something is wrong', () => {
    const states = [
      { kind: 'starting' },
      { kind: 'ready', version: '1' },
      { kind: 'reconnecting', error },
      { kind: 'stopped', reason: '' },
      { kind: 'error', error },
    ] as const
    const shown = states.map(state => statusText(state, undefined, untranslated))
    assert.deepEqual(
      shown.map(s => s.severity),
      ['none', 'none', 'warning', 'none', 'error'],
    )
    assert.match(shown[4]!.spoken, /^Hexabase HKS: The gateway did not start/)
  })
})

describe('the rows of clusters', () => {
  const staging = connection()
  const { path: _, ...namespace } = project({ id: 'n1', name: 'shop', connection: staging.id })
  const treeOf = (given: Parameters<typeof resources>[0], more = {}) =>
    cronJobTree(resources(given), { ...options, ...more })

  it('stand below the folders, with their namespaces, also when nothing is in them', () => {
    const { roots } = treeOf({ connections: [staging], projects: [project(), namespace], cronJobs: [] })
    assert.deepEqual(
      roots.map(row => [row.label, row.description, row.children.map(child => [child.label, child.description])]),
      [
        ['hello-hks', 'no CronJobs yet', []],
        ['staging', 'kind-dev', [['shop', 'no CronJobs yet']]],
      ],
    )
    assert.equal(roots[1]?.children[0]?.context, 'project;cluster;present')
  })

  it('offer to open a namespace where none is open', () => {
    const { roots } = treeOf({ connections: [staging], projects: [] })
    const [row] = roots.find(({ label }) => label === 'staging')!.children
    assert.deepEqual([row?.label, row?.action], ['Open Namespace …', 'openNamespace'])
  })

  it('say among functions that a cluster has no Knative, and lead to its installation unless nothing may be changed', () => {
    const lack = 'Functions need Knative Serving, which this cluster does not have.'
    const rowsOf = (readOnly: boolean) => {
      const connections = [connection({ readOnly })]
      const state = resources({
        connections,
        projects: [{ ...namespace, noFunctions: lack }],
        functions: [],
        cronJobs: [],
      })
      const labels = ({ roots }: ReturnType<typeof functionTree>) =>
        roots[0]?.children.map(row => [row.label, row.action])
      return [labels(functionTree(state, options)), labels(cronJobTree(state, options))]
    }
    const [problem, mend, shop] = [
      ['Knative is missing', undefined],
      ['Install Knative…', 'installKnative'],
      ['shop', undefined],
    ]
    assert.deepEqual(rowsOf(false), [[problem, mend, shop], [shop]])
    assert.deepEqual(rowsOf(true), [[problem, shop], [shop]])
  })

  it('say why a cluster does not answer, and keep what was known of it', () => {
    const failed = connection({ state: 'failed', message: 'https://k refuses connections.', hint: 'Start it.' })
    const jobs = [cronJob({ projectId: 'n1' })]
    const { roots } = treeOf({ connections: [failed], projects: [namespace], cronJobs: jobs })
    assert.equal(roots[0]?.spoken, 'cluster staging, not reachable')
    assert.deepEqual(
      roots[0]?.children.map(({ label, action }) => [label, action]),
      [
        ['https://k refuses connections.', undefined],
        ['Test Connection', 'testConnection'],
        ['shop', undefined],
      ],
    )
    assert.match(roots[0]?.tooltip() ?? '', /Start it/)
  })

  it('tell a namespace that is gone from one that may not be looked at', () => {
    const gone = { ...namespace, status: 'missing' as const, message: 'The namespace "shop" is not there any more.' }
    const denied = { ...namespace, id: 'n2', name: 'bank', status: 'unavailable' as const, message: 'You may not.' }
    const { roots } = treeOf({ connections: [staging], projects: [gone, denied], cronJobs: [] })
    assert.deepEqual(
      roots[0]?.children.map(({ description, context }) => [description, context]),
      [
        ['You may not.', 'project;cluster;gone'],
        ['namespace is gone', 'project;cluster;gone'],
      ],
    )
  })

  it('say what may not be done in a namespace, for the menus and in words', () => {
    const message = 'You may not create jobs.batch in the namespace "shop".'
    const limited = { ...namespace, denied: [{ action: 'triggerCronJob' as const, message }] }
    const jobs = [cronJob({ projectId: 'n1', recentExecutions: [execution()] })]
    const { roots } = treeOf({ connections: [staging], projects: [limited], cronJobs: jobs })
    const [row] = roots[0]!.children
    assert.equal(row?.context, 'project;cluster;no-triggerCronJob;present')
    assert.match(row.tooltip(), /You may not create jobs/)
    const [job] = row.children
    assert.match(job?.context ?? '', /^cronJob;.*;no-triggerCronJob$/)
    assert.match(job?.children[0]?.context ?? '', /^execution;.*;no-triggerCronJob$/)
  })

  it('take it that nothing may be changed through a connection that is read-only, but logs read', () => {
    const jobs = [cronJob({ projectId: 'n1' })]
    const connections = [connection({ readOnly: true })]
    const { roots } = treeOf({ connections, projects: [namespace], cronJobs: jobs })
    const [row] = roots[0]!.children
    assert.match(row?.children[0]?.context ?? '', /;no-createCronJob;.*;no-triggerCronJob;/)
    assert.doesNotMatch(row?.context ?? '', /no-readLogs/)
    assert.match(row?.tooltip() ?? '', /The connection staging is read\\-only/)
  })

  it('mark the namespace that is chosen, and say that changes are not allowed', () => {
    const { roots } = treeOf(
      { connections: [connection({ readOnly: true, context: 'staging' })], projects: [namespace], cronJobs: [] },
      { chosenProject: 'n1' },
    )
    assert.deepEqual([roots[0]?.description, roots[0]?.context], ['read-only', 'connection;ready;readOnly'])
    assert.equal(roots[0]?.children[0]?.spoken, 'namespace shop, chosen, no CronJobs yet')
  })

  it('give the status bar the place that was chosen, and whether it answers', () => {
    const ready = { kind: 'ready', version: '1.0' } as const
    const shown = (state: 'ready' | 'failed') =>
      statusText(ready, undefined, untranslated, {
        connection: connection({ state, ...(state === 'failed' ? { message: 'It is away.' } : {}) }),
        project: namespace,
      })
    assert.deepEqual(
      [shown('ready').text, shown('ready').severity],
      ['$(server-environment) HKS: staging/shop', 'none'],
    )
    assert.deepEqual([shown('failed').text, shown('failed').severity], ['$(warning) HKS: staging/shop', 'warning'])
    assert.match(shown('failed').spoken, /It is away/)
  })
})
