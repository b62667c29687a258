import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { createSharedScan, listProcesses } from '../../../../../src/gateway/platform/processTable.ts'
import { createLoadLimit } from '../../../../../src/gateway/providers/local/functions/loadLimit.ts'
import { createResourceWatch } from '../../../../../src/gateway/platform/sandbox/resourceWatch.ts'
import { launchPlain } from '../../../../../src/gateway/providers/local/functions/launchPlain.ts'
import { startRuntime } from '../../../../../src/gateway/providers/local/functions/startRuntime.ts'
import { createWarmPool } from '../../../../../src/gateway/providers/local/functions/warmPool.ts'
import { eventually } from '../../../../support/eventually.ts'
import { createFakeClock } from '../../../../support/fakeClock.ts'

const runtimesFolder = resolve(import.meta.dirname, '../../../../../runtimes')
const minute = 60_000

describe('the warm pool', function () {
  this.timeout(60_000)
  const runIds = new Set<string>()
  const processes = () => listProcesses().filter(({ runId }) => runId !== undefined && runIds.has(runId))
  afterEach(() => assert.deepEqual(processes(), []))

  interface Given {
    readonly fail?: { next?: Error }
    readonly most?: number
    readonly fits?: () => boolean
  }
  /** A pool of Node.js processes under a clock that stands still. */
  const open = ({ fail = {}, most = 8, fits = () => true }: Given = {}) => {
    const clock = createFakeClock(0)
    const reported: unknown[] = []
    let now = 0
    let starting = 0
    let mostStarting = 0
    const pool = createWarmPool<'node' | 'other'>({
      clock,
      most,
      fits,
      report: error => reported.push(error),
      start: async (_kind, signal) => {
        if (fail.next) throw fail.next
        starting += 1
        mostStarting = Math.max(mostStarting, starting)
        const runId = randomUUID()
        runIds.add(runId)
        try {
          return await startRuntime(
            launchPlain({
              program: process.execPath,
              args: [resolve(runtimesFolder, 'node/main.mjs'), '--fd', '3'],
              cwd: runtimesFolder,
              environment: { PATH: process.env['PATH'] ?? '', HKS_RUN_ID: runId },
              runId,
              scan: createSharedScan(),
              watch: createResourceWatch().watch,
              assemble: ({ folder }) => Promise.resolve(folder),
            }),
            { onLines: () => undefined, report: error => reported.push(error) },
            createLoadLimit(30, signal),
          )
        } finally {
          starting -= 1
        }
      },
    })
    return {
      pool,
      reported,
      mostStarting: () => mostStarting,
      pass: (milliseconds: number) => clock.advanceTo((now += milliseconds)),
      /** Waits until so many are there. */
      ready: (kind: 'node' | 'other', count: number) =>
        eventually(() => assert.equal(pool.ready.get(kind) ?? 0, count)),
      [Symbol.asyncDispose]: () => pool.stop(),
    }
  }

  it('keeps one of each kind that may be needed, and none of another', async () => {
    await using rig = open()
    assert.equal(rig.pool.take('node'), undefined)
    rig.pool.keep(new Set(['node', 'other']))
    await rig.pass(100)
    await rig.ready('node', 1)
    await rig.ready('other', 1)
    rig.pool.keep(new Set(['other']))
    await rig.ready('node', 0)
    await eventually(() => assert.equal(processes().length, 1))
  })

  it('gives each away once, and fills up again', async () => {
    await using rig = open()
    rig.pool.keep(new Set(['node']))
    await rig.pass(100)
    await rig.ready('node', 1)
    const first = rig.pool.take('node')
    assert.ok(first)
    assert.equal(rig.pool.take('node'), undefined)
    await rig.pass(100)
    await rig.ready('node', 2)
    const second = rig.pool.take('node')
    assert.ok(second)
    assert.notEqual(second, first)
    await Promise.all([first.end(), second.end()])
  })

  it('is as large as the last burst, started one at a time, and small again when it is calm', async () => {
    await using rig = open()
    for (let call = 0; call < 4; call++) rig.pool.take('node')
    await rig.pass(100)
    await rig.ready('node', 4)
    assert.equal(rig.mostStarting(), 1)
    await rig.pass(5 * minute)
    await rig.ready('node', 1)
    await rig.pass(60 * minute)
    await rig.ready('node', 0)
  })

  it('is never larger than it may be', async () => {
    await using rig = open({ most: 2 })
    for (let call = 0; call < 4; call++) rig.pool.take('node')
    await rig.pass(100)
    await rig.ready('node', 2)
    await using none = open({ most: 0 })
    none.pool.keep(new Set(['node']))
    assert.equal(none.pool.take('node'), undefined)
    await none.pass(100)
    assert.equal(none.pool.ready.get('node'), 0)
  })

  it('replaces one that was killed', async () => {
    await using rig = open()
    rig.pool.keep(new Set(['node']))
    await rig.pass(100)
    await rig.ready('node', 1)
    const [waiting] = processes()
    process.kill(waiting!.pid, 'SIGKILL')
    await rig.ready('node', 0)
    await rig.pass(minute)
    await rig.ready('node', 1)
    assert.notEqual(processes()[0]?.pid, waiting!.pid)
  })

  it('replaces what does not fit any more, and leaves alone what does', async () => {
    let fits = true
    await using rig = open({ fits: () => fits })
    rig.pool.keep(new Set(['node']))
    await rig.pass(100)
    await rig.ready('node', 1)
    const [waiting] = processes()
    rig.pool.sweep()
    assert.equal(rig.pool.ready.get('node'), 1)
    fits = false
    rig.pool.sweep()
    assert.equal(rig.pool.ready.get('node'), 0)
    fits = true
    await rig.pass(100)
    await rig.ready('node', 1)
    await eventually(() => assert.equal(processes().length, 1))
    assert.notEqual(processes()[0]?.pid, waiting!.pid)
  })

  it('reports a failed start and tries again later', async () => {
    const fail: { next?: Error } = { next: new Error('no more processes') }
    await using rig = open({ fail })
    rig.pool.keep(new Set(['node']))
    await rig.pass(100)
    await eventually(() => assert.deepEqual(rig.reported, [fail.next]))
    delete fail.next
    await rig.pass(minute)
    await rig.ready('node', 1)
  })

  it('leaves nothing when it stops, also of what is starting', async () => {
    const rig = open()
    for (let call = 0; call < 3; call++) rig.pool.take('node')
    await rig.pass(100)
    await eventually(() => assert.ok(processes().length > 0))
    await rig.pool.stop()
    assert.deepEqual(processes(), [])
    assert.deepEqual(rig.reported, [])
  })
})
