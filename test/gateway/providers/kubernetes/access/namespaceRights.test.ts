import assert from 'node:assert/strict'
import { projectActions } from '../../../../../src/contract/projects.ts'
import { createSystemClock } from '../../../../../src/gateway/platform/systemClock.ts'
import { createNamespaceRights } from '../../../../../src/gateway/providers/kubernetes/access/namespaceRights.ts'
import type { NamedRule } from '../../../../../src/gateway/providers/kubernetes/client/namedRules.ts'
import { createAccessReview } from '../../../../../src/gateway/providers/kubernetes/client/accessReview.ts'
import type { RequestInfo } from '../../../../../src/gateway/providers/kubernetes/client/requestInfo.ts'
import { eventually } from '../../../../support/eventually.ts'
import { wireClient } from '../support/wireClient.ts'
import { answerJson, answerStatus, wireServer } from '../support/wireServer.ts'

/** Rights in a namespace of an API server that allows what `allows` says at that moment. */
async function openRights(
  allows: (action: RequestInfo) => boolean | 'fails',
  resourceRules: readonly Partial<NamedRule>[] = [],
) {
  const stack = new AsyncDisposableStack()
  const server = stack.use(
    await wireServer((request, response) => {
      let body = ''
      request.on('data', (text: Buffer) => (body += text.toString()))
      request.on('end', () => {
        if (request.url!.endsWith('rulesreviews')) return answerJson(response, 201, { status: { resourceRules } })
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
    await using opened = await openRights(({ name, verb }) => name === 'nightly' && verb === 'patch')
    await opened.rights.require('changeCronJob', 'nightly')
    await assert.rejects(opened.rights.require('changeCronJob', 'hourly'), { code: 'FORBIDDEN' })
    await assert.rejects(opened.rights.require('changeCronJob'), { code: 'FORBIDDEN' })
    await assert.rejects(opened.rights.require('createCronJob', 'nightly'), { code: 'FORBIDDEN' })
  })

  it('ask for the name of an object only where it counts', async () => {
    const isAllowed = ({ resource, name }: RequestInfo) => resource !== 'services' || name === 'greet'
    await using opened = await openRights(isAllowed)
    let asked = 0
    const named = (name?: string) => async () => {
      asked++
      return name
    }
    await opened.rights.require('writeSecret', named('mail'))
    assert.equal(asked, 0)
    // A new revision of a function that is there takes no right to create Services.
    await opened.rights.require('deployFunction', named('greet'))
    await opened.rights.require('deleteFunction', named('greet'))
    await opened.rights.require('cancelDeployment', named('greet'))
    await assert.rejects(opened.rights.require('deployFunction', named('other')), {
      code: 'FORBIDDEN',
      message: 'You may not update services.serving.knative.dev in the namespace "team-a".',
    })
    await assert.rejects(opened.rights.require('deployFunction', named()), {
      code: 'FORBIDDEN',
      message: 'You may not create services.serving.knative.dev in the namespace "team-a".',
    })
  })

  it('are told with the objects for which they hold all the same', async () => {
    const names = { resourceNames: ['nightly', 'hourly'], apiGroups: ['batch'], resources: ['cronjobs'] }
    const rules = [
      { ...names, verbs: ['patch', 'delete'] },
      { verbs: ['*'], apiGroups: ['*'], resources: ['secrets'] },
    ]
    const allows = ({ resource, verb, name }: RequestInfo) =>
      resource !== 'cronjobs' || (verb === 'patch' && name !== undefined) || name === 'nightly'
    await using opened = await openRights(allows, rules)
    await eventually(async () =>
      assert.deepEqual(
        opened.rights.denied().map(({ action, except }) => [action, except]),
        [
          ['createCronJob', undefined],
          ['changeCronJob', ['nightly', 'hourly']],
          ['deleteCronJob', ['nightly']],
        ],
      ),
    )
    assert.equal(
      opened.rights.denied()[2]!.message,
      'You may not delete cronjobs.batch in the namespace "team-a", except: nightly.',
    )
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
