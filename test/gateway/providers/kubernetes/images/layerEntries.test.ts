import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { LayerEntry } from '../../../../../src/gateway/providers/kubernetes/images/image.ts'
import { entriesOfFiles, entriesOfFolder } from '../../../../../src/gateway/providers/kubernetes/images/layerEntries.ts'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'

const read = async (entries: readonly LayerEntry[]) =>
  Promise.all(
    entries.map(async entry =>
      'linkTo' in entry
        ? [entry.path, '->', entry.linkTo]
        : [entry.path, entry.executable, entry.size, await text(entry.open())],
    ),
  )

describe('the entries of a layer', () => {
  it('are the files of a source below a folder of the image, empty ones too', async () => {
    const files = [
      { path: 'a/main.py', executable: false, data: Buffer.from('print()') },
      { path: 'run', executable: true, data: new Uint8Array() },
    ]
    assert.deepEqual(await read(entriesOfFiles(files, 'function')), [
      ['function/a/main.py', false, 7, 'print()'],
      ['function/run', true, 0, ''],
    ])
  })

  it('are the files of a folder and the links within it', async () => {
    using folder = temporaryFolder()
    const at = (path: string) => join(folder.path, path)
    await mkdir(at('node_modules/.bin'), { recursive: true })
    await mkdir(at('node_modules/tool'))
    await writeFile(at('node_modules/tool/cli.js'), '#!')
    await chmod(at('node_modules/tool/cli.js'), 0o700)
    await writeFile(at('node_modules/tool/data.json'), '{}', { mode: 0o600 })
    await symlink('../tool/cli.js', at('node_modules/.bin/tool'))
    const entries = await read(await entriesOfFolder(folder.path, 'function'))
    assert.deepEqual(entries.sort(), [
      ['function/node_modules/.bin/tool', '->', '../tool/cli.js'],
      ['function/node_modules/tool/cli.js', true, 2, '#!'],
      ['function/node_modules/tool/data.json', false, 2, '{}'],
    ])
  })

  for (const target of ['/etc/passwd', '../outside', 'inner/../../outside', '..']) {
    it(`have no link to ${target}`, async () => {
      using folder = temporaryFolder()
      await symlink(target, join(folder.path, 'link'))
      await assert.rejects(entriesOfFolder(folder.path, 'x'), {
        code: 'INVALID_SOURCE',
        details: { field: 'source', entry: 'link' },
      })
    })
  }

  it('have no socket', async () => {
    using folder = temporaryFolder()
    const server = createServer().listen(join(folder.path, 'socket'))
    await once(server, 'listening')
    try {
      await assert.rejects(entriesOfFolder(folder.path, 'x'), {
        code: 'INVALID_SOURCE',
        message: /"socket" is neither/,
      })
    } finally {
      server.close()
    }
  })
})
