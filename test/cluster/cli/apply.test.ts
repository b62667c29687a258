import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openWorkplace, type Workplace } from '../../cli/hksFunc.ts'
import { createKubeApi, type KubeApi } from '../../support/cluster/kubeApi.ts'
import { placedManifest } from '../../support/cluster/placedManifest.ts'
import { temporaryNamespace, type TemporaryNamespace } from '../../support/cluster/temporaryNamespace.ts'
import { testCluster } from '../../support/cluster/testCluster.ts'

describe('hks-func apply on a cluster', function () {
  this.timeout(120_000)
  let place: Workplace
  let api: KubeApi
  let namespace: TemporaryNamespace
  let image: string
  before(async () => {
    const cluster = await testCluster()
    image = cluster.images.shell
    api = createKubeApi(cluster.kubeconfig)
    namespace = await temporaryNamespace(api)
    place = await openWorkplace()
    const env = { env: { KUBECONFIG: cluster.kubeconfig } }
    const added = await place.run(
      ['connection', 'add', cluster.context, '--name', 'test', '--namespace', namespace.name],
      env,
    )
    assert.equal(added.code, 0, added.stderr)
    const nameless = await place.run(['use', 'test'])
    assert.equal(nameless.code, 4)
    assert.ok(nameless.stderr.includes(`such as test/${namespace.name}.`), nameless.stderr)
    assert.equal((await place.run(['use', `test/${namespace.name}`])).code, 0)
  })
  after(async () => {
    await place.close()
    await namespace[Symbol.asyncDispose]()
  })

  const write = (name: string, text: string): string => {
    writeFileSync(join(place.folder, name), text)
    return name
  }
  const podOf = async (name: string) => {
    const ref = { apiVersion: 'batch/v1', kind: 'CronJob', namespace: namespace.name, name }
    const object = await api.get<{
      spec: { schedule: string; jobTemplate: { spec: { template: { spec: { nodeSelector: object } } } } }
    }>(ref)
    return object && [object.spec.schedule, object.spec.jobTemplate.spec.template.spec.nodeSelector]
  }

  it('says what it would do, does it with all fields, and says what has changed', async () => {
    const file = write('nightly.yaml', placedManifest('nightly', '0 2 * * *', image))
    const dry = await place.run(['apply', '-f', file, '--dry-run'])
    assert.deepEqual([dry.code, dry.stdout], [0, 'nightly would be created\n'])
    assert.equal(await podOf('nightly'), undefined)
    assert.equal((await place.run(['apply', '-f', file])).stdout, 'nightly created\n')
    assert.deepEqual(await podOf('nightly'), ['0 2 * * *', { disk: 'fast' }])
    assert.equal((await place.run(['cronjob', 'apply', '-f', file])).stdout, 'nightly unchanged\n')
    write('nightly.yaml', placedManifest('nightly', '0 3 * * *', image))
    assert.equal(
      (await place.run(['apply', '-f', file])).stdout,
      'nightly changed\n  spec.schedule: "0 2 * * *" → "0 3 * * *"\n',
    )
    const update = await place.run(['cronjob', 'update', 'nightly', '-s', '0 4 * * *', '--dry-run'])
    assert.deepEqual(
      [update.code, update.stdout],
      [0, 'nightly would be changed\n  spec.schedule: "0 3 * * *" → "0 4 * * *"\n'],
    )
    assert.deepEqual(await podOf('nightly'), ['0 3 * * *', { disk: 'fast' }])
  })

  it('names who else has set a field, and takes it over by force', async () => {
    const file = write('shared.yaml', placedManifest('shared', '0 2 * * *', image))
    await place.run(['apply', '-f', file])
    const ref = { apiVersion: 'batch/v1', kind: 'CronJob', namespace: namespace.name, name: 'shared' }
    await api.patch(ref, { spec: { schedule: '0 6 * * *' } })
    const refused = await place.run(['apply', '-f', file])
    assert.equal(refused.code, 5)
    assert.match(
      refused.stderr,
      /^.*shared\.yaml:1: Fields of the CronJob "shared" were set to something else: spec\.schedule by ".+"/m,
    )
    assert.match(refused.stderr, /--force-conflicts/)
    const forced = await place.run(['apply', '-f', file, '--force-conflicts'])
    assert.equal(forced.stdout, 'shared changed\n  spec.schedule: "0 6 * * *" → "0 2 * * *"\n')
  })

  it('names the line of a field that the cluster refuses, and the kind that it does not apply', async () => {
    const file = write('wrong.yaml', placedManifest('wrong', 'soon', image))
    const wrong = await place.run(['apply', '-f', file])
    assert.equal(wrong.code, 2)
    assert.match(wrong.stderr, /wrong\.yaml:6: spec\.schedule: /)
    const web = write('web.yaml', 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\n')
    const other = await place.run(['apply', '-f', file, '-f', web])
    assert.equal(other.code, 2)
    assert.match(other.stderr, /web\.yaml:2: kind: "Deployment" is not applied; only a CronJob is\./)
  })
})
