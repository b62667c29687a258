import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  npmSettings,
  pipSettings,
} from '../../../../../../src/gateway/providers/local/functions/dependencies/registrySettings.ts'
import { temporaryFolder } from '../../../../../support/temporaryFolder.ts'

/** A folder with these files. */
function folderOf(files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder.path, name)), { recursive: true })
    writeFileSync(join(folder.path, name), text)
  }
  return folder
}

describe('the settings that an installation gets', () => {
  it('say where packages are, whom to trust, and nothing of who the user is', async () => {
    using home = folderOf({
      'prefix/etc/npmrc': 'registry=https://first.example\nprefix=/somewhere\n',
      'ca.pem': '',
      '.npmrc': [
        '@own:registry = https://own.example/npm/',
        '//own.example/npm/:_authToken=secret',
        'https-proxy=http://user:secret@proxy.example:8080',
        'proxy=${PROXY}',
        '_auth=secret',
      ].join('\n'),
      '.config/pip/pip.conf':
        '[global]\nindex-url = https://user:secret@a.example/simple\nextra-index-url = https://b.example/simple\n',
    })
    const npm = await npmSettings(join(home.path, 'prefix'), home.path)
    assert.deepEqual(Object.fromEntries(npm.values), {
      registry: 'https://first.example',
      '@own:registry': 'https://own.example/npm/',
    })
    writeFileSync(join(home.path, '.npmrc'), `cafile=${join(home.path, 'ca.pem')}\n`)
    assert.equal((await npmSettings(join(home.path, 'prefix'), home.path)).certificates, join(home.path, 'ca.pem'))
    const pip = await pipSettings(home.path)
    assert.equal(pip.values.get('extra-index-url'), 'https://b.example/simple')
    assert.doesNotMatch(JSON.stringify([...npm.values, ...pip.values]), /secret/)
  })
})
