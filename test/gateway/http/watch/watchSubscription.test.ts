import assert from 'node:assert/strict'
import type { Project } from '../../../../src/contract/projects.ts'
import type { WatchMessage } from '../../../../src/contract/watch.ts'
import { createChangeLog } from '../../../../src/gateway/http/watch/changeLog.ts'
import { openWatchSubscription } from '../../../../src/gateway/http/watch/watchSubscription.ts'
import { eventually } from '../../../support/eventually.ts'

describe('a watch subscription', () => {
  const project = (id: string): Project => ({
    id,
    name: id,
    connection: 'local',
    status: 'ready',
    createdAt: '2026-01-01T00:00:00.000Z',
  })
  const gone = (id: string, projectId = 'p') =>
    ({ message: { type: 'delete', kind: 'cronJob', id }, projectId }) as const
  const short = (message: WatchMessage) => {
    if (message.type === 'snapshot') return `snapshot ${message.projects.map(each => each.id).join(' ')}`
    return message.type === 'delete' ? message.id : message.type
  }

  /** A watcher of a log; each reading of everything waits until it is answered here. */
  function rig(options: { readonly cursor?: string; readonly projects?: readonly string[] } = {}) {
    const log = createChangeLog('boot')
    const readings: PromiseWithResolvers<string[]>[] = []
    const messages: WatchMessage[] = []
    const losses: unknown[] = []
    const open = () =>
      openWatchSubscription(
        log,
        async () => {
          const reading = Promise.withResolvers<string[]>()
          readings.push(reading)
          return {
            connections: [],
            projects: (await reading.promise).map(project),
            cronJobs: [],
            functions: [],
            deployments: [],
            invocations: [],
            calls: [],
          }
        },
        {
          cursor: options.cursor,
          projects: options.projects ?? 'all',
          send: message => messages.push(message),
          lost: error => losses.push((error as Error).message),
        },
      )
    return { log, readings, messages, losses, open, seen: () => messages.map(short) }
  }

  it('sends after a snapshot what happened while it was read, and nothing from before', async () => {
    const { log, readings, messages, open, seen } = rig()
    log.append(gone('before'))
    const opening = open()
    log.append(gone('meanwhile'))
    readings[0]!.resolve(['p'])
    using _subscription = await opening
    log.append(gone('after'))
    assert.deepEqual(seen(), ['snapshot p', 'meanwhile', 'after'])
    assert.deepEqual(
      messages.map(message => 'cursor' in message && message.cursor),
      ['boot:1', 'boot:2', 'boot:3'],
    )
  })

  it('reads no snapshot for a cursor that is known', async () => {
    const { log, readings, open, seen } = rig({ cursor: 'boot:1' })
    log.append(gone('known'))
    log.append(gone('missed'))
    using _subscription = await open()
    log.append(gone('after'))
    assert.deepEqual(seen(), ['missed', 'after'])
    assert.equal(readings.length, 0)
  })

  it('sends a new snapshot after a break', async () => {
    const { log, readings, open, seen } = rig({ cursor: 'boot:0' })
    using _subscription = await open()
    log.append(gone('before'))
    log.cut()
    log.append(gone('meanwhile'))
    readings[0]!.resolve(['p'])
    await eventually(() => assert.deepEqual(seen(), ['before', 'snapshot p', 'meanwhile']))
  })

  it('reads again when the sequence breaks while a snapshot is read, and never two at once', async () => {
    const { log, readings, open, seen } = rig()
    const opening = open()
    log.append(gone('a'))
    log.cut()
    log.append(gone('b'))
    log.cut()
    assert.equal(readings.length, 1)
    readings[0]!.resolve(['first'])
    using _subscription = await opening
    log.append(gone('c'))
    assert.equal(readings.length, 2)
    readings[1]!.resolve(['second'])
    await eventually(() => assert.deepEqual(seen(), ['snapshot first', 'a', 'snapshot second', 'c']))
    assert.equal(readings.length, 2)
  })

  it('shows a watcher its projects only', async () => {
    const { log, readings, open, seen } = rig({ projects: ['p'] })
    const opening = open()
    readings[0]!.resolve(['p', 'q'])
    using _subscription = await opening
    log.append(gone('mine'))
    log.append(gone('foreign', 'q'))
    log.append({ ...gone('unknown'), projectId: undefined })
    assert.deepEqual(seen(), ['snapshot p', 'mine'])
  })

  it('rejects and listens no more when the first snapshot can not be read', async () => {
    const { log, readings, open, seen } = rig()
    const opening = open()
    readings[0]!.reject(new Error('unreadable'))
    await assert.rejects(opening, { message: 'unreadable' })
    log.append(gone('after'))
    assert.deepEqual(seen(), [])
  })

  it('loses the watcher when a later snapshot can not be read', async () => {
    const { log, readings, losses, open } = rig({ cursor: 'boot:0' })
    using _subscription = await open()
    log.cut()
    readings[0]!.reject(new Error('unreadable'))
    await eventually(() => assert.deepEqual(losses, ['unreadable']))
  })

  it('sends nothing once it is disposed', async () => {
    const { log, open, seen } = rig({ cursor: 'boot:0' })
    const subscription = await open()
    subscription[Symbol.dispose]()
    log.append(gone('after'))
    assert.deepEqual(seen(), [])
  })
})
