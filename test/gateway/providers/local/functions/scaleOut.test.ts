import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type FunctionScaling, defaultScaling } from '../../../../../src/gateway/domain/functionScaling.ts'
import type { InvocationResponse } from '../../../../../src/gateway/domain/function.ts'
import { listProcesses } from '../../../../../src/gateway/platform/processTable.ts'
import { eventually } from '../../../../support/eventually.ts'
import { createFakeClock } from '../../../../support/fakeClock.ts'
import { jsonOf } from '../../../../support/functionInputs.ts'
import { type LocalFunctionsRig, openLocalFunctions } from '../../../../support/localFunctionsRig.ts'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'

/** Answers its process; first it does what it is told, or waits until the file exists that it is told. */
const gated = `import { existsSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
export async function handler(event, { signal }) {
  if (event === 'crash') process.exit(3)
  if (event === 'hang') for (;;);
  if (event) {
    writeFileSync(event + '.begun', String(process.pid))
    while (!existsSync(event)) await sleep(5, undefined, { signal })
  }
  return process.pid
}`
const second = 1000

describe('local functions under load', function () {
  this.timeout(120_000)

  /** Functions whose calls wait for the test, under a clock that stands still. */
  const open = async (overrides: Parameters<typeof openLocalFunctions>[0] = {}) => {
    const clock = createFakeClock('2026-01-01T00:00:00Z')
    const rig = await openLocalFunctions({ clock, processors: 2, warmProcesses: 0, ...overrides })
    let gates = 0
    return {
      ...rig,
      pass: (milliseconds: number) => clock.advanceTo(clock.now() + milliseconds),
      deployGated: async (scaling: Partial<FunctionScaling>, source = gated, timeoutSeconds = 30) => {
        const spec = { scaling: { ...defaultScaling, ...scaling }, timeoutSeconds }
        return (await rig.deploy(source, spec)).id
      },
      /** A call that goes on until `end` is called. */
      hold: (id: string, signal?: AbortSignal) => {
        const gate = join(rig.folder, `gate-${(gates += 1)}`)
        return {
          answer: rig.call(id, gate, signal),
          hasBegun: () => existsSync(`${gate}.begun`),
          begun: () => eventually(() => assert.ok(existsSync(`${gate}.begun`))),
          end: () => writeFileSync(gate, ''),
        }
      },
    }
  }
  const replicas = async ({ functions }: LocalFunctionsRig, id: string) => (await functions.get(id))?.replicas
  const processesOf = ({ homeId }: LocalFunctionsRig) => listProcesses().filter(entry => entry.homeId === homeId)
  const pidOf = async (answer: Promise<InvocationResponse>) => jsonOf(await answer)

  it('run in as many processes as they may, then wait, first come first served', async () => {
    await using rig = await open()
    const id = await rig.deployGated({ containerConcurrency: 1, maxScale: 2 })
    const [a, b] = [rig.hold(id), rig.hold(id)]
    await Promise.all([a.begun(), b.begun()])
    assert.equal(await replicas(rig, id), 2)
    const [c, d] = [rig.hold(id), rig.hold(id)]
    await rig.pass(second)
    assert.deepEqual([c.hasBegun(), d.hasBegun(), processesOf(rig).length], [false, false, 2])
    a.end()
    const first = await a.answer
    await c.begun()
    assert.equal(d.hasBegun(), false)
    c.end()
    const third = await c.answer
    assert.equal(jsonOf(third), jsonOf(first))
    b.end()
    d.end()
    const [other, last] = await Promise.all([b.answer, d.answer])
    assert.notEqual(jsonOf(other), jsonOf(first))
    assert.deepEqual(
      [first, other, third, last].map(({ coldStart }) => coldStart),
      [false, true, false, false],
    )
    assert.equal(first.queueMs, 0)
    assert.ok(third.queueMs > 0)
  })

  it('answer 429 and when to come again once as many wait as may', async () => {
    await using rig = await open()
    const id = await rig.deployGated({ containerConcurrency: 1, maxScale: 1 })
    const held = Array.from({ length: 11 }, () => rig.hold(id))
    const refused = await rig.call(id)
    assert.deepEqual([refused.status, refused.code], [429, 'FUNCTION_OVERLOADED'])
    assert.equal(refused.headers['retry-after'], '1')
    for (const call of held) call.end()
    const answers = await Promise.all(held.map(({ answer }) => answer))
    assert.equal(new Set(answers.map(jsonOf)).size, 1)
  })

  it('answer 503 when no process had room in time', async () => {
    await using rig = await open({ queueSeconds: 20 })
    const id = await rig.deployGated({ containerConcurrency: 1, maxScale: 1 })
    const held = rig.hold(id)
    await held.begun()
    const late = rig.call(id)
    await eventually(async () => {
      await rig.pass(20 * second)
      assert.equal((await Promise.race([late, Promise.resolve(undefined)]))?.code, 'FUNCTION_UNAVAILABLE')
    })
    assert.deepEqual([(await late).status, (await late).coldStart], [503, false])
    assert.match((await late).message ?? '', /within 20 seconds/)
    held.end()
    assert.equal((await held.answer).status, 200)
  })

  it('leave the queue when their caller leaves', async () => {
    await using rig = await open()
    const id = await rig.deployGated({ containerConcurrency: 1, maxScale: 1 })
    const held = rig.hold(id)
    await held.begun()
    const abort = new AbortController()
    const left = rig.hold(id, abort.signal)
    const next = rig.hold(id)
    abort.abort()
    assert.equal((await left.answer).code, 'CANCELLED')
    held.end()
    await next.begun()
    assert.equal(left.hasBegun(), false)
    next.end()
    await next.answer
  })

  it('lose surplus processes one by one, and the last after its own time', async () => {
    await using rig = await open({ idleSeconds: 300 })
    const id = await rig.deployGated({ containerConcurrency: 1, maxScale: 3 })
    const held = [rig.hold(id), rig.hold(id), rig.hold(id)]
    await Promise.all(held.map(call => call.begun()))
    for (const call of held) call.end()
    await Promise.all(held.map(({ answer }) => answer))
    await rig.pass(59 * second)
    assert.equal(await replicas(rig, id), 3)
    await rig.pass(second)
    assert.equal(await replicas(rig, id), 2)
    await rig.pass(10 * second)
    assert.equal(await replicas(rig, id), 1)
    const kept = await pidOf(rig.call(id))
    assert.equal(kept, await pidOf(held[0]!.answer))
    await rig.pass(299 * second)
    assert.equal(await replicas(rig, id), 1)
    await rig.pass(second)
    assert.equal(await replicas(rig, id), 0)
    await eventually(() => assert.deepEqual(processesOf(rig), []))
  })

  it('keep serving in the other processes when one crashes or hangs', async () => {
    await using rig = await open()
    const id = await rig.deployGated({ containerConcurrency: 1, maxScale: 2 }, gated, 3)
    const healthy = rig.hold(id)
    await healthy.begun()
    const crashed = await rig.call(id, 'crash')
    assert.equal(crashed.code, 'FUNCTION_CRASHED')
    healthy.end()
    const pid = await pidOf(healthy.answer)
    assert.equal(await pidOf(rig.call(id)), pid)
    const hanging = rig.call(id, 'hang')
    await rig.pass(minute)
    const others = await Promise.all([rig.call(id), rig.call(id), rig.call(id)])
    assert.deepEqual(
      others.map(({ code }) => code),
      [undefined, undefined, undefined],
    )
    assert.equal((await hanging).code, 'TIMEOUT')
    await eventually(() => assert.ok(processesOf(rig).every(entry => entry.pid !== pid)))
  })

  it('are served by the new revision alone after a deploy, while the old one ends its calls', async () => {
    await using rig = await open()
    const id = await rig.deployGated({ containerConcurrency: 1, maxScale: 2 })
    const held = [rig.hold(id), rig.hold(id)]
    await Promise.all(held.map(call => call.begun()))
    const waiting = rig.call(id)
    await rig.deployGated({ containerConcurrency: 1, maxScale: 2 }, 'export const handler = () => "new"')
    assert.equal(jsonOf(await waiting), 'new')
    assert.equal(await replicas(rig, id), 1)
    for (const call of held) call.end()
    const answers = await Promise.all(held.map(({ answer }) => answer))
    assert.deepEqual(
      answers.map(({ status, revision }) => [status, revision]),
      [
        [200, 1],
        [200, 1],
      ],
    )
    await eventually(() => assert.equal(processesOf(rig).length, 1))
  })

  it('are started anew in every process when a secret changes', async () => {
    await using rig = await open()
    await rig.secrets.write(rig.projectId, 'db', { password: 'old' })
    const scaling = { ...defaultScaling, containerConcurrency: 1, maxScale: 2 }
    const source = gated.replace('return process.pid', 'return process.env.KEY')
    const { id } = await rig.deploy(source, { scaling, secrets: [{ name: 'KEY', from: 'db/password' }] })
    const held = [rig.hold(id), rig.hold(id)]
    await Promise.all(held.map(call => call.begun()))
    await rig.secrets.write(rig.projectId, 'db', { password: 'new' })
    await eventually(async () => assert.equal(await replicas(rig, id), 0))
    assert.deepEqual(await Promise.all([rig.call(id), rig.call(id)].map(pidOf)), ['new', 'new'])
    for (const call of held) call.end()
    assert.deepEqual(await Promise.all(held.map(({ answer }) => pidOf(answer))), ['old', 'old'])
  })
})

const minute = 60 * second

describe('local functions with a minimum of processes', function () {
  this.timeout(120_000)
  const atLeast = (minScale: number) => ({ scaling: { ...defaultScaling, minScale } })
  const replicas = async ({ functions }: LocalFunctionsRig, id: string) => (await functions.get(id))?.replicas

  it('have them after a deploy and with the start of the gateway, and keep them without calls', async () => {
    using folder = temporaryFolder()
    const clock = createFakeClock('2026-01-01T00:00:00Z')
    let known: { readonly id: string; readonly projectId: string }
    {
      await using rig = await openLocalFunctions({ folder: folder.path, clock, warmProcesses: 0 })
      const { id } = await rig.deploy('export const handler = () => process.pid', atLeast(2))
      known = { id, projectId: rig.projectId }
      await eventually(async () => assert.equal(await replicas(rig, id), 2))
      await clock.advanceTo(clock.now() + 60 * minute)
      assert.equal(await replicas(rig, id), 2)
    }
    const { id, projectId } = known
    await using rig = await openLocalFunctions({ folder: folder.path, projectId, clock, warmProcesses: 0 })
    await eventually(async () => assert.equal(await replicas(rig, id), 2))
    assert.equal((await rig.call(id)).coldStart, false)
    assert.deepEqual(rig.reported, [])
  })

  it('get another for one that crashed, later when it crashed soon', async () => {
    const clock = createFakeClock('2026-01-01T00:00:00Z')
    await using rig = await openLocalFunctions({ clock, warmProcesses: 0 })
    const { id } = await rig.deploy('export const handler = event => event ? process.exit(1) : process.pid', atLeast(1))
    await clock.advanceTo(clock.now() + minute)
    await rig.call(id, 'crash')
    await eventually(async () => assert.equal(await replicas(rig, id), 1))
    await rig.call(id, 'crash again')
    assert.equal(await replicas(rig, id), 0)
    await clock.advanceTo(clock.now() + second)
    await eventually(async () => assert.equal(await replicas(rig, id), 1))
    assert.equal((await rig.call(id)).coldStart, false)
  })
})
