import assert from 'node:assert/strict'
import { type Route, routes } from '../../../src/contract/routes.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { startTestGateway, type TestGateway } from '../../support/testGateway.ts'

interface OpenApi {
  readonly openapi: string
  readonly paths: Record<string, Record<string, { requestBody?: unknown; responses: Record<string, unknown> }>>
}

describe('the OpenAPI description', function () {
  this.timeout(60_000)
  const folder = temporaryFolder()
  let gateway: TestGateway
  let description: OpenApi

  before(async () => {
    gateway = await startTestGateway(folder.path)
    const response = await fetch(`${gateway.ready.url}/openapi.json`, {
      headers: { Authorization: `Bearer ${gateway.ready.token}` },
    })
    description = (await response.json()) as OpenApi
  })
  after(async () => {
    await gateway.stop()
    folder[Symbol.dispose]()
  })

  it('is version 3.1', () => assert.match(description.openapi, /^3\.1\./))

  it('has every route of the contract in every spelling, and no other', () => {
    const expected = Object.values<Route>(routes).flatMap(route =>
      [route.path, ...(route.aliases ?? [])].map(path => `${route.method} ${path.replace(/:(\w+)/g, '{$1}')}`),
    )
    const actual = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
    )
    assert.deepEqual(actual.sort(), expected.sort())
  })

  it('says what each route takes and answers', () => {
    for (const route of Object.values<Route>(routes)) {
      const operation = description.paths[route.path.replace(/:(\w+)/g, '{$1}')]?.[route.method.toLowerCase()]
      assert.ok(operation)
      assert.equal(operation.requestBody !== undefined, route.body !== undefined, route.path)
      assert.ok(String(route.success.status) in operation.responses, route.path)
    }
  })
})
