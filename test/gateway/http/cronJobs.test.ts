import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import WebSocket from 'ws'
import type { ErrorBody } from '../../../src/contract/common.ts'
import type { CronJob } from '../../../src/contract/cronJobs.ts'
import type { CronJobExecution } from '../../../src/contract/executions.ts'
import { watchPath } from '../../../src/contract/routes.ts'
import type { WatchSnapshot } from '../../../src/contract/watch.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { startTestGateway, type TestGateway } from '../../support/testGateway.ts'

describe('CronJobs over HTTP', function () {
  this.timeout(60_000)
  const top = temporaryFolder()
  const workspace = join(top.path, 'shop')
  let gateway: TestGateway
  let projectId: string
  let functionId: string

  before(async () => {
    gateway = await startTestGateway(join(top.path, 'home'))
    mkdirSync(workspace)
    projectId = (await gateway.client.call('openProject', { body: { path: workspace } })).id
    const source = Buffer.from('export const handler = event => event').toString('base64')
    const body = { name: 'echo', runtime: 'node', source } as const
    functionId = (await gateway.client.call('deployFunction', { params: { id: projectId }, body })).id
  })
  after(async () => {
    await gateway.stop()
    top[Symbol.dispose]()
  })

  const api = async <T>(method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${gateway.ready.url}/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${gateway.ready.token}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, body: (text === '' ? undefined : JSON.parse(text)) as T & ErrorBody }
  }
  const create = (name: string, fields: object) =>
    api<CronJob>('POST', '/applications/cronjobs', { projectId, name, schedule: '0 0 1 1 *', ...fields })

  it('carry either a command or a function, on the watch too', async () => {
    const { body: calling } = await create('calling', { functionId })
    const { body: running } = await create('running', { command: ['true'] })
    const socket = new WebSocket(`${gateway.ready.url.replace('http', 'ws')}${watchPath}`, {
      headers: { Authorization: `Bearer ${gateway.ready.token}` },
    })
    const [data] = (await once(socket, 'message')) as [Buffer]
    const closed = once(socket, 'close')
    socket.close()
    await closed
    const { cronJobs } = JSON.parse(data.toString()) as WatchSnapshot
    const work = ({ command, args, functionId: called, payload }: CronJob) =>
      JSON.stringify({ command, args, functionId: called, payload })
    for (const jobs of [[calling, running], [...cronJobs].sort((a, b) => (a.name < b.name ? -1 : 1))]) {
      assert.deepEqual(jobs.map(work), [
        JSON.stringify({ functionId, payload: null }),
        JSON.stringify({ command: ['true'], args: [] }),
      ])
    }
  })

  describe('in a project whose folder is not there', () => {
    let commanded: CronJob
    let calling: CronJob
    before(async () => {
      commanded = (await create('commanded', { command: ['true'], backoffLimit: 0 })).body
      calling = (await create('calls', { functionId, backoffLimit: 0 })).body
      renameSync(workspace, join(top.path, 'elsewhere'))
    })
    after(() => renameSync(join(top.path, 'elsewhere'), workspace))
    const isMissing = ({ status, body }: { readonly status: number; readonly body: ErrorBody }) => {
      assert.deepEqual([status, body.code], [409, 'PROJECT_MISSING'], body.error)
      assert.ok(body.error.includes(workspace), body.error)
      assert.match(body.hint ?? '', /Relink Project/)
      assert.deepEqual(body.details, { projectId, path: workspace })
    }

    it('can not be created, nor can functions be deployed', async () => {
      isMissing(await create('homeless', { command: ['true'] }))
      isMissing(await create('homeless', { functionId }))
      const source = Buffer.from('export const handler = () => 1').toString('base64')
      isMissing(await api('POST', `/projects/${projectId}/functions`, { name: 'homeless', runtime: 'node', source }))
      const { items } = await gateway.client.call('listCronJobs', { query: { projectId } })
      assert.ok(items.every(job => job.name !== 'homeless'))
    })

    it('are not started by hand, unless they call a function, which needs no folder', async () => {
      isMissing(await api('POST', `/applications/${commanded.id}/trigger`))
      const { status, body } = await api<CronJobExecution>('POST', `/applications/${calling.id}/trigger`)
      assert.equal(status, 201)
      const log = await gateway.client.open('getExecutionLogs', {
        params: { id: calling.id, execId: body.id },
        query: { follow: true },
      })
      await log.text()
      const run = await api<CronJobExecution>('GET', `/applications/${calling.id}/executions/${body.id}`)
      assert.equal(run.body.status, 'succeeded', run.body.cause)
    })

    it('can be changed, suspended, resumed and deleted', async () => {
      const path = `/applications/${commanded.id}`
      assert.equal((await api('PATCH', path, { schedule: '@yearly' })).status, 200)
      assert.equal((await api('POST', `${path}/suspend`)).status, 200)
      assert.equal((await api('POST', `${path}/resume`)).status, 200)
      assert.equal((await api('DELETE', path)).status, 204)
    })
  })
})
