import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HksError } from '../../../../../src/contract/errors.ts'
import { createInterpreters } from '../../../../../src/gateway/providers/local/functions/interpreters.ts'
import { isOfVersion, newestFirst } from '../../../../../src/gateway/providers/local/functions/interpreterVersions.ts'
import { jsonOf } from '../../../../support/functionInputs.ts'
import { openLocalFunctions } from '../../../../support/localFunctionsRig.ts'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'

const realPython = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()

/**
 * A home folder with interpreters in it. Each says that it is of a version, writes down that it was asked, and runs as
 * the real Python with the variable WHICH.
 */
async function home() {
  const folder = temporaryFolder()
  const asked = join(folder.path, 'asked')
  await writeFile(asked, '')
  const add = async (path: string, version: string) => {
    const at = join(folder.path, path)
    await mkdir(join(at, '..'), { recursive: true })
    const script = `#!/bin/sh
if [ "$1" = -c ]; then echo ${version} >> ${asked}; printf '%s\\n%s\\n' ${at} ${version}; exit; fi
WHICH=${version} exec ${realPython} "$@"
`
    await writeFile(at, script, { mode: 0o755 })
  }
  return {
    path: folder.path,
    add,
    environment: async () => ({ PATH: `${join(folder.path, 'bin')}:/usr/bin:/bin`, HOME: folder.path }),
    asked: () => readFileSync(asked, 'utf8').split('\n').filter(Boolean).sort(),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}

const gatewayNode = { path: process.execPath, environment: {} }

describe('the interpreter that a function asks for', function () {
  this.timeout(60_000)

  it('is of the version that begins so', () => {
    assert.ok(isOfVersion('3.12.1', '3') && isOfVersion('3.12.1', '3.12') && isOfVersion('3.12.1', '3.12.1'))
    assert.ok(!isOfVersion('3.12.1', '3.1') && !isOfVersion('3.12.1', '3.12.10') && !isOfVersion('3.12.1', '2'))
    const versions = ['3.9.2', '3.12.1', '3.12.10'].map(version => ({ version }))
    assert.deepEqual(
      versions.sort(newestFirst).map(({ version }) => version),
      ['3.12.10', '3.12.1', '3.9.2'],
    )
  })

  it('is the newest of these, wherever a manager of versions keeps it', async () => {
    using at = await home()
    await at.add('bin/python3', '3.51.0')
    await at.add('bin/python3.52', '3.52.1')
    await at.add('.pyenv/versions/3.52.4/bin/python3', '3.52.4')
    await at.add('.local/share/uv/python/cpython-3.52.10/bin/python3', '3.52.10')
    await at.add('.pyenv/versions/2.7.18/bin/python3', '2.7.18')
    const interpreters = createInterpreters({ environment: at.environment, gatewayNode })
    const find = async (version?: string) => (await interpreters.find('python', version)).version
    assert.deepEqual(
      [await find(), await find('3.51'), await find('3.52'), await find('3.52.4')],
      ['3.51.0', '3.51.0', '3.52.10', '3.52.4'],
    )
    await assert.rejects(find('3.60'), (error: unknown) => {
      assert.ok(error instanceof HksError)
      assert.equal(error.code, 'RUNTIME_MISSING')
      assert.match(
        error.message,
        /^runtimeVersion: python 3\.60 is not on this machine, which has 3\.52\.10, 3\.52\.4, 3\.52\.1, 3\.51\.0/,
      )
      return true
    })
    const others = (await interpreters.list()).find(({ name }) => name === 'python')?.others ?? []
    assert.deepEqual(others.filter(version => version.startsWith('3.5')).sort(), ['3.52.1', '3.52.10', '3.52.4'])
  })

  it('is asked once what it is, and found when it comes later', async () => {
    using at = await home()
    await at.add('bin/python3', '3.51.0')
    const interpreters = createInterpreters({ environment: at.environment, gatewayNode })
    await assert.rejects(interpreters.find('python', '3.52'), { code: 'RUNTIME_MISSING' })
    await at.add('.pyenv/versions/3.52.4/bin/python3', '3.52.4')
    const { path } = await interpreters.find('python', '3.52')
    assert.equal(path, join(at.path, '.pyenv/versions/3.52.4/bin/python3'))
    const before = at.asked()
    await interpreters.list()
    await interpreters.find('python', '3.52')
    assert.deepEqual(at.asked(), before)
  })

  it('is looked for again when it is gone, as after an upgrade', async () => {
    using at = await home()
    await at.add('bin/python3', '3.51.0')
    await at.add('.pyenv/versions/3.52.4/bin/python3', '3.52.4')
    const interpreters = createInterpreters({ environment: at.environment, gatewayNode })
    assert.equal((await interpreters.find('python', '3.52')).version, '3.52.4')
    await rm(join(at.path, '.pyenv/versions/3.52.4'), { recursive: true })
    await at.add('.pyenv/versions/3.52.5/bin/python3', '3.52.5')
    const found = await Promise.all([1, 2].map(() => interpreters.find('python', '3.52')))
    assert.deepEqual(
      found.map(({ version }) => version),
      ['3.52.5', '3.52.5'],
    )
  })

  it('is a Node of nvm, too', async () => {
    using at = await home()
    const bin = join(at.path, '.nvm/versions/node/v99/bin')
    await mkdir(bin, { recursive: true })
    await symlink(process.execPath, join(bin, 'node'))
    const interpreters = createInterpreters({
      environment: at.environment,
      gatewayNode: { path: '/none', environment: {} },
    })
    assert.equal((await interpreters.find('node', process.versions.node)).path, process.execPath)
  })

  it('runs it, beside functions that ask for none', async () => {
    using at = await home()
    await at.add('bin/python3', '3.51.0')
    await at.add('.pyenv/versions/3.52.4/bin/python3', '3.52.4')
    await using rig = await openLocalFunctions({ environment: at.environment })
    const source = 'import os\n\ndef handler(event):\n    return os.environ["WHICH"]\n'
    const usual = await rig.deploy(source, { runtime: 'python', name: 'usual' })
    const asking = await rig.deploy(source, { runtime: 'python', name: 'asking', runtimeVersion: '3.52' })
    assert.deepEqual([jsonOf(await rig.call(usual.id)), jsonOf(await rig.call(asking.id))], ['3.51.0', '3.52.4'])
    const missing = rig.deploy(source, { runtime: 'python', name: 'asking', runtimeVersion: '3.60' })
    await assert.rejects(missing, { code: 'RUNTIME_MISSING' })
    assert.equal(jsonOf(await rig.call(asking.id)), '3.52.4')
  })
})
