import assert from 'node:assert/strict'
import { projectActions } from '../../../../../src/contract/projects.ts'
import { createSystemClock } from '../../../../../src/gateway/platform/systemClock.ts'
import { createNamespaceRights } from '../../../../../src/gateway/providers/kubernetes/access/namespaceRights.ts'
import { createAccessReview } from '../../../../../src/gateway/providers/kubernetes/client/accessReview.ts'
import type { RequestInfo } from '../../../../../src/gateway/providers/kubernetes/client/requestInfo.ts'
import { eventually } from '../../../../support/eventually.ts'
import { wireClient } from '../support/wireClient.ts'
import { answerJson, answerStatus, wireServer } from '../support/wireServer.ts'

/** Rights in a namespace of an API server that allows what `allows` says at that moment. */
async function openRights(allows: (action: RequestInfo) => boolean | 'fails') {
  const stack = new AsyncDisposableStack()
  const server = stack.use(
    await wireServer((request, response) => {
      let body = ''
      request.on('data', (text: Buffer) => (body += text.toString()))
      request.on('end', () => {
        const { spec } = JSON.parse(body) as { spec: { resourceAttributes: RequestInfo } }
        const allowed = allows(spec.resourceAttributes)
        if (allowed === 'fails') answerStatus(response, 500, 'InternalError')
        else answerJson(response, 201, { status: { allowed } })
      })
    }),
  )
  const client = stack.use(await wireClient(server.url))
  const review = createAccessReview(client)
  const clock = stack.use(createSystemClock())
  const reported: unknown[] = []
  let told = 0
  const rights = stack.use(
    createNamespaceRights({
      ...{ review, namespace: 'team-a', clock, report: error => reported.push(error) },
      onChange: () => told++,
    }),
  )
  const denied = () => rights.denied().map(({ action }) => action)
  return {
    ...{ rights, review, server, reported, denied, told: () => told },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

describe('the rights in a namespace', () => {
  it('are told with what is denied, in words', async () => {
    await using opened = await openRights(({ resource }) => resource !== 'jobs')
    await eventually(async () => assert.deepEqual(opened.denied(), ['triggerCronJob', 'stopRun']))
    assert.equal(opened.told(), 1)
    assert.deepEqual(opened.rights.denied()[0], {
      action: 'triggerCronJob',
      message: 'You may not create jobs.batch in the namespace "team-a".',
      hint: 'Ask whoever runs the cluster for a role with the verb "create" on jobs.batch in the namespace "team-a".',
    })
  })

  it('refuse an action of which one right is missing', async () => {
    await using opened = await openRights(({ resource }) => resource !== 'configmaps')
    await opened.rights.require('divideTraffic')
    await assert.rejects(opened.rights.require('deployFunction'), {
      code: 'FORBIDDEN',
      message: 'You may not create configmaps in the namespace "team-a".',
    })
  })

  it('allow what a role allows for one object by its name', async () => {
    await using opened = await openRights(({ name }) => name === 'nightly')
    await opened.rights.require('changeCronJob', 'nightly')
    await assert.rejects(opened.rights.require('changeCronJob', 'hourly'), { code: 'FORBIDDEN' })
    await assert.rejects(opened.rights.require('changeCronJob'), { code: 'FORBIDDEN' })
  })

  it('are asked for again after a refusal', async () => {
    let isAllowed = true
    await using opened = await openRights(() => isAllowed)
    await opened.rights.require('triggerCronJob')
    isAllowed = false
    // It was known a moment ago.
    await opened.rights.require('triggerCronJob')
    assert.deepEqual(opened.denied(), [])
    opened.review.refused({ verb: 'create', resource: 'jobs', group: 'batch', namespace: 'team-a' })
    await eventually(async () => assert.deepEqual(opened.denied(), [...projectActions]))
    await assert.rejects(opened.rights.require('triggerCronJob'), { code: 'FORBIDDEN' })
  })

  it('are nothing to report while the cluster does not answer, and refuse', async () => {
    await using opened = await openRights(() => 'fails')
    await assert.rejects(opened.rights.require('stopRun'), { code: 'CONNECTION_FAILED' })
    assert.deepEqual([opened.denied(), opened.reported], [[], []])
  })
})
