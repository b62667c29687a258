import assert from 'node:assert/strict'
import type { KnativeService } from '../../../../../src/gateway/providers/kubernetes/functions/objects/knativeObjects.ts'
import { type ClusterFunctionsRig, openClusterFunctions } from '../../../../support/cluster/clusterFunctionsRig.ts'
import { eventually } from '../../../../support/eventually.ts'
import { jsonOf } from '../../../../support/functionInputs.ts'

describe('a copy of a function that kubectl made', function () {
  this.timeout(120_000)
  let rig: ClusterFunctionsRig
  before(async () => {
    rig = await openClusterFunctions()
  })
  after(() => rig[Symbol.asyncDispose]())

  const service = { apiVersion: 'serving.knative.dev/v1', kind: 'Service' }

  it('is a function of its own, with the same labels: neither changes or deletes the other', async () => {
    const { api, namespace, functions, projectId } = rig
    const original = await rig.deploy(`export const handler = () => { console.log('a line'); return 1 }`)
    const { metadata, spec } = (await api.get<KnativeService>({ ...service, namespace, name: 'fn' }))!
    const { name: _name, ...template } = spec.template.metadata
    await api.create({
      ...service,
      metadata: { name: 'copy', namespace, labels: metadata.labels, annotations: metadata.annotations },
      spec: { ...spec, template: { ...spec.template, metadata: template } },
    })
    const copy = await eventually(async () => {
      const found = (await functions.list(projectId)).find(each => each.spec.name === 'copy')
      assert.equal(found?.status, 'ready', found?.reason)
      return found
    }, 60_000)
    assert.notEqual(copy.id, original.id)
    assert.equal(jsonOf(await rig.call(copy.id)), 1)
    await eventually(async () => assert.ok((await rig.log(copy.id)).some(({ text }) => text === 'a line')))
    assert.ok((await rig.log(original.id)).every(({ text }) => text !== 'a line'))

    const changed = await rig.deploy('export const handler = () => 2', { name: 'copy' })
    assert.equal(changed.id, copy.id)
    assert.deepEqual([jsonOf(await rig.call(copy.id)), jsonOf(await rig.call(original.id))], [2, 1])
    await functions.remove(copy.id)
    assert.equal(await functions.get(copy.id), undefined)
    assert.equal(jsonOf(await rig.call(original.id)), 1)
    assert.deepEqual(rig.reported, [])
  })
})
