import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HksError } from '../../../../../../src/contract/errors.ts'
import type { FunctionSpec } from '../../../../../../src/gateway/domain/function.ts'
import { removeFolder } from '../../../../../../src/gateway/providers/local/functions/codeStore.ts'
import { eventually } from '../../../../../support/eventually.ts'
import { lackOfSandbox } from '../../../../../support/lackOfSandbox.ts'
import { functionSpec, jsonOf, patient, sourceOfFiles } from '../../../../../support/functionInputs.ts'
import { type LocalFunctionsRig, openLocalFunctions } from '../../../../../support/localFunctionsRig.ts'
import { processesAt } from '../../../../../support/processesAt.ts'
import { openPythonIndex, type PythonIndex } from '../../../../../support/pythonIndex.ts'
import { temporaryFolder } from '../../../../../support/temporaryFolder.ts'

const main = 'import greeting\n\ndef handler(event):\n    return greeting.hello()\n'
const hello = { 'greeting.py': 'def hello():\n    return "hello"\n' }
/** A package that is built by a program of its own, which looks around. */
const built = (secret: string) => ({
  'pyproject.toml': '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
  'backend.py': `import os, zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    try:
        seen = open(${JSON.stringify(secret)}).read()
    except OSError as error:
        seen = type(error).__name__
    # As many builders do.
    open("written", "a").close()
    name = "greeting-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        wheel.writestr("greeting.py", "def hello():\\n    return %r\\n" % seen)
        info = "greeting-1.0.dist-info/"
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: greeting\\nVersion: 1.0\\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "RECORD", "".join("%s,,\\n" % each for each in ["greeting.py", info + "METADATA", info + "WHEEL", info + "RECORD"]))
    return name
`,
})

for (const level of ['strict', 'landlock', 'none'] as const) {
  describe(`the packages of a requirements.txt, at the level ${level}`, function () {
    this.timeout(120_000)
    let index: PythonIndex
    let rig: LocalFunctionsRig
    before(async function () {
      const lack = await lackOfSandbox(level)
      if (lack !== undefined) {
        this.test!.parent!.title += ` (skipped: sandbox: ${lack})`
        return this.skip()
      }
    })
    beforeEach(async () => {
      index = await openPythonIndex()
      const folder = temporaryFolder()
      rig = await openLocalFunctions({ sandbox: level, folder: folder.path, cacheFolder: join(folder.path, 'cache') })
    })
    afterEach(async () => {
      const { folder } = rig
      await rig[Symbol.asyncDispose]()
      await index[Symbol.asyncDispose]()
      assert.deepEqual(processesAt(folder), [])
      await removeFolder(folder)
    })

    const deploy = async (files: Readonly<Record<string, string>>, name = 'fn', given: Partial<FunctionSpec> = {}) => {
      const spec = functionSpec({ name, runtime: 'python', ...given })
      const source = await sourceOfFiles({ 'main.py': main, ...files }, 'python', spec.handler)
      const { settled } = await rig.functions.deploy(rig.projectId, spec, source, patient)
      return settled
    }
    const requirements = (...lines: readonly string[]) => ({
      'requirements.txt': [index.option, ...lines].join('\n'),
    })
    const answer = async (id: string, event?: unknown) => jsonOf(await rig.call(id, event))
    const fails = async (work: Promise<unknown>): Promise<HksError> => {
      const error = await work.then(
        () => undefined,
        (failure: unknown) => failure,
      )
      assert.ok(error instanceof HksError, String(error))
      return error
    }

    it('are there when the function is, behind the standard library and before what is installed for everybody', async () => {
      index.publish('greeting', '1.0', {
        ...hello,
        'json.py': 'raise ImportError("mine")\n',
        'pip/__init__.py': '__version__ = "mine"\n',
      })
      const source = `${main}\nimport pip, json\n\ndef versions(event):\n    return [pip.__version__, json.dumps([1])]\n`
      const spec = functionSpec({ runtime: 'python', handler: 'main.versions' })
      const files = { 'main.py': source, ...requirements('# what is needed', 'greeting==1.0  # the first') }
      const packed = await sourceOfFiles(files, 'python', spec.handler)
      const { settled } = await rig.functions.deploy(rig.projectId, spec, packed, patient)
      const { id } = await settled
      assert.deepEqual(await answer(id), ['mine', '[1]'])
      const steps = rig.changes.flatMap(change => (change.kind === 'deployment' ? [change.step] : []))
      assert.deepEqual([...new Set(steps.map(({ phase }) => phase))], ['checking', 'installing', 'starting'])
      assert.ok((await rig.log(id)).some(({ text }) => text === 'pip: Successfully installed greeting-1.0'))
    })

    it('are fetched once, and need no network for the next revision and the next function', async () => {
      const digest = index.publish('greeting', '1.0', hello)
      const files = {
        'requirements.txt': '-r more.txt\n',
        'more.txt': `${index.option}greeting==1.0 --hash=${digest}\n`,
      }
      const { id } = await deploy(files)
      await index[Symbol.asyncDispose]()
      await deploy({ ...files, 'main.py': main.replace('hello()', 'hello() + " again"') })
      assert.equal(await answer(id), 'hello again')
      const other = await deploy({ ...files, 'other.py': '' }, 'other')
      assert.equal(await answer(other.id), 'hello')
      const [key = ''] = readdirSync(join(rig.folder, 'dependencies/python'))
      const file = join(rig.folder, 'dependencies/python', key, 'greeting.py')
      const inode = 'import os, greeting\n\ndef handler(event):\n    return os.stat(greeting.__file__).st_ino\n'
      const looking = await deploy({ ...files, 'main.py': inode }, 'looking')
      assert.equal(await answer(looking.id), statSync(file).ino)
      index = await openPythonIndex()
    })

    it('can not be changed by a function that uses them', async function () {
      if (level === 'none') return this.skip()
      index.publish('greeting', '1.0', hello)
      const source = `import os
import greeting
path = greeting.__file__
def attempt(work):
    try:
        work()
        return "done"
    except OSError as error:
        return "refused"
def handler(event):
    if event != "attack":
        return greeting.hello()
    return [attempt(work) for work in (
        lambda: open(path, "w"), lambda: open(path, "a"), lambda: os.truncate(path, 0), lambda: os.remove(path),
        lambda: open(os.path.join(os.path.dirname(path), "more.py"), "w"))]
`
      const attacker = await deploy({ ...requirements('greeting'), 'main.py': source }, 'attacker')
      assert.deepEqual(await answer(attacker.id, 'attack'), Array(5).fill('refused'))
      const victim = await deploy(requirements('greeting'), 'victim')
      assert.equal(await answer(victim.id), 'hello')
    })

    it('are built only where the requirements.txt says so, without the files of the user', async () => {
      const secret = join(rig.folder, '.ssh/key')
      mkdirSync(join(rig.folder, '.ssh'))
      writeFileSync(secret, 'secret')
      index.publishSource('greeting', '1.0', built(secret))
      const refused = await fails(deploy(requirements('greeting')))
      assert.deepEqual([refused.code, refused.details?.['reason']], ['DEPLOY_FAILED', 'notFound'])
      assert.match(refused.hint ?? '', /--no-binary NAME/)
      const { id } = await deploy(requirements('--no-binary greeting', 'greeting'))
      const seen = await answer(id)
      if (level === 'none') return assert.equal(seen, 'secret')
      const more = await fails(deploy(requirements('--no-binary greeting', 'greeting'), 'other', { network: 'none' }))
      assert.deepEqual([more.code, more.details?.['network']], ['INVALID_SOURCE', 'none'])
      assert.match(more.message, /requirements\.txt says "--no-binary greeting"/)
      assert.match(String(seen), /^(FileNotFoundError|PermissionError)$/)
    })

    it('may be folders of the source', async () => {
      const own = Object.fromEntries(Object.entries(built('/none')).map(([name, text]) => [`own/${name}`, text]))
      const { id } = await deploy({ ...own, 'requirements.txt': '--no-index\n./own\n', 'own/written': '' })
      assert.equal(await answer(id), 'FileNotFoundError')
    })

    it('are refused with the way out when they do not fit, and the old revision goes on', async () => {
      index.publish('greeting', '1.0', hello)
      const { id } = await deploy(requirements('greeting==1.0'))
      const wrong = `sha256:${'0'.repeat(64)}`
      const reasons = {
        digest: await fails(deploy(requirements(`greeting==1.0 --hash=${wrong}`))),
        notFound: await fails(deploy(requirements('greeting==2.0'))),
        invalid: await fails(deploy(requirements('greeting ==== 1'))),
        network: await fails(deploy({ 'requirements.txt': '--index-url http://127.0.0.1:1/simple\ngreeting\n' })),
      }
      for (const [reason, error] of Object.entries(reasons)) {
        assert.equal(error.details?.['reason'], reason, `${error.message} ${JSON.stringify(error.details)}`)
        assert.equal(error.code, reason === 'invalid' ? 'INVALID_SOURCE' : 'DEPLOY_FAILED')
        assert.match(error.message, /^requirements\.txt: pip install ended with exit code \d: \S/)
        assert.ok(error.hint)
      }
      assert.equal(await answer(id), 'hello')
      assert.equal(readdirSync(join(rig.folder, 'dependencies/python')).length, 1)
    })

    it('end with the deployment that is cancelled, all of the tool', async () => {
      const first = await rig.deploy('def handler(event):\n    return "old"\n', { runtime: 'python' })
      const waiting = index.hang()
      const deploying = fails(deploy(requirements('greeting')))
      await waiting
      await eventually(() => rig.functions.cancelDeployment(first.id))
      assert.equal((await deploying).code, 'CANCELLED')
      const left = () => processesAt(rig.folder).filter(line => line.includes('dependencies'))
      // What a signal has killed takes a moment to be gone.
      await eventually(() => assert.deepEqual(left(), []))
      assert.deepEqual(readdirSync(join(rig.folder, 'dependencies/python')), [])
      assert.ok(!existsSync(join(rig.folder, 'dependencies/python-uses')))
      assert.equal(await answer(first.id), 'old')
    })
  })
}
