import assert from 'node:assert/strict'
import type { HksError } from '../../../../../src/contract/errors.ts'
import { functionSpec } from '../../../../support/functionInputs.ts'
import { openLocalFunctions } from '../../../../support/localFunctionsRig.ts'

describe('debugging a function in Go', () => {
  it('is refused with another way', async () => {
    await using rig = await openLocalFunctions()
    const { projectId } = rig
    const stored = {
      id: 'gopher',
      projectId,
      spec: functionSpec({ name: 'gopher', runtime: 'go' }),
      status: 'ready' as const,
    }
    await rig.store.functions.insert({ ...stored, serving: 0, createdAt: 0, updatedAt: 0 })
    const request = { folder: rig.folder, projectFolder: rig.folder }
    await assert.rejects(rig.functions.debug!('gopher', request, new AbortController().signal), (error: HksError) => {
      assert.equal(error.code, 'UNSUPPORTED_PLATFORM')
      assert.match(error.message, /"gopher" is in Go/)
      assert.match(error.hint ?? '', /Go test/)
      return true
    })
  })
})
