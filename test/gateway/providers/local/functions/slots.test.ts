import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSlots } from '../../../../../src/gateway/providers/local/functions/slots.ts'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'

describe('slots', () => {
  /** A folder with a file, a folder, an executable in it and a link. */
  const sourceIn = (folder: string, name = 'source'): string => {
    const source = join(folder, name)
    mkdirSync(join(source, 'bin'), { recursive: true })
    writeFileSync(join(source, 'index.mjs'), 'code', { mode: 0o444 })
    writeFileSync(join(source, 'bin/run'), 'run', { mode: 0o555 })
    symlinkSync('bin/run', join(source, 'run'))
    return source
  }
  const inodeOf = (file: string) => statSync(file).ino

  it('get the very files of a folder', async () => {
    using folder = temporaryFolder()
    const source = sourceIn(folder.path)
    const slot = await createSlots(join(folder.path, 'slots')).open('a')
    assert.deepEqual(readdirSync(slot.folder), [])
    const code = await slot.put(source)
    assert.deepEqual(readdirSync(slot.folder), ['code'])
    assert.equal(inodeOf(join(code, 'index.mjs')), inodeOf(join(source, 'index.mjs')))
    assert.equal(inodeOf(join(code, 'bin/run')), inodeOf(join(source, 'bin/run')))
    assert.equal(readFileSync(join(code, 'run'), 'utf8'), 'run')
    await slot.remove()
    assert.equal(readFileSync(join(source, 'index.mjs'), 'utf8'), 'code')
  })

  it('hand what one held to the next for the same folder', async () => {
    using folder = temporaryFolder()
    const slots = createSlots(join(folder.path, 'slots'))
    const source = sourceIn(folder.path)
    const first = await slots.open('a')
    const copied = inodeOf(await first.put(source))
    const [second, third, other] = [await slots.open('b'), await slots.open('c'), await slots.open('d')]
    await first.remove()
    assert.notEqual(inodeOf(await other.put(sourceIn(folder.path, 'other'))), copied)
    assert.equal(inodeOf(await second.put(source)), copied)
    assert.notEqual(inodeOf(await third.put(source)), copied)
  })

  it('keep no copy of a folder that is gone, and nothing once they are cleared', async () => {
    using folder = temporaryFolder()
    const root = join(folder.path, 'slots')
    const slots = createSlots(root)
    const source = sourceIn(folder.path)
    const slot = await slots.open('a')
    await slot.put(source)
    await slot.remove()
    assert.equal(readdirSync(root).length, 1)
    rmSync(source, { recursive: true })
    await slots.prune()
    assert.deepEqual(readdirSync(root), [])
    await slots.open('b')
    await slots.clear()
    assert.throws(() => readdirSync(root), { code: 'ENOENT' })
  })

  it('are as they were when something can not be put in', async () => {
    using folder = temporaryFolder()
    const slot = await createSlots(join(folder.path, 'slots')).open('a')
    await assert.rejects(slot.put(join(folder.path, 'nowhere')), { code: 'ENOENT' })
    await slot.remove()
    assert.deepEqual(readdirSync(join(folder.path, 'slots')), [])
  })
})
