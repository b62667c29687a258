import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HksError } from '../../src/contract/errors.ts'
import { findFunctionFolder } from '../../src/scaffold/findFunctionFolder.ts'
import { listFunctionTemplates, renderFunctionTemplate } from '../../src/scaffold/functionTemplates.ts'
import { parseFunctionYaml } from '../../src/scaffold/functionYaml.ts'
import { readYaml } from '../../src/scaffold/readYaml.ts'
import { resourceNameFrom, singleFileSettings } from '../../src/scaffold/singleFile.ts'

describe('a function folder', () => {
  let root: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'hks-folder-'))
  })
  afterEach(() => rm(root, { recursive: true, force: true }))

  it('is found by walking up from a file inside it, not above the given folder', async () => {
    await mkdir(join(root, 'greet/lib'), { recursive: true })
    await writeFile(join(root, 'greet/function.yaml'), 'name: greet\nruntime: python\n')
    await writeFile(join(root, 'greet/lib/a.py'), '')
    assert.equal(await findFunctionFolder(join(root, 'greet/lib/a.py')), join(root, 'greet'))
    assert.equal(await findFunctionFolder(join(root, 'greet')), join(root, 'greet'))
    assert.equal(await findFunctionFolder(join(root, 'greet/lib/a.py'), join(root, 'greet/lib')), undefined)
    assert.equal(await findFunctionFolder(root, root), undefined)
  })

  const makeTemplate = async () => {
    const template = join(root, 'templates/go/hello')
    await mkdir(join(template, 'lib'), { recursive: true })
    await writeFile(join(template, 'function.yaml'), 'name: hello\nruntime: go\n')
    for (const file of ['go.mod', 'function.go', 'lib/a.go']) await writeFile(join(template, file), '')
    return (await listFunctionTemplates(join(root, 'templates')))[0]!
  }

  it('leaves nothing when a file of it cannot be written, and says which', async () => {
    const template = await makeTemplate()
    const target = join(root, 'work/greet')
    await mkdir(target, { recursive: true })
    await writeFile(join(target, 'lib'), 'mine')
    await assert.rejects(renderFunctionTemplate(template, target, 'greet'), {
      code: 'INVALID_REQUEST',
      message: `${join(target, 'lib')} cannot be made: ${join(target, 'lib')} is a file.`,
      details: { file: join(target, 'lib'), errno: 'ENOTDIR' },
      hint: 'Choose another folder.',
    })
    assert.deepEqual(await readdir(target), ['lib'])
    await assert.rejects(renderFunctionTemplate(template, join(target, 'lib/deep'), 'greet'), {
      code: 'INVALID_REQUEST',
    })
  })

  it('replaces no go.work either', async () => {
    const template = await makeTemplate()
    const target = join(root, 'greet')
    await mkdir(target)
    await writeFile(join(target, 'go.work'), 'mine')
    await assert.rejects(renderFunctionTemplate(template, target, 'greet'), { code: 'CONFLICT' })
    assert.deepEqual(await readdir(target), ['go.work'])
    assert.equal(await readFile(join(target, 'go.work'), 'utf8'), 'mine')
  })

  it('is refused where the kernel keeps no folders', async function () {
    if (process.platform !== 'linux') this.skip()
    await assert.rejects(renderFunctionTemplate(await makeTemplate(), '/proc/hks/greet', 'greet'), {
      code: 'INVALID_REQUEST',
      message: '/proc/hks cannot be made: /proc takes no such folder.',
      hint: 'Choose another folder.',
    })
  })

  it('is created from a function template, named and with its comments kept', async () => {
    const template = join(root, 'templates/python/hello')
    await mkdir(join(template, 'lib'), { recursive: true })
    await writeFile(
      join(template, 'function.yaml'),
      '# say who\nname: hello\nruntime: python\ndescription: Says hello.\n',
    )
    await writeFile(join(template, 'main.py'), 'def handler(event): return 1\n')
    await writeFile(join(template, 'lib/a.py'), '')
    const [found] = await listFunctionTemplates(join(root, 'templates'))
    assert.deepEqual(found, { language: 'python', name: 'hello', description: 'Says hello.', folder: template })
    const target = join(root, 'work/greet')
    const files = await renderFunctionTemplate(found, target, 'greet')
    assert.deepEqual(files, [join(target, 'main.py'), join(target, 'function.yaml'), join(target, 'lib/a.py')])
    const yaml = await readFile(join(target, 'function.yaml'), 'utf8')
    assert.equal(yaml, '# say who\nname: greet\nruntime: python\ndescription: Says hello.\n')
    await assert.rejects(renderFunctionTemplate(found, target, 'other'), { code: 'CONFLICT' })
    assert.equal(await readFile(join(target, 'function.yaml'), 'utf8'), yaml)
  })
})

describe('function.yaml', () => {
  const parse = (text: string) => parseFunctionYaml(text, 'function.yaml')

  it('gives every field of a deployment', () => {
    const text = [
      'name: greet',
      'runtime: node',
      'handler: index.handler',
      'description: Greets',
      'environment: {PORT: 80, ON: true, EMPTY: }',
      'secrets: [{name: KEY, from: api/key}]',
      'timeout: 5',
      'scaling: {minScale: 1, maxScale: 3, containerConcurrency: 10}',
      'resources: {memory: 256Mi, cpuSeconds: 2}',
      'profile: agent',
      'network: none',
      'public: true',
    ].join('\n')
    assert.deepEqual(parse(text).settings, {
      name: 'greet',
      runtime: 'node',
      handler: 'index.handler',
      description: 'Greets',
      environment: { PORT: '80', ON: 'true', EMPTY: '' },
      secrets: [{ name: 'KEY', from: 'api/key' }],
      timeout: 5,
      scaling: { minScale: 1, maxScale: 3, containerConcurrency: 10 },
      resources: { memory: '256Mi', cpuSeconds: 2 },
      profile: 'agent',
      network: 'none',
      public: true,
    })
  })

  it('takes the version of an interpreter as text, and refuses 3.10, which YAML takes for 3.1', () => {
    const version = (text: string) =>
      parse(`name: greet\nruntime: python\nruntimeVersion: ${text}\n`).settings.runtimeVersion
    assert.deepEqual([version('"3.10"'), version('22'), version('3.12.1')], ['3.10', '22', '3.12.1'])
    assert.throws(() => version('3.10'), { message: 'function.yaml:3: runtimeVersion: must be in quotes.' })
  })

  const notText: [field: string, value: string, problem: string, hint: string][] = [
    ['name', '123', '123 must be text.', 'Write it as name: "123".'],
    ['name', '007', '7 must be text.', 'Write it as name: "007".'],
    ['name', 'true', 'true must be text.', 'Write it as name: "true".'],
    ['name', '[a]', '["a"] must be text.', 'Write it as name: greet.'],
    ['name', "''", 'must not be empty.', 'Write one such as name: greet.'],
    ['name', '', 'is missing; it names the function.', 'Add a line such as "name: greet".'],
    ['name', 'null', 'is missing; it names the function.', 'Add a line such as "name: greet".'],
    ['handler', '1.5', '1.5 must be text.', 'Write it as handler: "1.5".'],
    ['description', '2026', '2026 must be text.', 'Write it as description: "2026".'],
    ['runtimeVersion', '3.10', 'must be in quotes.', 'Write it as runtimeVersion: "3.10".'],
    ['runtimeVersion', '[3]', '[3] must be text.', 'Write it as runtimeVersion: "3.12".'],
    ['runtimeVersion', 'true', 'true must be text.', 'Write it as runtimeVersion: "3.12".'],
  ]
  for (const [field, value, problem, hint] of notText)
    it(`says how ${field}: ${value} has to be written`, () => {
      const others = field === 'name' ? 'runtime: python\n' : 'runtime: python\nname: greet\n'
      assert.throws(() => parse(`${others}${field}: ${value}\n`), {
        code: 'INVALID_REQUEST',
        message: `function.yaml:${field === 'name' ? 2 : 3}: ${field}: ${problem}`,
        hint,
      })
    })

  it('says of an image that is no text how it has to be written', () => {
    assert.throws(() => parse('name: shop\nimage: 5\n'), {
      message: 'function.yaml:2: image: 5 must be text.',
      hint: 'Write it as image: "5".',
    })
  })

  it('takes a separator without a second document', () => {
    assert.equal(parse('---\nname: yy\nruntime: python\n---\n# the end\n').settings.name, 'yy')
    assert.equal(parse('# begins late\n---\n---\nname: yy\nruntime: python\n...\n').settings.name, 'yy')
  })

  it('names the hosts of an allow-list', () => {
    const text = "name: greet\nruntime: node\nnetwork: allowlist\nallowedHosts: [api.example.com, '*.example.com']\n"
    const { network, allowedHosts } = parse(text).settings
    assert.deepEqual([network, allowedHosts], ['allowlist', ['api.example.com', '*.example.com']])
  })

  it('says which fields have no effect here', () => {
    const { settings, warnings } = parse('name: a\nruntime: node\nschedules: []\nresources: {cpu: 100m, memory: 1Gi}\n')
    assert.deepEqual(settings.resources, { memory: '1Gi' })
    assert.deepEqual(warnings, [
      'schedules in function.yaml has no effect on this machine.',
      'resources.cpu in function.yaml has no effect on this machine.',
    ])
  })

  /** Each line stands for nine times the one before. */
  const aliasBomb = `name: a
runtime: node
environment: &a0 { A: x }
${Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(', ')}]`).join('\n')}
`
  const faults: [string, string, number, RegExp][] = [
    ['an unknown field', 'name: a\nruntime: node\nhandlr: x\n', 3, /handlr: is not a field/],
    ['a missing name', 'runtime: node\n', 1, /name: is missing/],
    ['an unknown runtime', 'name: a\nruntime: ruby\n', 2, /runtime: must be one of python, node/],
    [
      'a second document',
      'name: yy\nruntime: node\n---\nname: zz\n',
      3,
      /^function\.yaml:3: holds a second document; one file describes one function\.$/,
    ],
    ['a value that is no text', 'name: a\nruntime: node\nenvironment:\n  A: [1]\n', 4, /environment\.A/],
    ['a text that is no YAML', 'name: a\nruntime: [\n', 3, /./],
    ['an empty file', '', 1, /must hold fields/],
    ['a field that is there twice', 'name: a\nruntime: node\nname: b\n', 3, /"name" is there twice/],
    ['aliases that stand for billions of values', aliasBomb, 4, /can not be read: Excessive alias count/],
    [
      'an alias of what it is in',
      'name: a\nruntime: node\nscaling: &s\n  minScale: *s\n',
      4,
      /can not be read: An alias stands for what it is in/,
    ],
    [
      'lists in lists without end',
      `name: a\nruntime: node\nscaling: ${'['.repeat(100_000)}`,
      3,
      /: Lists and mappings are nested too deeply here\.$/,
    ],
    ['a text of 2 MiB', `name: a\nruntime: node\n# ${'x'.repeat(2 ** 21)}\n`, 1, /is larger than 1024 KiB/],
  ]
  for (const [what, text, line, message] of faults) {
    it(`names the line of ${what}`, () => {
      assert.throws(
        () => parse(text),
        (error: HksError) => {
          assert.equal(error.code, 'INVALID_REQUEST')
          assert.equal(error.details?.['line'], line)
          assert.match(error.message, message)
          return true
        },
      )
    })
  }
})

describe('a file of settings', () => {
  it('is read in a moment, however many fields it has', () => {
    // One look at each key: a text of a megabyte has a hundred thousand.
    const keys = Array.from({ length: 60_000 }, (_, n) => `k${n}: 1`)
    assert.throws(() => parseFunctionYaml(keys.join('\n'), 'function.yaml'), /k0: is not a field/)
  })

  it('is not read to its end when it has none', async () => {
    await assert.rejects(readYaml('/dev/zero'), {
      code: 'INVALID_REQUEST',
      message: '/dev/zero: is larger than 1024 KiB, which no file of settings is.',
    })
  })
})

describe('a single source file', () => {
  it('is deployed under its own name and module', () => {
    assert.deepEqual(singleFileSettings('/x/resize.py'), {
      name: 'resize',
      runtime: 'python',
      handler: 'resize.handler',
    })
    assert.deepEqual(singleFileSettings('/x/sendMail.mjs'), {
      name: 'send-mail',
      runtime: 'node',
      handler: 'sendMail.handler',
    })
    assert.deepEqual(singleFileSettings('/x/my-fn.js'), { name: 'my-fn', runtime: 'node', handler: 'index.handler' })
  })

  it('is refused when it is in no language that runs here', () => {
    assert.throws(() => singleFileSettings('/x/a.rb'), { code: 'INVALID_SOURCE' })
  })

  it('gets a name that Kubernetes accepts', () => {
    assert.equal(resourceNameFrom('__Weird  Name!!'), 'weird-name')
    assert.equal(resourceNameFrom('日本'), 'function')
    assert.equal(resourceNameFrom('a'.repeat(51) + '-b'), 'a'.repeat(51))
  })
})
