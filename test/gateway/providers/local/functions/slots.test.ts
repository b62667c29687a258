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
    const code = await slot.put({ folder: source })
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
    const copied = inodeOf(await first.put({ folder: source }))
    const [second, third, other] = [await slots.open('b'), await slots.open('c'), await slots.open('d')]
    await first.remove()
    assert.notEqual(inodeOf(await other.put({ folder: sourceIn(folder.path, 'other') })), copied)
    assert.equal(inodeOf(await second.put({ folder: source })), copied)
    assert.notEqual(inodeOf(await third.put({ folder: source })), copied)
  })

  it('put packages beside the code, and hand each on by itself', async () => {
    using folder = temporaryFolder()
    const slots = createSlots(join(folder.path, 'slots'))
    const packages = { folder: sourceIn(folder.path, 'packages'), place: '.in/packages', name: 'a' }
    const [one, two] = [sourceIn(folder.path, 'one'), sourceIn(folder.path, 'two')]
    const first = await slots.open('a')
    const second = await slots.open('b')
    const code = await first.put({ folder: one, packages })
    await second.put({ folder: one, packages })
    const copied = inodeOf(join(code, '.in/packages'))
    assert.equal(inodeOf(join(code, '.in/packages/index.mjs')), inodeOf(join(packages.folder, 'index.mjs')))
    await first.remove()
    await second.remove()
    const third = await slots.open('c')
    assert.equal(inodeOf(join(await third.put({ folder: two, packages }), '.in/packages')), copied)
    const fourth = await slots.open('d')
    const path = await fourth.put({ folder: one, packages })
    assert.equal(readFileSync(join(path, '.in/packages/index.mjs'), 'utf8'), 'code')
    const fifth = await slots.open('e')
    assert.deepEqual(readdirSync(await fifth.put({ folder: one })).sort(), ['bin', 'index.mjs', 'run'])
  })

  it('keep no copy of a folder that is gone, and nothing once they are cleared', async () => {
    using folder = temporaryFolder()
    const root = join(folder.path, 'slots')
    const slots = createSlots(root)
    const source = sourceIn(folder.path)
    const slot = await slots.open('a')
    await slot.put({ folder: source })
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
    await assert.rejects(slot.put({ folder: join(folder.path, 'nowhere') }), { code: 'ENOENT' })
    await slot.remove()
    assert.deepEqual(readdirSync(join(folder.path, 'slots')), [])
  })
})
