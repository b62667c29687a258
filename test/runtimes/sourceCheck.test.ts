import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Frame, RuntimeClient } from '../support/runtimeClient.ts'
import { startRuntime } from '../support/runtimeClient.ts'
import { describeRuntimes, loadedLanguages } from '../support/runtimeLanguages.ts'

type Sources = Readonly<Record<string, string>>

const broken = '\na = = 1\n'
const works = 'export const handler = () => 1\n'

/** Sources whose handler loads, while a file that loading does not import does not parse: `file` is refused. */
const refused = {
  node: [
    [
      'a module that the handler imports',
      { 'index.mjs': "export const handler = () => import('./late.mjs')" },
      'late.mjs',
    ],
    ['a module that it requires', { 'index.cjs': "exports.handler = () => require('./late')" }, 'late.js'],
    [
      'a module that a later module imports',
      {
        'index.mjs': "export const handler = async () => (await import('./between.mjs')).run()",
        'between.mjs': "import { late } from './late.mts'\nexport const run = () => late",
      },
      'late.mts',
    ],
    [
      'a module named inside a template',
      { 'index.mjs': 'export const handler = async () => `${await import(`./late.cjs`)}`' },
      'late.cjs',
    ],
  ],
  python: [
    ['a module that the handler imports', { 'main.py': 'def handler(event):\n  import late' }, 'late.py'],
    ['a member of a package', { 'main.py': 'def handler(event):\n  from lib import late' }, 'lib/late.py'],
    [
      'a neighbour of a module in a package',
      { 'main.py': 'from lib.near import handler', 'lib/near.py': 'async def handler(event):\n  from .late import a' },
      'lib/late.py',
    ],
    [
      'a module that a later module imports',
      {
        'main.py': 'class A:\n  def run(self, event):\n    with open("x"):\n      import between\nhandler = A().run',
        'between.py': 'import late',
      },
      'late.py',
    ],
  ],
} as const satisfies Record<string, readonly (readonly [string, Sources, string])[]>

/** Sources that serve with a file that does not parse, as their code can run without it. */
const warned = {
  node: [
    ['a module that nothing names', { 'index.mjs': works }, 'late.mjs'],
    [
      'a module that is named only in comments, strings and regular expressions',
      {
        'index.mjs': `// import('./late.mjs')\nconst a = "import('./late.mjs')", b = /import('.\\/late.mjs')/, c = \`require('./late.mjs')\`\n${works}`,
      },
      'late.mjs',
    ],
  ],
  python: [
    ['a module that nothing imports', { 'main.py': 'def handler(event): return 1' }, 'lib/late.py'],
    [
      'a module that may fail to import',
      { 'main.py': 'def handler(event):\n  try:\n    import late\n  except SyntaxError: return 1' },
      'late.py',
    ],
    [
      'a module that is imported on a condition',
      { 'main.py': 'import sys\ndef handler(event):\n  if sys.version_info > (9,):\n    import late\n  return 1' },
      'late.py',
    ],
  ],
} as const satisfies Record<string, readonly (readonly [string, Sources, string])[]>

describeRuntimes(loadedLanguages, 'checking the sources of a new revision', language => {
  let runtime: RuntimeClient
  let dir: string

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hks-check-'))
    runtime = await startRuntime(language)
  })
  afterEach(async () => {
    await runtime.stop()
    await rm(dir, { recursive: true })
  })

  async function load(sources: Sources, check = true): Promise<Frame> {
    for (const [file, text] of Object.entries(sources)) {
      await mkdir(dirname(join(dir, file)), { recursive: true })
      await writeFile(join(dir, file), text)
    }
    return (await runtime.load(dir, language.defaultHandler, { check })).frame
  }
  const serves = async (frame: Frame) => {
    assert.equal(frame.t, 'result', JSON.stringify(frame))
    assert.equal((await runtime.call()).body.toString(), '1')
  }
  const main: Sources =
    language.name === 'node' ? { 'index.mjs': works } : { 'main.py': 'def handler(event): return 1' }

  for (const [name, sources, file] of refused[language.name]) {
    it(`refuses ${name} and does not parse`, async () => {
      const frame = await load({ ...sources, [file]: broken })
      assert.deepEqual(
        [frame.t, frame.code, frame.type, frame.file, frame.line],
        ['error', 'SOURCE_INVALID', 'SyntaxError', file, 2],
      )
    })
  }

  for (const [name, sources, file] of warned[language.name]) {
    it(`warns of ${name} and does not parse`, async () => {
      await serves(await load({ ...sources, [file]: broken }))
      const lines = runtime.logs.map(log => log.text)
      assert.equal(lines.length, 1, lines.join('\n'))
      assert.ok(lines[0]?.startsWith(`warning: ${file}, line 2: `), lines[0])
    })
  }

  it('leaves alone what others wrote and what is no source', async () => {
    const ending = language.extension
    const places = ['node_modules/a', '.venv/lib', '__pycache__', 'site-packages/b', '.git/hooks', 'lib/x.dist-info']
    const foreign = places.filter(place => language.name === 'python' || !/site|dist/.test(place))
    const env = {
      'env/pyvenv.cfg': '',
      'env/lib/a.py': broken,
      'page.html': broken,
      'view.tsx': broken,
      'a.py.txt': broken,
    }
    await serves(
      await load({ ...main, ...env, ...Object.fromEntries(foreign.map(place => [`${place}/late.${ending}`, broken])) }),
    )
    assert.deepEqual(runtime.logs, [])
  })

  it('does not look again at a revision that was loaded before', async () => {
    await serves(await load({ ...main, [`late.${language.extension}`]: broken }, false))
    assert.deepEqual(runtime.logs, [])
  })
})
