import assert from 'node:assert/strict'
import { HksError } from '../../../../../src/contract/errors.ts'
import { createChangePublisher } from '../../../../../src/gateway/domain/changes.ts'
import type { KubeClient } from '../../../../../src/gateway/providers/kubernetes/client/kubeClient.ts'
import { createFunctionsView } from '../../../../../src/gateway/providers/kubernetes/functions/functionsView.ts'
import { createPendingRevisions } from '../../../../../src/gateway/providers/kubernetes/functions/pendingRevisions.ts'
import { createWatchedCollection } from '../../../../../src/gateway/providers/kubernetes/watch/createWatchedCollection.ts'
import { eventually } from '../../../../support/eventually.ts'
import { createFakeClock } from '../../../../support/fakeClock.ts'
import { wireClient } from '../support/wireClient.ts'
import { answerJson, answerStatus, wireServer } from '../support/wireServer.ts'

/** An API server that answers everything with one error. */
const refusing = (code: 'NOT_FOUND' | 'FORBIDDEN' | 'CONNECTION_FAILED'): KubeClient => {
  const refuse = () => Promise.reject(new HksError(code, `no: ${code}`))
  return {
    server: 'https://test',
    request: refuse,
    list: refuse,
    stream: refuse,
    [Symbol.dispose]: () => undefined,
  } as never
}

describe('the functions of a namespace', () => {
  const viewOf = (client: KubeClient) => {
    const clock = createFakeClock(0)
    return createFunctionsView({
      scope: { projectId: 'p', name: 'team-a', client, signal: new AbortController().signal },
      follow: (path, labelSelector) =>
        createWatchedCollection({ client, clock, path, query: { labelSelector }, keep: object => object }) as never,
      changes: createChangePublisher(),
      clock,
      pending: createPendingRevisions(),
      onGone: () => undefined,
    })
  }

  it('are refused without Knative, and keep nothing else from going on', async () => {
    using view = viewOf(refusing('NOT_FOUND'))
    await assert.rejects(view.ready(), (error: HksError) => {
      assert.equal(error.code, 'KNATIVE_MISSING')
      assert.deepEqual(error.details, { missing: ['services.serving.knative.dev'] })
      return true
    })
    assert.deepEqual([view.state(), view.records()], [{ synced: true }, []])
    assert.equal(view.noFunctions(), 'Functions need Knative Serving, which this cluster does not have.')
  })

  it('are there as soon as it is looked again after Knative was installed, without waiting for the next try', async () => {
    let isInstalled = false
    await using server = await wireServer((request, response) => {
      const isKnative = request.url!.startsWith('/apis/serving.knative.dev/')
      if (isKnative && !isInstalled) answerStatus(response, 404, 'NotFound')
      else if (request.url!.includes('watch=true')) response.writeHead(200).flushHeaders()
      else answerJson(response, 200, { metadata: { resourceVersion: '1' }, items: [] })
    })
    using client = await wireClient(server.url)
    using view = viewOf(client)
    await eventually(() => assert.match(view.noFunctions() ?? '', /need Knative Serving/))
    isInstalled = true
    const told = Promise.withResolvers<void>()
    using _listening = view.onState(() => view.noFunctions() === undefined && told.resolve())
    view.lookAgain()
    await told.promise
    await view.ready()
  })

  it('are refused to who may not see them, and keep nothing else from going on', async () => {
    using view = viewOf(refusing('FORBIDDEN'))
    await assert.rejects(view.ready(), (error: HksError) => error.code === 'FORBIDDEN')
    assert.deepEqual([view.state(), view.noFunctions()], [{ synced: true }, undefined])
  })

  it('say when the cluster can not be reached', async () => {
    using view = viewOf(refusing('CONNECTION_FAILED'))
    await assert.rejects(view.ready(), (error: HksError) => error.code === 'CONNECTION_FAILED')
    const { synced, error } = view.state()
    assert.deepEqual([synced, error?.code], [false, 'CONNECTION_FAILED'])
  })
})
