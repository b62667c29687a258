import assert from 'node:assert/strict'
import { createAccessReview } from '../../../../../src/gateway/providers/kubernetes/client/accessReview.ts'
import { wireClient } from '../support/wireClient.ts'
import { answerJson, answerStatus, wireServer } from '../support/wireServer.ts'

const deleteJobs = { verb: 'delete', resource: 'jobs', group: 'batch', namespace: 'team-a' }
const listPods = { verb: 'list', resource: 'pods', group: '', namespace: 'team-a' }

/** A server that allows everything but deletions. */
const careful = () =>
  wireServer((request, response) => {
    let body = ''
    request.on('data', (text: Buffer) => (body += text.toString()))
    request.on('end', () => {
      const { spec } = JSON.parse(body) as { spec: { resourceAttributes: { verb: string } } }
      answerJson(response, 201, { status: { allowed: spec.resourceAttributes.verb !== 'delete' } })
    })
  })

describe('an access review', () => {
  it('says in words what is denied', async () => {
    await using server = await careful()
    using client = await wireClient(server.url)
    const review = createAccessReview(client)
    await review.require(listPods)
    await assert.rejects(review.require(listPods, deleteJobs), {
      code: 'FORBIDDEN',
      message: 'You may not delete jobs.batch in the namespace "team-a".',
      hint: /a role with the verb "delete" on jobs\.batch in the namespace "team-a"/,
    })
  })

  it('asks once a minute for what is allowed, sooner for what is denied, and anew after a refusal', async () => {
    await using server = await careful()
    using client = await wireClient(server.url)
    let now = 0
    const review = createAccessReview(client, () => now)
    await Promise.all([review.isAllowed(listPods), review.isAllowed({ ...listPods })])
    assert.equal(server.requests.length, 1)
    assert.equal(await review.isAllowed(deleteJobs), false)
    now = 4_999
    assert.equal(await review.isAllowed(deleteJobs), false)
    assert.equal(server.requests.length, 2)
    now = 5_000
    assert.equal(await review.isAllowed(deleteJobs), false)
    assert.equal(server.requests.length, 3)
    now = 59_999
    await review.isAllowed(listPods)
    assert.equal(server.requests.length, 3)
    now = 60_000
    await review.isAllowed(listPods)
    assert.equal(server.requests.length, 4)
    let forgotten = 0
    using _listening = review.onForget(() => forgotten++)
    review.refused(deleteJobs)
    await review.isAllowed(listPods)
    assert.deepEqual([server.requests.length, forgotten], [5, 1])
  })

  it('forgets nothing because of what only looks, or because of itself', async () => {
    await using server = await careful()
    using client = await wireClient(server.url)
    const review = createAccessReview(client)
    await review.isAllowed(deleteJobs)
    review.refused(listPods)
    review.refused({ ...listPods, verb: 'watch' })
    review.refused({ verb: 'create', resource: 'selfsubjectaccessreviews', group: 'authorization.k8s.io' })
    await review.isAllowed(deleteJobs)
    assert.equal(server.requests.length, 1)
  })

  it('keeps no failure', async () => {
    let fails = true
    await using server = await wireServer((_, response) => {
      if (fails) answerStatus(response, 500, 'InternalError')
      else answerJson(response, 201, { status: { allowed: true } })
    })
    using client = await wireClient(server.url)
    const review = createAccessReview(client)
    await assert.rejects(review.isAllowed(listPods), { code: 'CONNECTION_FAILED' })
    fails = false
    assert.equal(await review.isAllowed(listPods), true)
  })

  it('lets those try who may not even ask', async () => {
    await using server = await wireServer((_, response) => answerStatus(response, 403, 'Forbidden'))
    let refusals = 0
    using client = await wireClient(server.url, { onRefused: () => refusals++ })
    assert.equal(await createAccessReview(client).isAllowed(listPods), true)
    assert.equal(refusals, 1)
  })
})
