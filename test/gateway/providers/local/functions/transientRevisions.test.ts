import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { HksError } from '../../../../../src/contract/errors.ts'
import type { FunctionRecord } from '../../../../../src/gateway/domain/function.ts'
import { eventually } from '../../../../support/eventually.ts'
import { functionSpec, jsonOf, patient, sourceOf } from '../../../../support/functionInputs.ts'
import { type LocalFunctionsRig, openLocalFunctions } from '../../../../support/localFunctionsRig.ts'

const answering = (value: unknown) => `export const handler = () => ${JSON.stringify(value)}`
const deployTransient = async (rig: LocalFunctionsRig, text: string): Promise<FunctionRecord> => {
  const spec = functionSpec()
  const source = await sourceOf(text, spec.runtime, spec.handler)
  return (await rig.functions.deploy(rig.projectId, spec, source, { ...patient, transient: true })).settled
}
const listed = async (rig: LocalFunctionsRig, id: string) =>
  (await rig.functions.get(id))!.revisions.map(({ number, status, transient }) =>
    [number, status, ...(transient ? ['transient'] : [])].join(' '),
  )
const sources = (rig: LocalFunctionsRig) => readdir(join(rig.folder, 'functions'))

describe('transient revisions', function () {
  this.timeout(120_000)

  it('take the place of the one before, and leave those that were deployed in the list', async () => {
    await using rig = await openLocalFunctions()
    const { id } = await rig.deploy(answering('first'))
    await rig.deploy(answering('second'))
    for (let save = 1; save <= 8; save++) await deployTransient(rig, answering(save))
    assert.deepEqual(await listed(rig, id), ['10 ready transient', '2 ready', '1 ready'])
    assert.equal(jsonOf(await rig.call(id)), 8)
    await rig.deploy(answering('third'))
    assert.deepEqual(await listed(rig, id), ['11 ready', '2 ready', '1 ready'])
    await eventually(async () => assert.equal((await sources(rig)).length, 3))
    assert.deepEqual(rig.reported, [])
  })

  it('that fail leave the one before serving, and go with the next', async () => {
    await using rig = await openLocalFunctions()
    const { id } = await rig.deploy(answering('deployed'))
    await deployTransient(rig, answering('saved'))
    for (const message of ['a', 'b']) {
      const failing = deployTransient(rig, `throw new Error('${message}')`)
      await assert.rejects(failing, { code: 'DEPLOY_FAILED' } satisfies Partial<HksError>)
    }
    assert.deepEqual(await listed(rig, id), ['4 failed transient', '2 ready transient', '1 ready'])
    assert.equal(jsonOf(await rig.call(id)), 'saved')
    await deployTransient(rig, answering('mended'))
    assert.deepEqual(await listed(rig, id), ['5 ready transient', '1 ready'])
    assert.equal(jsonOf(await rig.call(id)), 'mended')
    await eventually(async () => assert.equal((await sources(rig)).length, 2))
  })

  it('of a source that was there before serve it again', async () => {
    await using rig = await openLocalFunctions()
    const { id } = await deployTransient(rig, answering(0))
    for (let save = 1; save <= 12; save++) {
      await deployTransient(rig, answering(save % 2))
      assert.equal(jsonOf(await rig.call(id)), save % 2)
    }
    assert.deepEqual(rig.reported, [])
  })

  it('say nothing in the log of the function when they serve', async () => {
    await using rig = await openLocalFunctions()
    const { id } = await rig.deploy(answering(0))
    await deployTransient(rig, answering(1))
    assert.deepEqual(
      (await rig.log(id)).map(({ text }) => text),
      ['Revision 1 is serving.'],
    )
  })

  it('refuse no call while they take each other’s place, and the next call has the new code', async () => {
    await using rig = await openLocalFunctions()
    const { id } = await deployTransient(rig, answering(0))
    const hammering = new AbortController()
    const statuses = new Map<number, number>()
    const hammer = async () => {
      while (!hammering.signal.aborted) {
        const { status } = await rig.call(id)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
    }
    const hammers = Array.from({ length: 4 }, hammer)
    for (let save = 1; save <= 50; save++) {
      await deployTransient(rig, answering(save))
      assert.equal(jsonOf(await rig.call(id)), save)
    }
    hammering.abort()
    await Promise.all(hammers)
    assert.deepEqual([...statuses.keys()], [200])
    assert.deepEqual(rig.reported, [])
  })

  it('let calls under way end on the code that took them', async () => {
    await using rig = await openLocalFunctions()
    const { id } = await deployTransient(
      rig,
      `import { existsSync } from 'node:fs'
      export async function handler(path) {
        console.log('waits')
        while (!existsSync(path)) await new Promise(resolve => setTimeout(resolve, 5))
        return (await import('./index.mjs')).handler === handler
      }`,
    )
    const flag = join(rig.folder, 'flag')
    const call = rig.call(id, flag)
    await eventually(async () => assert.ok((await rig.log(id)).some(({ text }) => text === 'waits')))
    await deployTransient(rig, answering('new'))
    assert.equal(jsonOf(await rig.call(id)), 'new')
    await deployTransient(
      rig,
      `import { writeFileSync } from 'node:fs'
      export const handler = path => { writeFileSync(path, ''); return 'newer' }`,
    )
    assert.equal(jsonOf(await rig.call(id, flag)), 'newer')
    assert.equal(jsonOf(await call), true)
  })
})

describe('the revision that serves', function () {
  this.timeout(120_000)

  it('serves after a restart, however many failed since', async () => {
    const first = await openLocalFunctions()
    await using _first = first
    const { id } = await first.deploy(answering('kept'))
    for (let failure = 1; failure <= 6; failure++) {
      await assert.rejects(first.deploy(`throw new Error('${failure}')`), { code: 'DEPLOY_FAILED' })
    }
    await first.functions.stop(0)
    await using again = await openLocalFunctions({ folder: first.folder, projectId: first.projectId })
    assert.equal(jsonOf(await again.call(id)), 'kept')
  })
})
