import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HksError } from '../../../../../../src/contract/errors.ts'
import type { FunctionSpec } from '../../../../../../src/gateway/domain/function.ts'
import { removeFolder } from '../../../../../../src/gateway/providers/local/functions/codeStore.ts'
import { eventually } from '../../../../../support/eventually.ts'
import { lackOfSandbox } from '../../../../../support/lackOfSandbox.ts'
import { functionSpec, jsonOf, patient, sourceOfFiles } from '../../../../../support/functionInputs.ts'
import { type LocalFunctionsRig, openLocalFunctions } from '../../../../../support/localFunctionsRig.ts'
import { type LockEntry, npmFiles, type NpmRegistry, openNpmRegistry } from '../../../../../support/npmRegistry.ts'
import { canSeeProcesses, processesAt } from '../../../../../support/processesAt.ts'
import { temporaryFolder } from '../../../../../support/temporaryFolder.ts'

const supportFolder = join(import.meta.dirname, '../../../../../support')
const hello = { 'index.js': 'module.exports = () => "hello"' }
const index = "import hello from 'greeting'\nexport const handler = () => hello()"

for (const level of ['strict', 'landlock', 'none'] as const) {
  describe(`the packages of a package-lock.json, at the level ${level}`, function () {
    this.timeout(120_000)
    let registry: NpmRegistry
    let rig: LocalFunctionsRig
    before(async function () {
      const lack = await lackOfSandbox(level)
      if (lack !== undefined) {
        this.test!.parent!.title += ` (skipped: sandbox: ${lack})`
        return this.skip()
      }
    })
    beforeEach(async () => {
      registry = await openNpmRegistry()
      const folder = temporaryFolder()
      rig = await openLocalFunctions({ sandbox: level, folder: folder.path, cacheFolder: join(folder.path, 'cache') })
    })
    afterEach(async () => {
      const { folder } = rig
      await rig[Symbol.asyncDispose]()
      await registry[Symbol.asyncDispose]()
      assert.deepEqual(processesAt(folder), [])
      await removeFolder(folder)
    })

    const deploy = async (files: Readonly<Record<string, string>>, name = 'fn', given: Partial<FunctionSpec> = {}) => {
      const spec = functionSpec({ name, ...given })
      const source = await sourceOfFiles(
        { 'index.mjs': index, '.npmrc': `registry=${registry.origin}`, ...files },
        'node',
        spec.handler,
      )
      const { settled } = await rig.functions.deploy(rig.projectId, spec, source, patient)
      return settled
    }
    const greeting = () => registry.publish('greeting', '1.0.0', hello)
    const answer = async (id: string, event?: unknown) => jsonOf(await rig.call(id, event))
    const unfinished = () => {
      const path = join(rig.folder, 'dependencies/node')
      return existsSync(path) ? readdirSync(path).filter(name => name.startsWith('.')) : []
    }
    const fails = async (work: Promise<unknown>): Promise<HksError> => {
      const error = await work.then(
        () => undefined,
        (failure: unknown) => failure,
      )
      assert.ok(error instanceof HksError, String(error))
      return error
    }

    it('are there when the function is', async () => {
      const { id } = await deploy(npmFiles({ greeting: greeting() }))
      assert.equal(await answer(id), 'hello')
      const steps = rig.changes.flatMap(change => (change.kind === 'deployment' ? [change.step] : []))
      assert.deepEqual([...new Set(steps.map(({ phase }) => phase))], ['checking', 'installing', 'starting'])
      assert.equal(steps.find(({ phase }) => phase === 'installing')?.message, 'installing 0 of 1 packages')
      assert.ok((await rig.log(id)).some(({ text }) => /^npm: added 1 package/.test(text)))
    })

    it('are fetched once, and need no network for the next revision and the next function', async () => {
      const files = npmFiles({ greeting: greeting() })
      const { id } = await deploy(files)
      const asked = registry.asked.length
      await registry[Symbol.asyncDispose]()
      await deploy({ ...files, 'index.mjs': index.replace('hello()', 'hello() + " again"') })
      assert.equal(await answer(id), 'hello again')
      const other = await deploy({ ...files, 'other.mjs': '' }, 'other')
      assert.equal(await answer(other.id), 'hello')
      assert.equal(registry.asked.length, asked)
      const [key = ''] = readdirSync(join(rig.folder, 'dependencies/node'))
      const file = join(rig.folder, 'dependencies/node', key, 'greeting/index.js')
      const inode =
        "import { statSync } from 'node:fs'\nexport const handler = () => statSync('node_modules/greeting/index.js').ino"
      const looking = await deploy({ ...files, 'index.mjs': inode }, 'looking')
      assert.equal(await answer(looking.id), statSync(file).ino)
      registry = await openNpmRegistry()
    })

    it('are installed once for two functions that are deployed at the same time', async () => {
      const files = npmFiles({ greeting: greeting() })
      const [a, b] = await Promise.all([deploy(files, 'a'), deploy({ ...files, 'b.mjs': '' }, 'b')])
      assert.deepEqual([await answer(a.id), await answer(b.id)], ['hello', 'hello'])
      assert.equal(registry.asked.length, 1)
    })

    it('are kept when their function goes, but nothing that was made for it', async () => {
      const { id } = await deploy(npmFiles({ greeting: greeting() }))
      assert.equal(await answer(id), 'hello')
      const namesIn = (place: string) => {
        const path = join(rig.folder, place)
        return existsSync(path) ? readdirSync(path) : []
      }
      assert.equal(namesIn('dependencies/node-uses').length, 1)
      await rig.functions.remove(id)
      assert.deepEqual([namesIn('dependencies/node-uses'), namesIn('assembled')], [[], []])
      assert.equal(namesIn('dependencies/node').length, 1)
    })

    it('may be folders of the source', async () => {
      const { 'package-lock.json': text = '{}' } = npmFiles({ greeting: greeting() })
      const lock = JSON.parse(text) as { packages: Record<string, unknown> }
      const manifest = { dependencies: { greeting: '1.0.0', own: 'file:lib/own' } }
      Object.assign(lock.packages, {
        '': manifest,
        'lib/own': { version: '1.0.0' },
        'node_modules/own': { resolved: 'lib/own', link: true },
      })
      const { id } = await deploy({
        'package.json': JSON.stringify(manifest),
        'package-lock.json': JSON.stringify(lock),
        'lib/own/package.json': JSON.stringify({ name: 'own', version: '1.0.0', main: 'own.js' }),
        'lib/own/own.js': 'module.exports = () => "own"',
        'index.mjs':
          "import hello from 'greeting'\nimport own from 'own'\nexport const handler = () => [hello(), own()]",
      })
      assert.deepEqual(await answer(id), ['hello', 'own'])
    })

    it('run nothing of their own when they are installed, and those for development stay away', async () => {
      const manifest = { name: 'greeting', version: '1.0.0', scripts: { install: 'touch installed' } }
      const entry = registry.publish('greeting', '1.0.0', { ...hello, 'package.json': JSON.stringify(manifest) })
      const development = registry.publish('tester', '1.0.0', hello)
      const source = `import fs from 'node:fs'\nexport const handler = () => [fs.readdirSync('node_modules').filter(name => !name.startsWith('.')), fs.readdirSync('node_modules/greeting')]`
      const script = { ...entry, hasInstallScript: true }
      const { id } = await deploy({ ...npmFiles({ greeting: script }, { tester: development }), 'index.mjs': source })
      assert.deepEqual(await answer(id), [['greeting'], ['index.js', 'package.json']])
    })

    it('run what they bring when an .npmrc of the source says so, without the files of the user', async () => {
      writeFileSync(join(rig.folder, '.npmrc'), `registry=${registry.origin}\n//127.0.0.1/:_authToken=secret\n`)
      const look = `const fs = require('node:fs')
const text = (() => { try { return fs.readFileSync(${JSON.stringify(join(rig.folder, '.npmrc'))}, 'utf8') } catch (error) { return error.code } })()
fs.writeFileSync('index.js', 'module.exports = () => ' + JSON.stringify([text, process.env.HOME, process.env.npm_config_userconfig && fs.readFileSync(process.env.npm_config_userconfig, 'utf8')]))`
      const manifest = { name: 'greeting', version: '1.0.0', main: 'index.js', scripts: { install: 'node look.js' } }
      const entry = registry.publish('greeting', '1.0.0', {
        'package.json': JSON.stringify(manifest),
        'look.js': look,
      })
      const files = npmFiles({ greeting: { ...entry, hasInstallScript: true } as LockEntry })
      const { id } = await deploy({ ...files, '.npmrc': 'ignore-scripts=false\n' })
      const [text, home, settings] = (await answer(id)) as string[]
      if (level !== 'none') assert.match(text!, /^(ENOENT|EACCES)$/)
      assert.notEqual(home, rig.folder)
      assert.ok(settings!.includes(`registry=${registry.origin}\n`), settings)
      assert.ok(!settings!.includes('secret'), settings)
      if (level === 'none') return
      const more = await fails(deploy({ ...files, '.npmrc': 'ignore-scripts=false\n' }, 'other', { network: 'none' }))
      assert.deepEqual([more.code, more.details?.['network']], ['INVALID_SOURCE', 'none'])
    })

    it('can not be changed by a function that uses them', async function () {
      const files = npmFiles({ greeting: greeting() })
      const source = `import fs from 'node:fs'
import hello from 'greeting'
const file = 'node_modules/greeting/index.js'
const attempt = work => { try { work(); return 'done' } catch (error) { return error.code } }
export const handler = event => event === 'attack' ? [
  () => fs.chmodSync(file, 0o666),
  () => fs.writeFileSync(file, 'module.exports = () => "evil"'),
  () => fs.appendFileSync(file, 'module.exports = () => "evil"'),
  () => fs.truncateSync(file),
  () => fs.linkSync(file, '/tmp/mine') || fs.writeFileSync('/tmp/mine', 'evil'),
  () => fs.rmSync(file),
  () => fs.writeFileSync('node_modules/greeting/more.js', ''),
].map(attempt) : hello()`
      if (level === 'none') return this.skip()
      const attacker = await deploy({ ...files, 'index.mjs': source }, 'attacker')
      const done = ((await answer(attacker.id, 'attack')) as string[]).map((how, at) => (how === 'done' ? at : -1))
      // Landlock knows no rule for the mode of a file; it keeps the content.
      assert.deepEqual(
        done.filter(at => at >= 0),
        level === 'landlock' ? [0] : [],
      )
      const victim = await deploy({ ...files, 'victim.mjs': '' }, 'victim')
      assert.equal(await answer(victim.id), 'hello')
    })

    it('are refused with the way out when they do not fit, and the old revision goes on', async () => {
      const entry = greeting()
      const { id } = await deploy(npmFiles({ greeting: entry }))
      const { 'package.json': manifest = '', 'package-lock.json': lock = '' } = npmFiles({ greeting: entry })
      const missing = registry.origin + '/gone/-/gone-1.0.0.tgz'
      const { 'package.json': without } = npmFiles({ greeting: entry, another: entry })

      const noLock = await fails(deploy({ 'package.json': manifest }))
      assert.deepEqual([noLock.code, noLock.details?.['file']], ['INVALID_SOURCE', 'package.json'])
      assert.match(noLock.hint ?? '', /npm install/)

      const outdated = await fails(deploy({ 'package.json': without!, 'package-lock.json': lock }))
      assert.deepEqual([outdated.code, outdated.details?.['reason']], ['INVALID_SOURCE', 'outdated'])
      assert.match(outdated.message, /package-lock\.json does not have another/)

      const versions = npmFiles({ greeting: registry.publish('greeting', '2.0.0', hello) })
      const otherVersion = await fails(deploy({ ...versions, 'package-lock.json': lock }))
      assert.deepEqual([otherVersion.code, otherVersion.details?.['reason']], ['INVALID_SOURCE', 'outdated'])
      assert.match(otherVersion.message, /^package-lock\.json: npm ci ended with exit code 1: /)

      const damaged = await fails(deploy(npmFiles({ greeting: { ...entry, integrity: `sha512-${'A'.repeat(86)}==` } })))
      assert.deepEqual([damaged.code, damaged.details?.['reason']], ['DEPLOY_FAILED', 'digest'])

      const gone = await fails(
        deploy(npmFiles({ gone: { ...entry, resolved: missing, integrity: `sha512-${'B'.repeat(86)}==` } })),
      )
      assert.deepEqual(
        [gone.code, gone.details?.['reason'], gone.details?.['tool']],
        ['DEPLOY_FAILED', 'notFound', 'npm ci'],
      )
      assert.ok((gone.details?.['lines'] as string[]).some(line => line.includes('404')))

      const noNetwork = await fails(
        deploy(
          npmFiles({
            far: { version: '1.0.0', resolved: 'http://127.0.0.1:1/far.tgz', integrity: `sha512-${'C'.repeat(86)}==` },
          }),
        ),
      )
      assert.deepEqual([noNetwork.code, noNetwork.details?.['reason']], ['DEPLOY_FAILED', 'network'])

      assert.equal(await answer(id), 'hello')
      assert.deepEqual(unfinished(), [])
      assert.equal(readdirSync(join(rig.folder, 'dependencies/node')).length, 1)
    })

    it('end with the deployment that is cancelled, all of the tool', async () => {
      const first = await rig.deploy('export const handler = () => "old"')
      const files = npmFiles({ greeting: greeting() })
      const waiting = registry.hang()
      const deploying = fails(deploy(files))
      await waiting
      if (canSeeProcesses) assert.notDeepEqual(processesAt(rig.folder), [])
      await eventually(() => rig.functions.cancelDeployment(first.id))
      assert.equal((await deploying).code, 'CANCELLED')
      const left = () => processesAt(rig.folder).filter(line => line.includes('dependencies'))
      // What a signal has killed takes a moment to be gone.
      await eventually(() => assert.deepEqual(left(), []))
      assert.deepEqual(unfinished(), [])
      assert.equal(await answer(first.id), 'old')
    })

    it('leave nothing half-made, and no process, when the gateway is killed', async () => {
      const files = { 'index.mjs': index, ...npmFiles({ greeting: greeting() }) }
      using folder = temporaryFolder()
      const homeId = randomUUID()
      const script = join(folder.path, 'deploy.mjs')
      writeFileSync(
        script,
        `import { functionSpec, patient, sourceOfFiles } from ${JSON.stringify(join(supportFolder, 'functionInputs.ts'))}
import { openLocalFunctions } from ${JSON.stringify(join(supportFolder, 'localFunctionsRig.ts'))}
const rig = await openLocalFunctions({ folder: ${JSON.stringify(folder.path)}, cacheFolder: ${JSON.stringify(join(folder.path, 'cache'))}, homeId: ${JSON.stringify(homeId)}, sandbox: ${JSON.stringify(level)}, projectId: 'p', warmProcesses: 0 })
const source = await sourceOfFiles(${JSON.stringify(files)}, 'node', 'index.handler')
await rig.functions.deploy(rig.projectId, functionSpec({}), source, patient)`,
      )
      const waiting = registry.hang()
      const gateway = spawn(process.execPath, [script], { stdio: 'inherit' })
      await waiting
      gateway.kill('SIGKILL')
      await once(gateway, 'exit')
      await eventually(() => assert.deepEqual(processesAt(folder.path), []))
      const entries = join(folder.path, 'dependencies/node')
      assert.ok(readdirSync(entries).every(name => name.startsWith('.unfinished-')))
      await using next = await openLocalFunctions({ folder: folder.path, projectId: 'p', sandbox: level })
      assert.deepEqual(await next.functions.list('p'), [])
      assert.deepEqual(readdirSync(entries), [])
    })
  })
}
