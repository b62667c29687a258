import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import type { Change } from '../../../../../src/gateway/domain/changes.ts'
import { findSupervisor } from '../../../../../src/gateway/platform/findSupervisor.ts'
import { eventually } from '../../../../support/eventually.ts'
import { lackOfSandbox } from '../../../../support/lackOfSandbox.ts'
import { jsonOf } from '../../../../support/functionInputs.ts'
import { type LocalFunctionsRig, openLocalFunctions } from '../../../../support/localFunctionsRig.ts'

const sandboxFolder = resolve(import.meta.dirname, '../../../../../runtimes/sandbox')

/** Waits as long as it is told to, then answers its process. */
const source = `export const handler = async ms => {
  await new Promise(resolve => setTimeout(resolve, ms ?? 0))
  return process.pid
}`

describe('functions on a machine that gets a sandbox while they run', function () {
  this.timeout(60_000)
  let isInstalled: boolean
  let rig: LocalFunctionsRig

  before(async function () {
    const lack = await lackOfSandbox('landlock')
    if (lack === undefined) return
    this.test!.parent!.title += ` (skipped: sandbox: ${lack})`
    this.skip()
  })
  beforeEach(async () => {
    isInstalled = false
    const supervisor = async () => (isInstalled ? findSupervisor(sandboxFolder) : undefined)
    rig = await openLocalFunctions({ sandbox: 'landlock', supervisor })
  })
  afterEach(async () => {
    await rig[Symbol.asyncDispose]()
    assert.deepEqual(rig.reported, [])
  })

  const install = async (): Promise<void> => {
    isInstalled = true
    await rig.functions.sandbox.check()
  }
  const isLandlock = (change: Change): boolean => change.kind === 'sandbox' && change.sandbox.level === 'landlock'

  it('run in it from the next call on, and end the calls that they have', async () => {
    const { id } = await rig.deploy(source)
    const before = await rig.call(id)
    assert.equal(before.sandbox, 'none')
    const underWay = rig.call(id, 1500)
    await install()
    await rig.seen(isLandlock)
    const after = await rig.call(id)
    assert.equal(after.sandbox, 'landlock')
    const last = await underWay
    assert.deepEqual([last.sandbox, jsonOf(last)], ['none', jsonOf(before)])
    const log = (await rig.log(id)).map(({ text }) => text)
    assert.ok(log.includes('The sandbox of this machine is better now: the next call starts the function in it.'))
  })

  it('find a process in it ready: what waited before is replaced', async () => {
    await rig.deploy(source, { name: 'first' })
    await eventually(() => assert.ok((rig.functions.load?.().ready.get('node') ?? 0) > 0))
    await install()
    await eventually(() => assert.ok((rig.functions.load?.().ready.get('node') ?? 0) > 0))
    const second = await rig.deploy(source, { name: 'second' })
    assert.equal((await rig.call(second.id)).sandbox, 'landlock')
  })

  it('may ask for no network then', async () => {
    const none = { network: 'none' } as const
    await assert.rejects(rig.deploy(source, none), /network: none needs a sandbox/)
    await install()
    const { id } = await rig.deploy(source, none)
    assert.equal((await rig.call(id)).sandbox, 'landlock')
  })

  it('stay where they are when nothing has changed', async () => {
    await install()
    const { id } = await rig.deploy(source)
    const pid = jsonOf(await rig.call(id))
    await rig.functions.sandbox.check()
    assert.equal(jsonOf(await rig.call(id)), pid)
    assert.equal(rig.changes.filter(isLandlock).length, 1)
  })
})
