import assert from 'node:assert/strict'
import { defaultScaling } from '../../../../../src/gateway/domain/functionScaling.ts'
import { listProcesses } from '../../../../../src/gateway/platform/processTable.ts'
import { eventually } from '../../../../support/eventually.ts'
import { createFakeClock } from '../../../../support/fakeClock.ts'
import { jsonOf } from '../../../../support/functionInputs.ts'
import { openLocalFunctions } from '../../../../support/localFunctionsRig.ts'

/** Takes long to load; answers its process and a secret. */
const slow = `await new Promise(resolve => setTimeout(resolve, 120))
export const handler = event => {
  if (event === 'crash') process.exit(1)
  return { pid: process.pid, key: process.env.KEY ?? null }
}`
const minute = 60_000

describe('spares of functions that load slowly', function () {
  this.timeout(60_000)

  const open = async ({ warmProcesses = 8, pressed = (): boolean => false } = {}) => {
    const clock = createFakeClock('2026-01-01T00:00:00Z')
    const rig = await openLocalFunctions({ clock, warmProcesses, isMemoryShort: pressed, idleSeconds: 300 })
    const pass = (milliseconds: number) => clock.advanceTo(clock.now() + milliseconds)
    const loaded = async (id: string) => {
      const lines = await rig.log(id)
      return lines.filter(({ text }) => text === 'loaded').length
    }
    return {
      ...rig,
      pass,
      loaded,
      /** Waits until the code was loaded so many times. */
      untilLoaded: (id: string, times: number) =>
        eventually(async () => {
          await pass(1)
          assert.equal(await loaded(id), times)
        }),
      deploy: async (source: string, name = 'fn', secrets = [] as { name: string; from: string }[]) =>
        (await rig.deploy(`${source}\nconsole.log('loaded')`, { name, secrets, scaling: defaultScaling })).id,
      call: async (id: string, event?: unknown) => {
        const answer = await rig.call(id, event)
        return { ...answer, ...(answer.status === 200 ? (jsonOf(answer) as { pid: number; key: string | null }) : {}) }
      },
      isRunning: (pid: number | undefined) => listProcesses().some(entry => entry.pid === pid),
    }
  }

  it('serve the call after a crash and the first after scale to zero, and are not counted', async () => {
    await using rig = await open()
    const id = await rig.deploy(slow)
    await rig.call(id)
    await rig.pass(1000)
    await rig.untilLoaded(id, 2)
    assert.equal((await rig.functions.get(id))?.replicas, 1)
    await rig.call(id, 'crash')
    const next = await rig.call(id)
    assert.deepEqual([next.status, await rig.loaded(id)], [200, 2])
    await rig.pass(1000)
    await rig.untilLoaded(id, 3)
    await rig.pass(5 * minute)
    assert.equal((await rig.functions.get(id))?.replicas, 0)
    const first = await rig.call(id)
    assert.deepEqual([first.coldStart, await rig.loaded(id)], [true, 3])
    assert.notEqual(first.pid, next.pid)
    assert.deepEqual(rig.reported, [])
  })

  it('are loaded anew with another revision or secret', async () => {
    await using rig = await open()
    await rig.secrets.write(rig.projectId, 'db', { key: 'old' })
    const id = await rig.deploy(slow, 'fn', [{ name: 'KEY', from: 'db/key' }])
    await rig.call(id)
    await rig.pass(1000)
    await rig.untilLoaded(id, 2)
    await rig.secrets.write(rig.projectId, 'db', { key: 'new' })
    await eventually(async () => assert.equal((await rig.functions.get(id))?.replicas, 0))
    assert.equal((await rig.call(id)).key, 'new')
    await rig.deploy(slow.replace('process.env.KEY ?? null', "'second'"), 'fn', [{ name: 'KEY', from: 'db/key' }])
    await rig.call(id)
    await rig.pass(1000)
    await rig.untilLoaded(id, 5)
    await rig.call(id, 'crash')
    assert.deepEqual([(await rig.call(id)).key, await rig.loaded(id)], ['second', 5])
  })

  it('end when their function was not used for half an hour', async () => {
    await using rig = await open()
    const id = await rig.deploy(slow)
    await rig.call(id)
    await rig.pass(1000)
    await rig.untilLoaded(id, 2)
    await rig.pass(32 * minute)
    await rig.call(id)
    assert.equal(await rig.loaded(id), 3)
  })

  it('are four at most, of the functions that were used last', async () => {
    await using rig = await open()
    const ids: string[] = []
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      ids.push(await rig.deploy(slow, name))
      await rig.call(ids.at(-1)!)
      await rig.pass(1)
    }
    await rig.pass(1000)
    for (const id of ids.slice(1)) await rig.untilLoaded(id, 2)
    assert.equal(await rig.loaded(ids[0]!), 1)
  })

  it('are not kept where nothing waits, where memory is short, and for functions that load at once', async () => {
    await using none = await open({ warmProcesses: 0 })
    await using pressed = await open({ pressed: () => true })
    await using quick = await open()
    for (const [rig, source] of [
      [none, slow],
      [pressed, slow],
      [quick, slow.replace('120', '0')],
    ] as const) {
      const id = await rig.deploy(source)
      const before = await rig.call(id)
      await rig.pass(minute)
      await rig.call(id, 'crash')
      await eventually(() => assert.ok(!rig.isRunning(before.pid)))
      await rig.call(id)
      assert.equal(await rig.loaded(id), 2)
    }
  })

  it('leave nothing when the gateway stops, also of one that is loading', async () => {
    const rig = await open()
    const id = await rig.deploy(slow)
    await rig.call(id)
    await rig.pass(1000)
    await rig[Symbol.asyncDispose]()
    assert.deepEqual(
      listProcesses().filter(({ homeId }) => homeId === rig.homeId),
      [],
    )
    assert.deepEqual(rig.reported, [])
  })
})
