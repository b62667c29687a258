import assert from 'node:assert/strict'
import { eventually } from '../../support/eventually.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { startTestGateway, type TestGateway } from '../../support/testGateway.ts'

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const asJson = { contentType: 'application/json' } as const

describe('GET /metrics', function () {
  this.timeout(60_000)
  const folder = temporaryFolder()
  const workspace = temporaryFolder()
  let gateway: TestGateway
  before(async () => {
    gateway = await startTestGateway(folder.path)
  })
  after(async () => {
    await gateway.stop()
    folder[Symbol.dispose]()
    workspace[Symbol.dispose]()
  })

  const text = async (): Promise<string> => {
    const headers = { Authorization: `Bearer ${gateway.ready.token}` }
    return (await fetch(`${gateway.ready.url}/metrics`, { headers })).text()
  }
  /** The value of a series whose labels hold all that are given. */
  const valueOf = async (name: string, ...labels: readonly string[]): Promise<number | undefined> => {
    const line = (await text())
      .split('\n')
      .find(each => each.startsWith(`${name}{`) && labels.every(label => each.includes(label)))
    return line === undefined ? undefined : Number(line.split(' ').at(-1))
  }

  it('counts the calls of a function, and forgets a function that is deleted', async () => {
    const { id: projectId } = await gateway.client.call('openProject', { body: { path: workspace.path } })
    const code = `export const handler = (event, { response, signal }) => {
      if (event === 'throw') throw new Error('on purpose')
      if (event === 'refuse') return response(503, {}, '')
      if (event === 'hold') return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      return event
    }`
    const body = { name: 'counted', runtime: 'node' as const, source: Buffer.from(code).toString('base64') }
    const fn = await gateway.client.call('deployFunction', { params: { id: projectId }, body })
    const label = `function_id="${fn.id}"`
    const call = (event: string) => gateway.client.invoke(fn.id, json(event), asJson)
    for (const event of ['a', 'b', 'throw', 'refuse']) await call(event)
    assert.equal(await valueOf('hks_function_calls_total', label, 'function="counted"'), 4)
    assert.equal(await valueOf('hks_function_errors_total', label, 'code="FUNCTION_FAILED"'), 1)
    assert.equal(await valueOf('hks_function_errors_total', label, 'code="HTTP_5XX"'), 1)
    assert.equal(await valueOf('hks_function_duration_seconds_count', label), 4)
    assert.equal(await valueOf('hks_function_duration_seconds_bucket', label, 'le="+Inf"'), 4)
    assert.equal(await valueOf('hks_function_in_flight', label), 0)

    const { invocationId } = await gateway.client.invoke(fn.id, json('hold'), { ...asJson, prefer: 'respond-async' })
    assert.equal(await valueOf('hks_function_in_flight', label), 1)
    await gateway.client.call('cancelInvocation', { params: { id: invocationId! } })
    assert.equal(await valueOf('hks_function_in_flight', label), 0)
    assert.equal(await valueOf('hks_function_errors_total', label, 'code="CANCELLED"'), 1)

    assert.equal(await valueOf('hks_function_processes', label), 1)
    assert.equal(await valueOf('hks_function_queued_calls', label), 0)
    await gateway.client.call('deleteFunction', { params: { id: fn.id } })
    assert.ok(!(await text()).includes(fn.id))
  })

  it('shows the processes that are ready, and the process of the gateway', async () => {
    const source = Buffer.from('export const handler = () => 1').toString('base64')
    const { id } = await gateway.client.call('openProject', { body: { path: workspace.path } })
    const body = { name: 'another', runtime: 'node' as const, source }
    await gateway.client.call('deployFunction', { params: { id }, body })
    // One, or as many as the tests before needed at once.
    await eventually(async () =>
      assert.ok(((await valueOf('hks_pool_ready_processes', 'connection="local"', 'runtime="node"')) ?? 0) > 0),
    )
    assert.match(await text(), /^hks_gateway_process_cpu_seconds_total \d/m)
  })
})
