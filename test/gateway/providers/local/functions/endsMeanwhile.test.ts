import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { HksError } from '../../../../../src/contract/errors.ts'
import { openLocalFunctions } from '../../../../support/localFunctionsRig.ts'
import { processesAt } from '../../../../support/processesAt.ts'

const answering = (text: string): string => `export const handler = () => ${JSON.stringify(text)}`

describe('a function that is deleted', () => {
  it('while somebody begins to debug it is not debugged', async () => {
    let onRead = (_id: string) => Promise.resolve()
    await using rig = await openLocalFunctions({
      warmProcesses: 0,
      stateOf: ({ functions }) => ({
        ...functions,
        get: async id => {
          const found = await functions.get(id)
          await onRead(id)
          return found
        },
      }),
    })
    const { id } = await rig.deploy(answering('deployed'))
    const folder = join(rig.folder, 'project/fn')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'index.mjs'), answering('edited'))
    onRead = async read => {
      onRead = () => Promise.resolve()
      await rig.functions.remove(read)
    }
    const request = { folder, projectFolder: join(rig.folder, 'project') }
    const debugging = rig.functions.debug!(id, request, new AbortController().signal)
    await assert.rejects(debugging, (error: HksError) => error.code === 'NOT_FOUND')
    assert.deepEqual(processesAt(folder), [])
    assert.deepEqual(rig.reported, [])
  })
})

describe('a gateway that stops while a revision begins to serve', () => {
  it('waits until it does, and leaves no process of it', async () => {
    const stored = Promise.withResolvers<void>()
    const goesOn = Promise.withResolvers<void>()
    await using rig = await openLocalFunctions({
      warmProcesses: 0,
      stateOf: ({ functions }) => ({
        ...functions,
        update: async (fn, revision) => {
          await functions.update(fn, revision)
          stored.resolve()
          await goesOn.promise
        },
      }),
    })
    const deploying = rig.deploy(answering('first'))
    await stored.promise
    const stopping = rig.functions.stop(0)
    // That it does not end has no event.
    const first = await Promise.race([stopping.then(() => 'stopped'), delay(300, 'waits')])
    goesOn.resolve()
    await Promise.all([deploying, stopping])
    assert.equal(first, 'waits')
    assert.deepEqual(processesAt(rig.folder), [])
    assert.deepEqual(rig.reported, [])
  })
})
