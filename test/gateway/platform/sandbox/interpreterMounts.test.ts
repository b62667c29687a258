import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { interpreterMounts } from '../../../../src/gateway/platform/sandbox/interpreterMounts.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

describe('what an interpreter brings into a sandbox', () => {
  const folder = temporaryFolder()
  const home = join(folder.path, 'home')
  after(() => folder[Symbol.dispose]())

  function install(path: string): string {
    const file = join(home, path)
    mkdirSync(join(dirname(dirname(file)), 'lib'), { recursive: true })
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, '')
    return file
  }
  const shown = (program: string, hidden: readonly string[] = []) =>
    interpreterMounts(program, { homeFolder: home, hidden }).map(({ path, access }) => {
      assert.equal(access, 'read')
      return path.replace(home, '~')
    })

  it('is the folder of its version, and nothing of the rest of the home folder', () => {
    assert.deepEqual(shown(install('.pyenv/versions/3.12.1/bin/python3.12')), ['~/.pyenv/versions/3.12.1'])
    assert.deepEqual(shown(install('.nvm/versions/node/v24.1.0/bin/node')), ['~/.nvm/versions/node/v24.1.0'])
  })

  it('is only its file where other things lie beside it', () => {
    assert.deepEqual(shown(install('bin/node')), ['~/bin/node'])
    assert.deepEqual(shown(install('.local/bin/node')), ['~/.local/bin/node'])
    assert.deepEqual(shown(install('.vscode-server/bin/0123abcd/node')), ['~/.vscode-server/bin/0123abcd/node'])
    const data = join(home, 'tools/share/hks')
    assert.deepEqual(shown(install('tools/bin/node'), [data]), ['~/tools/bin/node'])
  })

  it('is both ends of a link', () => {
    const real = install('.pyenv/versions/3.13.0/bin/python3.13')
    const link = join(home, 'venv/bin/python')
    mkdirSync(dirname(link), { recursive: true })
    writeFileSync(join(home, 'venv/pyvenv.cfg'), '')
    symlinkSync(real, link)
    assert.deepEqual(shown(link), ['~/venv', '~/.pyenv/versions/3.13.0'])
  })

  it('is nothing where every sandbox has it', () => {
    assert.deepEqual(interpreterMounts('/usr/bin/env', { homeFolder: home, hidden: [] }), [])
  })
})
