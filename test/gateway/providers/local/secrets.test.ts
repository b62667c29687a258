import assert from 'node:assert/strict'
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HksError } from '../../../../src/contract/errors.ts'
import { createMask } from '../../../../src/gateway/platform/maskSecrets.ts'
import { createLocalSecrets } from '../../../../src/gateway/providers/local/secrets.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

const isError = (code: string, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof HksError, String(error))
  assert.equal(error.code, code)
  assert.match(error.message, message)
  return true
}

describe('the secrets of local projects', () => {
  it('tell which values changed, and only those', async () => {
    using folder = temporaryFolder()
    const secrets = createLocalSecrets(folder.path)
    const told: unknown[] = []
    const subscription = secrets.subscribe(async (projectId, changed) => void told.push([projectId, ...changed]))
    await secrets.write('p', 'db', { user: 'u', password: 'first' })
    await secrets.write('p', 'db', { user: 'u', password: 'second' })
    await secrets.write('p', 'db', { user: 'u' })
    await secrets.remove('p', 'db')
    subscription[Symbol.dispose]()
    await secrets.write('p', 'db', { user: 'u' })
    assert.deepEqual(told, [
      ['p', 'db/user', 'db/password'],
      ['p', 'db/password'],
      ['p', 'db/user', 'db/password'],
    ])
  })

  it('are listed by key and resolved by reference, each project its own', async () => {
    using folder = temporaryFolder()
    const secrets = createLocalSecrets(folder.path)
    assert.deepEqual(await secrets.list('p'), [])
    assert.deepEqual(await secrets.write('p', 'db', { user: 'u', password: 'first' }), {
      name: 'db',
      keys: ['password', 'user'],
    })
    await secrets.write('p', 'db', { password: 'second' })
    await secrets.write('p', 'api', { token: 't' })
    await secrets.write('q', 'db', { user: 'other' })
    assert.deepEqual(await secrets.list('p'), [
      { name: 'api', keys: ['token'] },
      { name: 'db', keys: ['password', 'user'] },
    ])
    const references = [
      { name: 'A', from: 'db/password' },
      { name: 'B', from: 'db/user' },
    ]
    assert.deepEqual(await secrets.resolve('p', references), { A: 'second', B: 'u' })
    assert.deepEqual(await createLocalSecrets(folder.path).resolve('p', references), { A: 'second', B: 'u' })
    await assert.rejects(secrets.resolve('q', references), isError('NOT_FOUND', /"db\/password" is not set/))
    await secrets.removeProject('p')
    assert.deepEqual([await secrets.list('p'), (await secrets.list('q')).length], [[], 1])
    await secrets.rekeyProject('q', 'r')
    assert.deepEqual([await secrets.list('q'), (await secrets.list('r')).length], [[], 1])
  })

  it('name the command that sets what is missing', async () => {
    using folder = temporaryFolder()
    await assert.rejects(
      createLocalSecrets(folder.path).resolve('p', [{ name: 'A', from: 'db/password' }]),
      (error: unknown) => error instanceof HksError && error.hint === 'Set it with: hks-func secret set db password',
    )
  })

  it('are removed, but not twice', async () => {
    using folder = temporaryFolder()
    const secrets = createLocalSecrets(folder.path)
    await secrets.write('p', 'db', { a: 'x' })
    await secrets.remove('p', 'db')
    await assert.rejects(secrets.remove('p', 'db'), isError('NOT_FOUND', /secret "db"/))
    await assert.rejects(secrets.remove('p', 'constructor'), isError('NOT_FOUND', /"constructor"/))
    await assert.rejects(
      secrets.resolve('p', [{ name: 'A', from: 'constructor/name' }]),
      isError('NOT_FOUND', /constructor/),
    )
  })

  it('are in a file that only its owner may read, also over a leftover with another mode', async () => {
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, 'secrets.json.next'), 'x', { mode: 0o666 })
    chmodSync(join(folder.path, 'secrets.json.next'), 0o666)
    await createLocalSecrets(folder.path).write('p', 'db', { a: 'x' })
    assert.equal(statSync(join(folder.path, 'secrets.json')).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(folder.path), ['secrets.json'])
  })

  it('written at once are all kept', async () => {
    using folder = temporaryFolder()
    const secrets = createLocalSecrets(folder.path)
    await Promise.all(Array.from({ length: 20 }, (_, i) => secrets.write('p', `s${i}`, { k: `${i}` })))
    assert.equal((await secrets.list('p')).length, 20)
  })

  it('in a damaged file are an error that does not show them, and the file stays', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'secrets.json')
    writeFileSync(file, '{"p": {"db": {"a": "hunter2-hunter2"')
    const secrets = createLocalSecrets(folder.path)
    for (const work of [secrets.list('p'), secrets.write('p', 'x', { a: 'b' })]) {
      await assert.rejects(work, (error: unknown) => {
        isError('STORE_CORRUPT', /not valid JSON/)(error)
        assert.doesNotMatch(`${(error as Error).stack} ${String((error as Error).cause)}`, /hunter2/)
        return true
      })
    }
    assert.match(readFileSync(file, 'utf8'), /hunter2/)
  })
})

describe('a mask', () => {
  it('hides values, their lines and the longest first, but no short ones', () => {
    const hide = createMask(['abcdef', 'abcd', 'xyz', 'line one\n  line two\r\n'])
    assert.equal(hide('abcdef abcde xyz'), '*** ***e xyz')
    assert.equal(hide('saw line two'), 'saw ***')
    assert.equal(createMask([])('abc'), 'abc')
  })

  it('hides values that overlap whole, and one that overlaps itself', () => {
    const hide = createMask(['abcdef', 'defghi', 'anana'])
    assert.equal(hide('an abcdefghi.'), 'an ***.')
    assert.equal(hide('abcdefabcdef'), '******')
    assert.equal(hide('bananana'), 'b***')
  })
})
