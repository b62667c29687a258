import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Runtime } from '../../../../../src/contract/functions.ts'
import type { TargetParts, TargetPlatform, TargetSource } from '../../../../../src/gateway/domain/targetBuilds.ts'
import { defaultHandler } from '../../../../../src/gateway/domain/functionSource.ts'
import { findGo } from '../../../../support/goRuntime.ts'
import { sourceOfFiles } from '../../../../support/functionInputs.ts'
import { type LocalFunctionsRig, openLocalFunctions } from '../../../../support/localFunctionsRig.ts'
import { npmFiles, openNpmRegistry } from '../../../../support/npmRegistry.ts'
import { openPythonIndex } from '../../../../support/pythonIndex.ts'

const never = new AbortController().signal

describe('what is built for another machine', function () {
  this.timeout(120_000)
  let rig: LocalFunctionsRig
  before(async () => {
    rig = await openLocalFunctions()
  })
  after(() => rig[Symbol.asyncDispose]())

  const build = async <T>(
    runtime: Runtime,
    files: Readonly<Record<string, string>>,
    target: Partial<TargetSource>,
    use: (parts: TargetParts | undefined) => T,
    signal = never,
  ) => {
    const handler = defaultHandler[runtime]
    const source = await sourceOfFiles(files, runtime, handler)
    const told: string[] = []
    const tell = {
      progress: ({ phase }: { phase: string }) => told.push(phase),
      line: (line: string) => told.push(line),
    }
    const wanted = { source, runtime, handler, platform: 'linux/amd64' as TargetPlatform, ...target }
    return { told, used: await rig.functions.targetBuilds.build(wanted, signal, tell, async parts => use(parts)) }
  }
  const filesOf = (parts: TargetParts | undefined) =>
    readdirSync(parts!.folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name).slice(parts!.folder.length + 1))
      .sort()
  const read = (file: string) => (parts: TargetParts | undefined) => readFileSync(join(parts!.folder, file), 'utf8')

  const python = (option: string, ...lines: readonly string[]) => ({
    'main.py': 'import native\n\ndef handler(event):\n    return native.where\n',
    'requirements.txt': [option, ...lines].join('\n'),
  })

  it('are the wheels of its machine and of its Python, and none of this one', async () => {
    await using index = await openPythonIndex()
    const tags = [
      'cp314-cp314-manylinux_2_28_aarch64',
      'cp314-cp314-manylinux_2_28_x86_64',
      'cp313-cp313-manylinux2014_x86_64',
      'cp39-abi3-manylinux_2_17_aarch64',
    ]
    for (const tag of tags) {
      const name = tag.includes('abi3') ? 'stable' : 'native'
      index.publish(name, '1.0', { [`${name}.py`]: `where = ${JSON.stringify(tag)}\n` }, tag)
    }
    index.publish('plain', '1.0', { 'plain.py': 'x = 1\n' })
    const files = python(index.option, 'native', 'plain')
    const wheel = async (platform: TargetPlatform, runtimeVersion: string) =>
      (await build('python', files, { platform, runtimeVersion }, read('native.py'))).used.trim()
    assert.equal(await wheel('linux/arm64', '3.14'), `where = "${tags[0]}"`)
    assert.equal(await wheel('linux/amd64', '3.14.2'), `where = "${tags[1]}"`)
    assert.equal(await wheel('linux/amd64', '3.13'), `where = "${tags[2]}"`)
    const all = await build(
      'python',
      python(index.option, 'stable', 'plain'),
      { platform: 'linux/arm64', runtimeVersion: '3.14' },
      parts => [parts?.place, ...filesOf(parts)],
    )
    // Nothing compiled, which would say when.
    assert.deepEqual(
      all.used.filter(file => !file?.includes('.dist-info/')),
      ['.hks/packages', 'plain.py', 'stable.py'],
    )
    assert.ok(all.told.includes('installing'))
    assert.ok(
      all.told.some(line => line.startsWith('pip: ')),
      all.told.join('\n'),
    )
  })

  it('is said when there is no wheel for its machine', async () => {
    await using index = await openPythonIndex()
    index.publish('native', '1.0', { 'native.py': '' }, 'cp314-cp314-manylinux_2_28_x86_64')
    const building = build(
      'python',
      python(index.option, 'native'),
      { platform: 'linux/arm64', runtimeVersion: '3.14' },
      filesOf,
    )
    await assert.rejects(building, {
      code: 'DEPLOY_FAILED',
      message: /Could not find a version .* native/,
      hint: /for Python 3\.14 on linux\/arm64/,
    })
  })

  it('is installed once, without network the next time', async () => {
    const index = await openPythonIndex()
    index.publish('plain', '1.0', { 'plain.py': 'x = 2\n' })
    const files = python(index.option, 'plain')
    const one = await build('python', files, { runtimeVersion: '3.14' }, filesOf)
    await index[Symbol.asyncDispose]()
    const two = await build('python', { ...files, 'main.py': '# changed' }, { runtimeVersion: '3.14' }, filesOf)
    assert.deepEqual(two.used, one.used)
    assert.deepEqual(two.told, [])
  })

  it('are the packages of JavaScript that are for its system', async () => {
    await using registry = await openNpmRegistry()
    const entries = Object.fromEntries(
      ['x64', 'arm64'].flatMap(cpu =>
        ['linux', 'darwin'].map(os => {
          const name = `native-${os}-${cpu}`
          const manifest = { name, version: '1.0.0', os: [os], cpu: [cpu], ...(os === 'linux' && { libc: ['glibc'] }) }
          const entry = registry.publish(name, '1.0.0', { 'package.json': JSON.stringify(manifest), 'index.js': '' })
          return [
            name,
            {
              ...entry,
              os: manifest.os,
              cpu: manifest.cpu,
              optional: true,
              ...(os === 'linux' && { libc: ['glibc'] }),
            },
          ]
        }),
      ),
    )
    const native = {
      ...registry.publish('native', '1.0.0', { 'index.js': 'module.exports = 1' }),
      optionalDependencies: Object.fromEntries(Object.keys(entries).map(name => [name, '1.0.0'])),
    }
    const { 'package.json': manifest, 'package-lock.json': lock } = npmFiles({ native, ...entries })
    const files = {
      'index.mjs': 'export const handler = () => 1',
      'package.json': manifest!.replace(/,"native-[^}]*/, ''),
      'package-lock.json': lock!.replace(/("":\{"dependencies":\{"native":"1\.0\.0")[^}]*/, '$1'),
      '.npmrc': `registry=${registry.origin}`,
    }
    const names = (parts: TargetParts | undefined) => [
      parts?.place,
      ...readdirSync(parts!.folder)
        .filter(name => !name.startsWith('.'))
        .sort(),
    ]
    for (const [platform, cpu] of [
      ['linux/amd64', 'x64'],
      ['linux/arm64', 'arm64'],
    ] as const) {
      const { used } = await build('node', files, { platform, runtimeVersion: '24' }, names)
      assert.deepEqual(used, ['node_modules', 'native', `native-linux-${cpu}`])
    }
  })

  it('is nothing where nothing is declared', async () => {
    const { used } = await build('node', { 'index.mjs': 'export const handler = () => 1' }, {}, parts => parts)
    assert.equal(used, undefined)
  })

  it('runs nothing of the packages', async () => {
    const files = python('', 'git+https://example.com/a/b')
    await assert.rejects(build('python', files, { runtimeVersion: '3.14' }, filesOf), {
      code: 'INVALID_SOURCE',
      message: /requirements\.txt says "git\+https:.*its programs would run here/,
    })
  })

  it('has a version of its interpreter', async () => {
    await assert.rejects(build('python', python('', 'plain'), {}, filesOf), {
      code: 'INVALID_REQUEST',
      details: { field: 'runtimeVersion' },
    })
  })

  it('leaves nothing behind, also when it is cancelled', async () => {
    await using index = await openPythonIndex()
    const stop = new AbortController()
    const asked = index.hang()
    const building = build('python', python(index.option, 'plain'), { runtimeVersion: '3.14' }, filesOf, stop.signal)
    await Promise.race([asked, building])
    stop.abort(new Error('enough'))
    await assert.rejects(building, /enough/)
    assert.deepEqual(readdirSync(join(rig.folder, 'targets')), [])
  })

  it('is in Go a program of its machine that needs nothing beside it', async function () {
    this.timeout(600_000)
    const { missing } = findGo()
    if (missing !== undefined) {
      this.test!.title += ` (skipped: go: ${missing})`
      this.skip()
    }
    const files = {
      'function.go':
        'package function\n\nimport "hexabase.io/hks"\n\nfunc Handle(ctx *hks.Context, event any) (any, error) { return event, nil }\n',
    }
    // ELF: the machine at 18, the table of segments at 32, of which one of type 3 names an interpreter.
    const facts = (parts: TargetParts | undefined) => {
      const bytes = readFileSync(join(parts!.folder, 'function'))
      const table = Number(bytes.readBigUInt64LE(32))
      const types = Array.from({ length: bytes.readUInt16LE(56) }, (_, i) =>
        bytes.readUInt32LE(table + i * bytes.readUInt16LE(54)),
      )
      return [parts?.place, bytes.toString('latin1', 1, 4), bytes.readUInt16LE(18), types.includes(3)]
    }
    const arm = await build('go', files, { platform: 'linux/arm64' }, facts)
    assert.deepEqual(arm.used, ['.hks', 'ELF', 183, false])
    assert.deepEqual(readdirSync(join(rig.folder, 'targets')), [])
  })
})
