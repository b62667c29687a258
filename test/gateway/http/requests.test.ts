import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ErrorBody, PageOf } from '../../../src/contract/common.ts'
import { errorCodes } from '../../../src/contract/errors.ts'
import type { CronJob } from '../../../src/contract/cronJobs.ts'
import type { CronJobExecution } from '../../../src/contract/executions.ts'
import type { Project, Secret } from '../../../src/contract/projects.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { startTestGateway, type TestGateway } from '../../support/testGateway.ts'

/** What comes from clients that are not ours. */
describe('requests as others write them', function () {
  this.timeout(60_000)
  const top = temporaryFolder()
  let gateway: TestGateway
  let projectId: string
  let id: string

  before(async () => {
    gateway = await startTestGateway(join(top.path, 'home'))
    mkdirSync(join(top.path, 'shop'))
    projectId = (await gateway.client.call('openProject', { body: { path: join(top.path, 'shop') } })).id
    const body = { projectId, name: 'job', schedule: '0 0 1 1 *', command: ['true'] }
    id = (await gateway.client.call('createCronJob', { body })).id
  })
  after(async () => {
    await gateway.stop()
    top[Symbol.dispose]()
  })

  const send = async <T>(method: string, path: string, body?: string | Uint8Array, type = 'application/json') => {
    const answer = await fetch(`${gateway.ready.url}/api/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${gateway.ready.token}`, 'Content-Type': type },
      ...(body === undefined ? {} : { body }),
    })
    const text = await answer.text()
    return { status: answer.status, body: (text === '' ? undefined : JSON.parse(text)) as T & ErrorBody }
  }
  const isRefused = async (answer: ReturnType<typeof send>, field: string, problem: RegExp) => {
    const { status, body } = await answer
    assert.deepEqual([status, body.code, body.details?.['field']], [400, 'INVALID_REQUEST', field], body.error)
    assert.match(body.error, problem)
  }

  it('are refused in our words when the path is no URL', async () => {
    const { status, body } = await send('GET', '/projects/%')
    assert.deepEqual([status, body.code], [400, 'INVALID_REQUEST'])
    assert.ok(errorCodes.includes(body.code))
    assert.match(body.error, /%/)
  })

  it('are refused for an id that is longer than any', async () => {
    await isRefused(send('GET', `/applications/${'a'.repeat(600)}`), 'id', /128 characters/)
  })

  it('name a project in any script, as long as a name may be', async () => {
    const name = '😀'.repeat(100)
    mkdirSync(join(top.path, 'other'))
    const opened = await send<Project>('POST', '/projects', JSON.stringify({ path: join(top.path, 'other'), name }))
    assert.equal(opened.status, 201)
    for (const path of ['', '/functions', '/secrets']) {
      assert.equal((await send('GET', `/projects/${encodeURIComponent(name)}${path}`)).status, 200, path)
    }
    const blank = { path: join(top.path, 'other'), name: ' \t' }
    await isRefused(send('POST', '/projects', JSON.stringify(blank)), 'name', /is not allowed/)
  })

  it('say which letters a name, a namespace and a tag may have', async () => {
    const letters = /is not allowed \(Lower-case letters, digits and "-", .*begins and ends with a letter or a digit/
    const functionNamed = (name: string) =>
      send('POST', `/projects/${projectId}/functions`, JSON.stringify({ name, runtime: 'node', source: 'MQ==' }))
    await isRefused(functionNamed('greet-'), 'name', letters)
    await isRefused(functionNamed('-'), 'name', letters)
    const namespace = JSON.stringify({ connectionId: 'x', namespace: 'Team_A' })
    await isRefused(send('POST', '/projects', namespace), 'namespace', letters)
    const items = [{ revision: 1, percent: 100, tag: 'Blue' }]
    await isRefused(send('PUT', `/functions/${id}/traffic`, JSON.stringify({ items })), 'items.0.tag', letters)
    await isRefused(send('PUT', `/projects/${projectId}/secrets/Mail`, '{"data":{}}'), 'secret', /\(Lower-case letters/)
  })

  it('say what a name of a variable and of a secret may be', async () => {
    const deploy = { name: 'f', runtime: 'node', source: Buffer.from('1').toString('base64') }
    const deployWith = (more: object) =>
      send('POST', `/projects/${projectId}/functions`, JSON.stringify({ ...deploy, ...more }))
    await isRefused(
      deployWith({ environment: { '1X': '2' } }),
      'environment.1X',
      /\(Names of letters, .* no digit first\)/,
    )
    await isRefused(
      deployWith({ secrets: [{ name: 'A', from: 'b' }] }),
      'secrets.0.from',
      /"b" is not allowed \(SECRET\/KEY, /,
    )
  })

  it('need an absolute path, also to relink: the gateway has no folder of its own', async () => {
    await isRefused(send('POST', '/projects', '{"path":"."}'), 'path', /absolute/)
    await isRefused(send('POST', `/projects/${projectId}/relink`, '{"path":"."}'), 'path', /absolute/)
  })

  it('may have no body at all, of whatever type', async () => {
    for (const type of ['application/json', 'application/x-www-form-urlencoded', 'text/plain']) {
      const { status, body } = await send<CronJobExecution>('POST', `/applications/${id}/trigger/`, '', type)
      assert.deepEqual([status, body.applicationId], [201, id], type)
    }
    assert.equal((await send('POST', `/applications/${id}/trigger`, 'a=1', 'text/plain')).status, 415)
  })

  it('hold an object, in UTF-8, with or without a byte order mark', async () => {
    await isRefused(send('POST', `/applications/${id}/trigger`, 'null'), 'body', /null must be an object\./)
    await isRefused(send('POST', `/applications/${id}/trigger`, '[]'), 'body', /\[\] must be an object\./)
    const latin1 = Buffer.from('{"schedule":"@hourly","timeZone":"\xe4"}', 'latin1')
    await isRefused(send('PATCH', `/applications/${id}`, latin1), 'body', /UTF-8/)
    const marked = await send<CronJob>('PATCH', `/applications/${id}`, '\ufeff{"environment":{"A":"ä"}}')
    assert.deepEqual([marked.status, marked.body.environment], [200, { A: 'ä' }])
  })

  it('have no field that is unknown, also where there is nothing to say', async () => {
    await isRefused(send('POST', `/applications/${id}/suspend`, '{"reason":"x"}'), 'reason', /not a field/)
    await isRefused(send('DELETE', `/applications/${id}`, '{"force":true}'), 'force', /not a field/)
    await isRefused(send('DELETE', `/applications/cronjobs/${id}?force=true`), 'force', /not a field/)
    assert.equal((await send('POST', `/applications/${id}/suspend`, '{}')).status, 200)
  })

  it('page the secrets of a project', async () => {
    for (const secret of ['a', 'b', 'constructor']) {
      await send('PUT', `/projects/${projectId}/secrets/${secret}`, '{"data":{"__proto__":"1"}}')
    }
    const first = await send<PageOf<Secret>>('GET', `/projects/${projectId}/secrets?limit=2`)
    assert.deepEqual(
      first.body.items.map(({ name, keys }) => [name, keys]),
      [
        ['a', ['__proto__']],
        ['b', ['__proto__']],
      ],
    )
    const next = await send<PageOf<Secret>>('GET', `/projects/${projectId}/secrets?cursor=${first.body.nextCursor}`)
    assert.deepEqual([next.body.items.map(({ name }) => name), next.body.nextCursor], [['constructor'], undefined])
  })

  it('give each variable one secret, and none to those by which processes are found', async () => {
    const twice = [
      { name: 'A', from: 'db/a' },
      { name: 'A', from: 'db/b' },
    ]
    await isRefused(send('PATCH', `/applications/${id}`, JSON.stringify({ secrets: twice })), 'secrets.1.name', /twice/)
    const source = Buffer.from('export const handler = () => 1').toString('base64')
    const deploy = (secrets: object) =>
      send('POST', `/projects/${projectId}/functions`, JSON.stringify({ name: 'f', runtime: 'node', source, secrets }))
    await isRefused(deploy(twice), 'secrets.1.name', /twice/)
    await isRefused(deploy([{ name: 'HKS_RUN_ID', from: 'db/a' }]), 'secrets.0.name', /reserved/)
  })
})
