import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readManifestFolder } from '../../src/scaffold/manifestFolder.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

describe('a folder of manifests', () => {
  it('is its files of YAML, by name', async () => {
    using folder = temporaryFolder()
    for (const name of ['2-b.yml', '1-a.yaml', 'README.md']) writeFileSync(join(folder.path, name), name)
    assert.deepEqual(await readManifestFolder(folder.path, '--from'), [
      { name: '1-a.yaml', content: '1-a.yaml' },
      { name: '2-b.yml', content: '2-b.yml' },
    ])
  })

  it('is refused when it is none, is empty or is too large', async () => {
    using folder = temporaryFolder()
    const read = (path: string) => readManifestFolder(path, '--from')
    await assert.rejects(read(folder.path), {
      code: 'INVALID_REQUEST',
      message: /^--from: .* has no file that ends in/,
    })
    await assert.rejects(read(join(folder.path, 'none')), { code: 'INVALID_REQUEST', message: /is no folder/ })
    writeFileSync(join(folder.path, 'a.yaml'), 'x'.repeat(17 * 1024 * 1024))
    await assert.rejects(read(folder.path), { code: 'PAYLOAD_TOO_LARGE' })
    await assert.rejects(read(join(folder.path, 'a.yaml')), { code: 'INVALID_REQUEST', message: /is no folder/ })
  })
})
