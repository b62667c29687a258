import assert from 'node:assert/strict'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createEgresses } from '../../../../../src/gateway/platform/sandbox/egress/egresses.ts'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'

describe('the ways out of sandboxes', () => {
  it('are opened as soon as their folder can be made', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'egress')
    await using egresses = createEgresses(path)
    writeFileSync(path, 'in the way')
    await assert.rejects(egresses.open('a'), { code: 'EEXIST' })
    rmSync(path)
    const egress = await egresses.open('a')
    assert.ok(existsSync(egress.socket))
    await egress.close()
    assert.ok(!existsSync(egress.socket))
  })
})
