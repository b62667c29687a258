import assert from 'node:assert/strict'
import { HksError } from '../../../../../src/contract/errors.ts'
import type { KubeObject } from '../../../../../src/gateway/providers/kubernetes/client/kubeObject.ts'
import type { KnativeService } from '../../../../../src/gateway/providers/kubernetes/functions/objects/knativeObjects.ts'
import { readState } from '../../../../../src/gateway/providers/kubernetes/functions/objects/serviceState.ts'
import { type ClusterFunctionsRig, openClusterFunctions } from '../../../../support/cluster/clusterFunctionsRig.ts'
import { eventually } from '../../../../support/eventually.ts'
import { jsonOf } from '../../../../support/functionInputs.ts'

const answering = (word: string) => `export const handler = () => '${word}'`

describe('two gateways on one cluster', function () {
  this.timeout(300_000)
  let first: ClusterFunctionsRig
  let second: ClusterFunctionsRig
  before(async () => {
    first = await openClusterFunctions()
    // The hastiest that there can be: it takes every deployment of the other for one that was left.
    second = await first.another({ adoptAfterMs: 0, sweepAfterMs: 500 })
  })
  after(async () => {
    await second?.[Symbol.asyncDispose]()
    await first?.[Symbol.asyncDispose]()
  })

  const listed = async (kind: string) =>
    (await first.api.list<KubeObject>({ apiVersion: 'v1', kind, namespace: first.namespace }))
      .filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/managed-by'] === 'hexabase')
      .map(({ metadata }) => metadata.name)
      .sort()
  const service = (name: string) =>
    first.api.get<KnativeService>({
      ...{ apiVersion: 'serving.knative.dev/v1', kind: 'Service', namespace: first.namespace, name },
    })

  it('give a function the same id, and each shows and calls what the other deploys', async () => {
    const { id } = await first.deploy(answering('one'), { name: 'shared' })
    const seen = await eventually(async () => {
      const record = await second.functions.get(id)
      assert.equal(record?.status, 'ready')
      return record
    })
    assert.deepEqual([seen.id, seen.revisions[0]!.id], [id, (await first.functions.get(id))!.revisions[0]!.id])
    assert.equal(jsonOf(await second.call(id)), 'one')
    assert.equal((await second.deploy(answering('two'), { name: 'shared' })).id, id)
    assert.equal(jsonOf(await first.call(id)), 'two')
  })

  for (const name of ['new', 'shared']) {
    it(`deploy ${name === 'new' ? 'a new function' : 'one that is there'} at once: what is acknowledged is what serves`, async () => {
      const attempts = await Promise.allSettled([
        first.deploy(answering('of the first'), { name }),
        second.deploy(answering('of the second'), { name }),
      ])
      const [mine, other] = attempts
      for (const attempt of attempts) {
        if (attempt.status === 'fulfilled') continue
        const { reason } = attempt as { reason: unknown }
        assert.ok(reason instanceof HksError && ['CONFLICT', 'CANCELLED'].includes(reason.code), String(reason))
      }
      const winners = attempts.flatMap(attempt => (attempt.status === 'fulfilled' ? attempt.value : []))
      assert.ok(winners.length > 0)
      const newest = winners.toSorted((a, b) => b.serving - a.serving)[0]!
      const words = mine.status === 'fulfilled' && mine.value === newest ? 'of the first' : 'of the second'
      assert.ok(words !== 'of the second' || other.status === 'fulfilled')
      assert.equal(jsonOf(await first.call(newest.id)), words)
      assert.equal(readState(await service(name)).deployment, undefined)
      assert.deepEqual([first.reported, second.reported], [[], []])
    })
  }

  it('come to the same end of a deployment that fails, with its reason', async () => {
    await assert.rejects(first.deploy('import "nowhere"', { name: 'shared' }), (error: HksError) => {
      assert.equal(error.code, 'DEPLOY_FAILED')
      assert.match(error.message, /nowhere/)
      return true
    })
    await assert.rejects(first.deploy('import "nowhere"', { name: 'bad' }), {
      code: 'DEPLOY_FAILED',
      message: /nowhere/,
    })
    const bad = (await first.functions.list(first.projectId)).find(({ spec }) => spec.name === 'bad')!
    assert.deepEqual([bad.status, bad.serving], ['failed', 0])
    for (const name of ['shared', 'bad']) assert.equal(readState(await service(name)).deployment, undefined)
    assert.deepEqual([first.reported, second.reported], [[], []])
  })

  it('leave nothing in the cluster when the functions are deleted', async () => {
    for (const { id } of await first.functions.list(first.projectId)) await second.functions.remove(id)
    await eventually(async () => {
      assert.deepEqual(await listed('Secret'), [])
      assert.deepEqual(await listed('ConfigMap'), [])
    })
    assert.deepEqual([first.reported, second.reported], [[], []])
  })
})
