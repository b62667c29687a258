import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HksError } from '../../../../../src/contract/errors.ts'
import { eventually } from '../../../../support/eventually.ts'
import { type ImageRegistry, type Login, openImageRegistry } from '../../../../support/imageRegistry.ts'
import { oneFile, openImageRig } from '../../../../support/imageRig.ts'
import { temporaryFolder } from '../../../../support/temporaryFolder.ts'

const ada = { username: 'ada', password: 'p:ß' }
const auth = Buffer.from(`${ada.username}:${ada.password}`).toString('base64')
const basic: Login = { kind: 'basic', ...ada }
const bearer: Login = { kind: 'bearer', ...ada }

/** A home folder with Docker's config, and a helper on the PATH. */
function openHome(config: object | string, helper?: { readonly name: string; readonly script: string }) {
  const folder = temporaryFolder()
  const [docker, bin] = [join(folder.path, '.docker'), join(folder.path, 'bin')]
  for (const one of [docker, bin]) mkdirSync(one)
  writeFileSync(join(docker, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config))
  if (helper) {
    const file = join(bin, `docker-credential-${helper.name}`)
    writeFileSync(file, `#!/bin/sh\n${helper.script}\n`)
    chmodSync(file, 0o755)
  }
  return {
    environment: { HOME: folder.path, PATH: `${bin}:/usr/bin:/bin` },
    docker,
    [Symbol.dispose]: folder[Symbol.dispose],
  }
}

const requestOf = ({ host }: ImageRegistry) => ({ base: `${host}/node:1`, repository: `${host}/team/f` })

async function refusal(work: Promise<unknown>): Promise<HksError> {
  const error = await work.then(
    () => assert.fail('it was not refused'),
    (error: unknown) => error as HksError,
  )
  assert.equal(error.code, 'REGISTRY_FAILED', error.stack)
  return error
}

describe('a registry that asks who one is', () => {
  for (const login of [basic, bearer]) {
    it(`gets the login of Docker's config (${login.kind})`, async () => {
      await using registry = await openImageRegistry({ login })
      registry.publish('node', '1', {})
      using home = openHome({ auths: { [registry.host]: { auth } } })
      using rig = openImageRig(home.environment)
      assert.equal((await rig.build(requestOf(registry))).pushed, true)
    })

    it(`gets the login of the connection before any other (${login.kind})`, async () => {
      await using registry = await openImageRegistry({ login })
      registry.publish('node', '1', {})
      using home = openHome({ auths: { [registry.host]: { auth: Buffer.from('eve:no').toString('base64') } } })
      using rig = openImageRig(home.environment)
      const access = { credentials: { [registry.host]: ada } }
      assert.equal((await rig.build({ ...requestOf(registry), access })).pushed, true)
    })

    it(`names itself and where a login was looked for when there is none (${login.kind})`, async () => {
      await using registry = await openImageRegistry({ login })
      registry.publish('node', '1', {})
      using home = openHome({ auths: { 'other.example.com': { auth } } })
      using rig = openImageRig(home.environment)
      const error = await refusal(rig.build(requestOf(registry)))
      assert.deepEqual([error.details?.['registry'], error.details?.['reason']], [registry.host, 'login'])
      assert.ok(error.message.includes(`${home.docker}/config.json (nothing for ${registry.host})`), error.message)
      assert.match(error.message, /nobody is logged in/)
      assert.match(error.hint ?? '', /docker login 127/)
    })

    it(`says that it does not accept a login (${login.kind})`, async () => {
      await using registry = await openImageRegistry({ login })
      registry.publish('node', '1', {})
      using rig = openImageRig()
      const access = { credentials: { [registry.host]: { ...ada, password: 'secret-wrong' } } }
      const error = await refusal(rig.build({ ...requestOf(registry), access }))
      assert.equal(error.details?.['reason'], 'login')
      assert.match(error.message, /it does not accept the login/)
      assert.ok(!JSON.stringify([error.message, error.hint, error.details, error.cause]).includes('secret-wrong'))
    })
  }

  const entries: readonly (readonly [string, (host: string) => object])[] = [
    ['https://HOST/v2/', host => ({ auths: { [`https://${host}/v2/`]: { auth } } })],
    ['a part of the repository', host => ({ auths: { [`${host}/team`]: { auth }, [host]: { auth: 'ZXZlOm5v' } } })],
    ['user and password', host => ({ auths: { [host]: ada } })],
  ]
  for (const [what, config] of entries) {
    it(`finds its login under ${what}`, async () => {
      await using registry = await openImageRegistry({ login: basic })
      registry.publish('team/node', '1', {})
      using home = openHome(config(registry.host))
      using rig = openImageRig(home.environment)
      await rig.build({ ...requestOf(registry), base: `${registry.host}/team/node:1` })
    })
  }

  it('finds DOCKER_CONFIG', async () => {
    await using registry = await openImageRegistry({ login: basic })
    registry.publish('node', '1', {})
    using home = openHome({ auths: { [registry.host]: { auth } } })
    using rig = openImageRig({ DOCKER_CONFIG: home.docker })
    await rig.build(requestOf(registry))
  })

  it('gives tokens for an identity token', async () => {
    await using registry = await openImageRegistry({ login: { ...bearer, identityToken: 'id-1' } })
    registry.publish('node', '1', {})
    using home = openHome({ auths: { [registry.host]: { identitytoken: 'id-1' } } })
    using rig = openImageRig(home.environment)
    await rig.build(requestOf(registry))
  })

  it('gives to anybody what is public, and says who may push', async () => {
    await using registry = await openImageRegistry({ login: { ...bearer, public: ['node'] } })
    registry.publish('node', '1', {})
    using rig = openImageRig()
    const error = await refusal(rig.build(requestOf(registry)))
    assert.equal(error.details?.['reason'], 'login')
    assert.match(error.message, /does not take 127\.0\.0\.1:\d+\/team\/f/)
  })

  it('is asked for the right to read from the base when its blobs are mounted', async () => {
    await using registry = await openImageRegistry({ login: bearer })
    const { layers } = registry.publish('node', '1', {})
    using rig = openImageRig()
    await rig.build({ ...requestOf(registry), access: { credentials: { [registry.host]: ada } } })
    assert.ok(
      registry.scopesAsked.some(scopes => scopes.join(' ') === 'repository:team/f:pull,push repository:node:pull'),
    )
    const copied = registry.seen.filter(({ method, path }) => method === 'GET' && path.includes(layers[0]!))
    assert.deepEqual(copied, [])
  })

  it('is asked for one token as long as that is worth something, and for another one afterwards', async () => {
    await using registry = await openImageRegistry({ login: bearer })
    registry.publish('node', '1', {})
    using rig = openImageRig()
    const request = { ...requestOf(registry), access: { credentials: { [registry.host]: ada } } }
    await rig.build(request)
    assert.equal(registry.scopesAsked.length, 2)
    await using hasty = await openImageRegistry({ login: { ...bearer, seconds: 0.001 } })
    hasty.publish('node', '1', {})
    const error = await refusal(rig.build({ ...requestOf(hasty), access: { credentials: { [hasty.host]: ada } } }))
    assert.equal(error.details?.['reason'], 'login')
  })
})

describe('a credential helper', () => {
  const answer = (username: string, secret: string) =>
    `printf '{"ServerURL":"%s","Username":"${username}","Secret":"${secret}"}' "$server"`
  const get = `test "$1" = get || exit 9; server=$(cat); `

  for (const field of ['credHelpers', 'credsStore'] as const) {
    it(`of ${field} is run with the PATH of the user and told the server`, async () => {
      await using registry = await openImageRegistry({ login: basic })
      registry.publish('node', '1', {})
      const script = `${get}test "$server" = ${registry.host} || exit 9; ${answer(ada.username, ada.password)}`
      const config = field === 'credsStore' ? { credsStore: 'test' } : { credHelpers: { [registry.host]: 'test' } }
      using home = openHome(config, { name: 'test', script })
      using rig = openImageRig(home.environment)
      await rig.build(requestOf(registry))
    })
  }

  it('may answer an identity token', async () => {
    await using registry = await openImageRegistry({ login: { ...bearer, identityToken: 'id-2' } })
    registry.publish('node', '1', {})
    using home = openHome({ credsStore: 'test' }, { name: 'test', script: `${get}${answer('<token>', 'id-2')}` })
    using rig = openImageRig(home.environment)
    await rig.build(requestOf(registry))
  })

  it('that knows nothing leaves it to the config', async () => {
    await using registry = await openImageRegistry({ login: basic })
    registry.publish('node', '1', {})
    const script = 'echo credentials not found in native keychain; exit 1'
    using home = openHome({ credsStore: 'test', auths: { [registry.host]: { auth } } }, { name: 'test', script })
    using rig = openImageRig(home.environment)
    await rig.build(requestOf(registry))
  })

  const failures: readonly (readonly [string, string | undefined, RegExp])[] = [
    ['is not there', undefined, /docker-credential-test \(it is not on the PATH \/.*bin:/],
    ['fails', 'echo "the keychain is locked"; exit 1', /docker-credential-test \(the keychain is locked\)/],
    ['answers no JSON', 'echo secret-hello', /docker-credential-test \(its answer is not JSON\)/],
  ]
  for (const [how, script, words] of failures) {
    it(`that ${how} is told with the 401, and does not keep one from what is public`, async () => {
      await using registry = await openImageRegistry({ login: { ...bearer, public: ['node'] } })
      registry.publish('node', '1', {})
      await using open = await openImageRegistry()
      using home = openHome({ credsStore: 'test' }, script === undefined ? undefined : { name: 'test', script })
      using rig = openImageRig(home.environment)
      await rig.build({ ...requestOf(registry), repository: `${open.host}/f` })
      const error = await refusal(rig.build({ ...requestOf(registry), files: oneFile('x', 'y') }))
      assert.match(error.message, words)
      assert.ok(!error.message.includes('secret-hello'))
    })
  }

  it('that hangs ends with the build', async () => {
    await using registry = await openImageRegistry({ login: basic })
    using home = openHome({ credsStore: 'test' }, { name: 'test', script: 'echo $$ > "$HOME/pid"; sleep 600' })
    using rig = openImageRig(home.environment)
    const stop = new AbortController()
    const building = rig.build(requestOf(registry), stop.signal)
    const pidFile = join(home.environment.HOME, 'pid')
    const pid = await eventually(() => Number(/^(\d+)\n$/.exec(readFileSync(pidFile, 'utf8'))?.[1] ?? assert.fail()))
    stop.abort(new Error('enough'))
    await assert.rejects(building, /enough/)
    await eventually(() => assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' }))
  })

  it('is not asked for by a config that can not be read, which is told', async () => {
    await using registry = await openImageRegistry({ login: basic })
    using home = openHome('{ broken')
    using rig = openImageRig(home.environment)
    const error = await refusal(rig.build(requestOf(registry)))
    assert.match(error.message, /config\.json \(it can not be read: /)
  })
})
