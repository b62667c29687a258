import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Function } from '../../src/contract/functions.ts'
import { npmFiles, type NpmRegistry, openNpmRegistry } from '../support/npmRegistry.ts'
import { openWorkplace, type Workplace } from './hksFunc.ts'

describe('hks-func deploy of a function with packages', function () {
  this.timeout(120_000)
  let place: Workplace
  let registry: NpmRegistry
  before(async () => {
    place = await openWorkplace()
    registry = await openNpmRegistry()
    mkdirSync(join(place.folder, 'packaged'))
    const files = {
      'function.yaml': 'name: packaged\nruntime: node\n',
      'index.mjs': "import hello from 'greeting'\nexport const handler = () => hello()\n",
      '.npmrc': `registry=${registry.origin}\n`,
      ...npmFiles({
        greeting: registry.publish('greeting', '1.0.0', { 'index.js': 'module.exports = () => "hello"' }),
      }),
    }
    for (const [name, content] of Object.entries(files)) writeFileSync(join(place.folder, 'packaged', name), content)
  })
  after(async () => {
    await place?.close()
    await registry?.[Symbol.asyncDispose]()
  })

  it('says what it does, once for packages that it has', async () => {
    const first = await place.run(['deploy', 'packaged'])
    assert.equal(first.code, 0, first.stderr)
    // That the only package is there is said when the rest of the installation takes a moment.
    assert.match(
      first.stderr,
      /Deploying packaged to hello …\ninstalling 0 of 1 packages …\n(installing 1 of 1 .+\n)?$/,
    )
    assert.equal((await place.run(['invoke', 'packaged'])).stdout.trim(), '"hello"')
    const second = await place.run(['deploy', 'packaged'])
    assert.equal(second.stderr, 'Deploying packaged to hello …\n')
  })

  it('cancels the deployment on Ctrl-C', async () => {
    const { 'package.json': manifest = '', 'package-lock.json': lock = '' } = npmFiles({
      other: registry.publish('other', '1.0.0', {}),
    })
    writeFileSync(join(place.folder, 'packaged/package.json'), manifest)
    writeFileSync(join(place.folder, 'packaged/package-lock.json'), lock)
    const asked = registry.hang()
    const command = place.start(['deploy', 'packaged'])
    const said = text(command.stderr!)
    await asked
    command.kill('SIGINT')
    assert.deepEqual(await once(command, 'close'), [130, null], await said)
    const { status, revision, revisions } = await place.json<Function>('describe', 'packaged')
    assert.deepEqual([status, revision], ['ready', 2])
    assert.ok(revisions.every(({ status }) => status !== 'deploying'))
  })
})
