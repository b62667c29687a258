import assert from 'node:assert/strict'
import { testCluster } from '../../../../src/gateway/providers/kubernetes/testCluster.ts'
import { wireClient } from './support/wireClient.ts'
import { answerJson, answerStatus, wireServer } from './support/wireServer.ts'

const serving = '/apis/serving.knative.dev/v1'
const namespaces = '/api/v1/namespaces'

/** What is told of a cluster that answers these paths so; a number is the status of a refusal. */
async function report(answers: Readonly<Record<string, 403 | 404 | 500>>) {
  await using server = await wireServer((request, response) => {
    const path = request.url!.split('?')[0]!
    const status = answers[path]
    if (path === '/version') answerJson(response, 200, { gitVersion: 'v1.34.4' })
    else if (status === undefined) answerJson(response, 200, {})
    else answerStatus(response, status, 'No', { message: `forbidden: User "jane" cannot get path "${path}"` })
  })
  using client = await wireClient(server.url)
  const { server: url, milliseconds, ...rest } = await testCluster(client)
  assert.equal(url, server.url)
  assert.ok(milliseconds >= 0)
  return rest
}

describe('the test of a cluster', () => {
  it('says which version it has, and that all is there', async () => {
    assert.deepEqual(await report({}), { version: 'v1.34.4', listsNamespaces: true, knative: true })
  })

  it('tells what is missing from what may not be seen', async () => {
    assert.deepEqual(await report({ [serving]: 404 }), { version: 'v1.34.4', listsNamespaces: true, knative: false })
    assert.deepEqual(await report({ [serving]: 403, [namespaces]: 403 }), {
      version: 'v1.34.4',
      listsNamespaces: false,
    })
  })

  it('fails where the cluster does', async () => {
    await assert.rejects(report({ [serving]: 500 }), { code: 'CONNECTION_FAILED' })
  })
})
