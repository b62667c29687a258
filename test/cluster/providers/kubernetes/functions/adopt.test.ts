import assert from 'node:assert/strict'
import { readState } from '../../../../../src/gateway/providers/kubernetes/functions/objects/serviceState.ts'
import type { KnativeService } from '../../../../../src/gateway/providers/kubernetes/functions/objects/knativeObjects.ts'
import { type ClusterFunctionsRig, openClusterFunctions } from '../../../../support/cluster/clusterFunctionsRig.ts'
import { eventually } from '../../../../support/eventually.ts'
import { functionSpec, jsonOf, sourceOf } from '../../../../support/functionInputs.ts'

describe('a deployment whose gateway is gone', function () {
  this.timeout(300_000)
  let first: ClusterFunctionsRig
  before(async () => {
    first = await openClusterFunctions()
  })
  after(() => first[Symbol.asyncDispose]())

  const serviceOf = (name: string) =>
    first.api.get<KnativeService>({
      ...{ apiVersion: 'serving.knative.dev/v1', kind: 'Service', namespace: first.namespace, name },
    })
  /** Begins a deployment and leaves it, as a gateway does that ends. */
  const leave = async (name: string, code: string) => {
    const gateway = await first.another()
    const spec = functionSpec({ name })
    const how = { answerBy: 0 }
    const { settled } = await gateway.functions.deploy(
      gateway.projectId,
      spec,
      await sourceOf(code, 'node', spec.handler),
      how,
    )
    settled.catch(() => undefined)
    await gateway[Symbol.asyncDispose]()
    assert.equal(readState(await serviceOf(name)).deployment?.created, true)
  }

  it('is finished by the next one, or taken back', async () => {
    await leave('good', 'export const handler = () => 1')
    await leave('bad', 'import "nowhere"')
    await using next = await first.another({ adoptAfterMs: 0 })
    const [bad, good] = await eventually(async () => {
      const found = await next.functions.list(next.projectId)
      assert.deepEqual(
        found.map(({ spec, status, serving }) => [spec.name, status, serving]),
        [
          ['bad', 'failed', 0],
          ['good', 'ready', 1],
        ],
      )
      return found
    }, 120_000)
    assert.equal(jsonOf(await next.call(good!.id)), 1)
    assert.match(bad!.reason ?? '', /nowhere/)
    for (const name of ['good', 'bad']) assert.equal(readState(await serviceOf(name)).deployment, undefined)
    assert.deepEqual(next.reported, [])
  })
})
