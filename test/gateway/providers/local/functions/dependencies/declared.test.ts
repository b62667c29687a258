import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Declared } from '../../../../../../src/gateway/providers/local/functions/dependencies/installer.ts'
import { readNpmDeclared } from '../../../../../../src/gateway/providers/local/functions/dependencies/npmLock.ts'
import { readRequirements } from '../../../../../../src/gateway/providers/local/functions/dependencies/requirements.ts'
import { temporaryFolder } from '../../../../../support/temporaryFolder.ts'

type Files = Readonly<Record<string, string>>

async function declaredBy(
  read: (folder: string) => Promise<Declared | undefined>,
  files: Files,
): Promise<Declared | undefined> {
  using folder = temporaryFolder()
  const source = join(folder.path, 'source')
  for (const [path, text] of Object.entries({ 'main.py': '', ...files })) {
    const file = join(source, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  return await read(source)
}

describe('a requirements.txt', () => {
  const runs = async (files: Files) => (await declaredBy(readRequirements, files))?.runsPrograms

  it('that names packages, versions and indexes runs nothing of theirs', async () => {
    const lines = [
      ...['# comment', '--index-url https://example.com/simple', '--extra-index-url=https://example.org', '--pre'],
      ...['--only-binary=:all:', '--only-binary numpy', '-r more/others.txt', '-c limits.txt', 'a', 'b.c[d,e]>=1,<2'],
      ...['f==1.0 --hash=sha256:00', 'g ; python_version > "3"', 'h (==1.0)', 'i~=1.0; sys_platform == "linux"'],
    ]
    const files = { 'more/others.txt': '-r ../last.txt\nj\n', 'last.txt': 'k\r\nl', 'limits.txt': 'a<2\n' }
    assert.equal(await runs({ 'requirements.txt': lines.join('\n'), ...files }), undefined)
  })

  it('that may build something says by which line', async () => {
    for (const line of [
      ...[
        '--no-binary a',
        '--pre --no-binary :all:',
        '--only-binary=:none:',
        '--only-binary a,:none:',
        '-e .',
        './own',
      ],
      ...[
        'a @ https://example.com/a.tar.gz',
        'own-1.0.tar.gz',
        'own.zip',
        'own.tgz[extra]',
        'own-1.0-py3-none-any.whl',
      ],
      ...['-r https://example.com/r.txt', '-r missing.txt', '-r more.txt --pre', '-r "more.txt"', '-c missing.txt'],
    ]) {
      const said = await runs({ 'requirements.txt': `a\n${line}\n`, 'more.txt': 'b\n' })
      assert.equal(said, `requirements.txt says "${line}"`)
    }
  })

  it('is read in the lines and the encoding in which pip reads it', async () => {
    for (const end of ['\r', '\v', '\f', '\u0085', '\u2028'])
      assert.match((await runs({ 'requirements.txt': `a==1${end}own.tar.gz\n` }))!, /own\.tar\.gz/)
    for (const end of ['\n', '\r\n', '\r'])
      assert.match((await runs({ 'requirements.txt': `a==1${end}# more \\${end}own.tar.gz\n` }))!, /own\.tar\.gz/)
    assert.match((await runs({ 'requirements.txt': '# coding: utf-7\na==1+AAo-own.tar.gz\n' }))!, /coding: utf-7/)
  })

  it('tells nothing of files that are not in the source', async () => {
    for (const name of ['../secret.txt', 'more/../../secret.txt', '/dev/zero']) {
      const declared = await declaredBy(readRequirements, {
        'requirements.txt': `-r ${name}\n`,
        '../secret.txt': 'password: sesame\n',
      })
      assert.equal(declared?.runsPrograms, `requirements.txt says "-r ${name}"`)
      assert.doesNotMatch(JSON.stringify(declared), /sesame/)
    }
  })

  it('that includes the same again and again is read once', async () => {
    const files: Record<string, string> = { 'requirements.txt': '-r 0.txt\n' }
    for (let i = 0; i < 40; i++) files[`${i}.txt`] = `-r ${i + 1}.txt\n-r ${i + 1}.txt\n`
    const declared = await declaredBy(readRequirements, { ...files, '40.txt': '-r requirements.txt\na\n' })
    assert.equal(declared?.runsPrograms, undefined)
    assert.equal(declared?.identity[0]?.match(/^a$/gm)?.length, 1)
  })
})

describe('a package-lock.json', () => {
  const manifest = { dependencies: { a: '1' } }
  const runs = async (entry: object, settings = '') =>
    (
      await declaredBy(readNpmDeclared, {
        'package.json': JSON.stringify(manifest),
        'package-lock.json': JSON.stringify({ lockfileVersion: 3, packages: { 'node_modules/a': entry } }),
        '.npmrc': settings,
      })
    )?.runsPrograms

  it('that names packages of registries and of the source runs nothing of theirs', async () => {
    for (const entry of [
      { version: '1.0.0', resolved: 'https://registry.example.com/a/-/a-1.0.0.tgz' },
      ...[{ resolved: 'lib/a', link: true }, { resolved: 'file:lib/a-1.0.0.tgz' }, { version: 'npm:b@1.0.0' }],
    ])
      assert.equal(
        await runs(entry, '; mine\nregistry=https://example.com\n@a:registry = https://a.example\n'),
        undefined,
      )
  })

  it('that names a repository says which', async () => {
    for (const resolved of [
      ...['git+ssh://git@example.com/a/b.git#1', 'github:a/b', 'a/b', 'gist:1234', 'git@github.com:a/b.git'],
      ...['https://github.com/a/b', 'https://example.com/a/b.git', 'git://example.com/b'],
    ]) {
      assert.equal(await runs({ version: '1.0.0', resolved }), `the lock file names a git repository, ${resolved}`)
      if (/[:/]/.test(resolved)) assert.match((await runs({ version: resolved }))!, /repository/)
    }
  })

  it('that leaves open where a package comes from says what asks for a repository', async () => {
    const plain = { version: '1.0.0' }
    for (const spec of [
      'a/b',
      'a/b#main',
      'github:a/b',
      'git@example.com:a/b.git',
      'https://github.com/a/b',
      'git+https://e/a',
    ]) {
      assert.equal(await runs({ ...plain, dependencies: { b: spec } }), `a git repository is asked for, ${spec}`)
    }
    for (const spec of ['^1.2.3 || ~2', 'file:lib/a', 'npm:@b/c@1', 'https://example.com/a.tgz', '*', 'workspace:*']) {
      assert.equal(await runs({ ...plain, dependencies: { b: spec } }), undefined, spec)
    }
  })

  it('beside settings that may start programs says which', async () => {
    const entry = { version: '1.0.0', resolved: 'https://registry.example.com/a/-/a-1.0.0.tgz' }
    assert.equal(await runs(entry, 'ignore-scripts=true\n'), undefined)
    for (const line of [
      'ignore-scripts=false',
      'ignore-scripts = 0',
      'ignore-scripts=no',
      '"ignore-scripts"=false',
      'git=./own',
    ])
      assert.equal(await runs(entry, `registry=https://example.com\n  ${line}\n`), `.npmrc says "${line}"`)
  })
})
