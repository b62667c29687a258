import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Frame, RuntimeClient } from '../support/runtimeClient.ts'
import { startRuntime } from '../support/runtimeClient.ts'
import type { RuntimeLanguage } from '../support/runtimeLanguages.ts'
import { describeRuntimes, loadedLanguages } from '../support/runtimeLanguages.ts'

type Sources = Readonly<Record<string, string>>

/** A source that can't be loaded: its files by language, and what the error frame must say. */
interface FailedLoad {
  readonly name: string
  readonly node: Sources
  readonly python: Sources
  /** Else the default handler of the language. */
  readonly handler?: string
  readonly code: 'LOAD_FAILED' | 'SOURCE_INVALID' | 'HANDLER_NOT_FOUND'
  readonly type: { readonly node: string; readonly python: string }
  readonly message: RegExp
  /** File without its ending, line and column. */
  readonly place?: readonly [string, number, number?]
}

const failed: readonly FailedLoad[] = [
  {
    name: 'a syntax error',
    node: { 'index.mjs': 'export const a = 1\n\nexport const handler = event => event event\n' },
    python: { 'main.py': 'a = 1\n\nhandler = lambda event: event event\n' },
    code: 'SOURCE_INVALID',
    type: { node: 'SyntaxError', python: 'SyntaxError' },
    message: /Unexpected identifier 'event'|invalid syntax/,
    place: ['', 3],
  },
  {
    name: 'a syntax error in a module that it imports',
    node: {
      'index.mjs': "import './lib/part.mjs'\nexport const handler = () => 1\n",
      'lib/part.mjs': '\n\na = = 1\n',
    },
    python: { 'main.py': 'import lib.part\ndef handler(event): return 1\n', 'lib/part.py': '\n\na = = 1\n' },
    code: 'SOURCE_INVALID',
    type: { node: 'SyntaxError', python: 'SyntaxError' },
    message: /Unexpected|invalid syntax/,
    place: ['lib/part', 3, 5],
  },
  {
    name: 'a syntax error in a module that it imports while it runs',
    node: {
      'index.mjs': "await import('./part.mjs')",
      'part.mjs': "await import('./deep.mjs')",
      'deep.mjs': '\na = = 1',
    },
    python: { 'main.py': '__import__("part")\n', 'part.py': 'import deep', 'deep.py': '\na = = 1\n' },
    code: 'SOURCE_INVALID',
    type: { node: 'SyntaxError', python: 'SyntaxError' },
    message: /^(Unexpected token '='|invalid syntax)$/,
    place: ['deep', 2],
  },
  {
    name: 'a SyntaxError that it raises itself',
    node: { 'index.mjs': "\nJSON.parse('{')\nexport const handler = () => 1\n" },
    python: { 'main.py': '\ncompile("(", "main.py", "exec")\ndef handler(event): return 1\n' },
    code: 'LOAD_FAILED',
    type: { node: 'SyntaxError', python: 'SyntaxError' },
    message: /JSON|never closed|unexpected EOF/,
    place: ['', 2],
  },
  {
    name: 'a SyntaxError of code that it makes',
    node: { 'index.mjs': "\nnew Function('{')\n", 'unused.mjs': 'a = = 1' },
    python: { 'main.py': 'import ast\nast.parse("(", "unused.py")\n', 'unused.py': 'a = = 1' },
    code: 'LOAD_FAILED',
    type: { node: 'SyntaxError', python: 'SyntaxError' },
    message: /Unexpected|never closed|unexpected EOF/,
    place: ['', 2],
  },
  {
    name: 'an exception at import',
    node: { 'index.mjs': "const open = () => {\n  throw new TypeError('no database')\n}\nopen()\n" },
    python: { 'main.py': "def open():\n    raise TypeError('no database')\n\nopen()\n" },
    code: 'LOAD_FAILED',
    type: { node: 'TypeError', python: 'TypeError' },
    message: /^no database$/,
    place: ['', 2],
  },
  {
    name: 'a missing package',
    node: { 'index.mjs': "\nimport { z } from 'not-installed'\nexport const handler = () => z\n" },
    python: { 'main.py': '\nimport not_installed\n\ndef handler(event): return 1\n' },
    code: 'LOAD_FAILED',
    type: { node: 'Error', python: 'ModuleNotFoundError' },
    message: /not.installed/,
    place: ['', 2],
  },
  {
    name: 'a name that a module does not have',
    node: {
      'index.mjs': "import { b } from './part.mjs'\nexport const handler = () => b\n",
      'part.mjs': 'export const a = 1\n',
    },
    python: { 'main.py': 'from part import b\ndef handler(event): return b\n', 'part.py': 'a = 1\n' },
    code: 'LOAD_FAILED',
    type: { node: 'SyntaxError', python: 'ImportError' },
    message: /does not provide an export named 'b'|cannot import name 'b'/,
    place: ['', 1],
  },
  {
    name: 'a missing module',
    node: { 'app.mjs': '', 'data.json': '{}' },
    python: { 'app.py': '', 'data.json': '{}' },
    code: 'HANDLER_NOT_FOUND',
    type: { node: 'HandlerNotFound', python: 'HandlerNotFound' },
    message: /needs one of .*; the source has app\.(mjs|py)$/,
  },
  {
    name: 'an empty folder',
    node: {},
    python: {},
    code: 'HANDLER_NOT_FOUND',
    type: { node: 'HandlerNotFound', python: 'HandlerNotFound' },
    message: /the source has no module at all$/,
  },
  {
    name: 'a missing function',
    node: { 'index.mjs': 'export const run = () => 1\nexport const size = 3\n' },
    python: { 'main.py': 'from os import getcwd\nsize = 3\ndef run(event): return 1\n' },
    code: 'HANDLER_NOT_FOUND',
    type: { node: 'HandlerNotFound', python: 'HandlerNotFound' },
    message:
      /^handler ".*": (index\.mjs does not export handler; it exports|main\.py does not define handler; it defines) run$/,
  },
  {
    name: 'a handler that is no function',
    node: { 'index.mjs': 'export const handler = 3\n' },
    python: { 'main.py': 'handler = 3\n' },
    code: 'HANDLER_NOT_FOUND',
    type: { node: 'HandlerNotFound', python: 'HandlerNotFound' },
    message: /handler in (index\.mjs is a number|main\.py is a int), not a function$/,
  },
  {
    name: 'a handler name without a function',
    node: {},
    python: {},
    handler: 'handler',
    code: 'HANDLER_NOT_FOUND',
    type: { node: 'HandlerNotFound', python: 'HandlerNotFound' },
    message: /^handler "handler" must have the form module\.function, such as /,
  },
  {
    name: 'a handler outside of its folder',
    node: {},
    python: {},
    handler: '../elsewhere.handler',
    code: 'HANDLER_NOT_FOUND',
    type: { node: 'HandlerNotFound', python: 'HandlerNotFound' },
    message: /leaves the function's folder|must have the form/,
  },
]

/** Sources that load, their handler, and the JSON that a call with the event 2 answers. */
const loaded: readonly (readonly [string, 'node' | 'python', Sources, string, string])[] = [
  ['a default export that is a function', 'node', { 'index.mjs': 'export default e => e * 2' }, 'index.handler', '4'],
  [
    'a default export that holds the function',
    'node',
    { 'index.mjs': 'export default { n: 3, run(e) { return e * this.n } }' },
    'index.run',
    '6',
  ],
  ['a CommonJS module', 'node', { 'index.cjs': 'exports.handler = e => e * 2' }, 'index.handler', '4'],
  ['TypeScript', 'node', { 'index.ts': 'export const handler = (e: number): number => e * 2' }, 'index.handler', '4'],
  [
    'index.mjs rather than index.js',
    'node',
    { 'index.mjs': 'export const handler = () => 1', 'index.js': 'throw 1' },
    'index.handler',
    '1',
  ],
  ['a module in a subfolder', 'node', { 'src/app.js': 'exports.run = e => e * 2' }, 'src/app.run', '4'],
  [
    'a dependency in node_modules',
    'node',
    {
      'index.mjs': "import n from 'three'\nexport const handler = e => e * n",
      'node_modules/three/index.js': 'module.exports = 3',
    },
    'index.handler',
    '6',
  ],
  [
    'a top-level await',
    'node',
    { 'index.mjs': 'const n = await Promise.resolve(3)\nexport const handler = e => e * n' },
    'index.handler',
    '6',
  ],
  [
    'a console of its own',
    'node',
    { 'index.mjs': 'console.log = () => {}\nJSON.parse = undefined\nexport const handler = () => console.log()' },
    'index.handler',
    'null',
  ],
  ['one parameter', 'python', { 'main.py': 'def handler(event): return event * 2' }, 'main.handler', '4'],
  [
    'one parameter and others by name',
    'python',
    { 'main.py': 'def handler(event, *, n=3, **more): return event * n' },
    'main.handler',
    '6',
  ],
  [
    'two parameters',
    'python',
    { 'main.py': 'def handler(event, context): return context.function_name' },
    'main.handler',
    '"under-test"',
  ],
  [
    'a default for the context',
    'python',
    { 'main.py': 'def handler(event, context=None): return context is not None' },
    'main.handler',
    'true',
  ],
  ['any number of parameters', 'python', { 'main.py': 'def handler(*given): return len(given)' }, 'main.handler', '2'],
  [
    'a decorated handler',
    'python',
    {
      'main.py':
        'import functools\ndef twice(f):\n  @functools.wraps(f)\n  def inner(*args): return f(*args) * 2\n  return inner\n@twice\ndef handler(event): return event',
    },
    'main.handler',
    '4',
  ],
  [
    'an object that can be called',
    'python',
    { 'main.py': 'class Handler:\n  def __call__(self, event): return event * 2\nhandler = Handler()' },
    'main.handler',
    '4',
  ],
  [
    'a coroutine with one parameter',
    'python',
    { 'main.py': 'import asyncio\nasync def handler(event):\n  await asyncio.sleep(0)\n  return event * 2' },
    'main.handler',
    '4',
  ],
  [
    'a function that returns a coroutine',
    'python',
    { 'main.py': 'async def work(event): return event * 2\nhandler = lambda event: work(event)' },
    'main.handler',
    '4',
  ],
  [
    'a module in a package',
    'python',
    { 'src/app.py': 'from . import part\ndef run(event): return event * part.n', 'src/part.py': 'n = 3' },
    'src.app.run',
    '6',
  ],
  [
    'a package',
    'python',
    { 'main/__init__.py': 'from .part import handler', 'main/part.py': 'def handler(event): return event * 2' },
    'main.handler',
    '4',
  ],
  [
    'the name of a standard module',
    'python',
    { 'json.py': 'def handler(event): return event * 2' },
    'json.handler',
    '4',
  ],
  [
    'a thread that never ends',
    'python',
    {
      'main.py':
        'import threading\nthreading.Thread(target=threading.Event().wait).start()\ndef handler(event): return 1',
    },
    'main.handler',
    '1',
  ],
  [
    'code for the command line',
    'python',
    { 'main.py': 'import sys\ndef handler(event): return event * 2\nif __name__ == "__main__": sys.exit(handler(1))' },
    'main.handler',
    '4',
  ],
]

describeRuntimes(loadedLanguages, 'loading', language => {
  let runtime: RuntimeClient
  let dir: string

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hks-load-'))
    runtime = await startRuntime(language)
  })
  afterEach(async () => {
    await runtime.stop()
    await rm(dir, { recursive: true })
  })

  async function load(sources: Sources, handler = language.defaultHandler): Promise<Frame> {
    for (const [file, text] of Object.entries(sources)) {
      await mkdir(dirname(join(dir, file)), { recursive: true })
      await writeFile(join(dir, file), text)
    }
    return (await runtime.load(dir, handler)).frame
  }

  for (const { name, code, type, message, place, handler, ...sources } of failed) {
    it(`fails for ${name}, and says where and why`, async () => {
      const frame = await load(sources[language.name], handler)
      assert.deepEqual([frame.t, frame.id, frame.code, frame.type], ['error', 'load', code, type[language.name]])
      assert.match(String(frame.message), message)
      assert.ok(!JSON.stringify(frame).includes(dir), 'names the folder only by relative paths')
      assert.deepEqual(
        [frame.file, frame.line],
        place === undefined ? [undefined, undefined] : [fileOf(place[0], language), place[1]],
      )
      if (place?.[2] !== undefined) assert.equal(frame.column, place[2])
    })
  }

  it('fails for a folder that is not there', async () => {
    const { frame } = await runtime.load(join(dir, 'gone'), language.defaultHandler)
    assert.deepEqual([frame.t, frame.code], ['error', 'LOAD_FAILED'])
    assert.match(String(frame.message), /gone/)
  })

  it('answers calls after a failed load with the same failure', async () => {
    await load({})
    const { frame } = await runtime.call()
    assert.deepEqual([frame.t, frame.code], ['error', 'HANDLER_NOT_FOUND'])
  })

  for (const [name, only, sources, handler, expected] of loaded.filter(([, only]) => only === language.name)) {
    it(`takes ${name}`, async () => {
      assert.equal(only, language.name)
      assert.equal((await load(sources, handler)).t, 'result')
      const { frame, body } = await runtime.call({ body: '2', headers: { 'content-type': 'application/json' } })
      assert.equal(body.toString(), expected, JSON.stringify(frame))
      assert.deepEqual(runtime.raw, { out: '', err: '' })
    })
  }

  it('writes nothing into the folder of the function', async () => {
    const node = { 'index.mjs': "import './part.mjs'\nexport const handler = () => 1", 'part.mjs': '' }
    const python = { 'main.py': 'import part\ndef handler(event): return 1', 'part.py': '' }
    await load(language.name === 'node' ? node : python)
    await runtime.call()
    assert.deepEqual(
      (await readdir(dir, { recursive: true })).sort(),
      Object.keys(language.name === 'node' ? node : python).sort(),
    )
  })
})

function fileOf(stem: string, language: RuntimeLanguage): string {
  return `${stem === '' ? language.defaultHandler.split('.')[0] : stem}.${language.extension}`
}
