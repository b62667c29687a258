import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { vsixLimit } from '../../scripts/packageVsix.ts'
import { packagedExtension } from '../support/packagedExtension.ts'
import { zipEntries } from '../support/zipEntries.ts'

describe('the package', function () {
  this.timeout(60_000)
  let vsix: string
  let entries: string[]

  before(async () => {
    vsix = await packagedExtension()
    entries = await zipEntries(vsix)
  })

  it('is smaller than 3 MB', async () => {
    assert.ok((await stat(vsix)).size < vsixLimit)
  })

  for (const name of [
    'package.json',
    'LICENSE.txt',
    'dist/extension.cjs',
    'dist/gateway.mjs',
    'dist/hks-func.mjs',
    'dist/cli.mjs',
    'dist/webviews/scheduleEditor.js',
    'dist/webviews/codicon.ttf',
    'dist/deploy/knative/parts.json',
    'dist/runtimes/node/main.mjs',
    'dist/runtimes/python/main.py',
    'dist/runtimes/go/go.mod',
    'dist/runtimes/go/overlay/os.go.txt',
  ]) {
    it(`holds ${name}`, () => assert.ok(entries.includes(`extension/${name}`)))
  }

  it('holds the function templates of all languages', () => {
    for (const language of ['node', 'python', 'go']) {
      assert.ok(entries.some(e => new RegExp(`^extension/dist/templates/${language}/.+/function\\.yaml$`).test(e)))
    }
  })

  it('holds no source, test, document, example, source map or cache', () => {
    const unwanted =
      /^extension\/(src|test|docs|examples|scripts|bench|node_modules|coverage)\/|\.map$|__pycache__|\.part$|stamp/
    assert.deepEqual(
      entries.filter(e => unwanted.test(e)),
      [],
    )
  })
})
