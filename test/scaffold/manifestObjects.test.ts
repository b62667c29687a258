import assert from 'node:assert/strict'
import { HksError } from '../../src/contract/errors.ts'
import { parseManifestObjects, placeOf } from '../../src/scaffold/manifestObjects.ts'

const text = `apiVersion: batch/v1
kind: CronJob
metadata: { name: a }
spec:
  schedule: "@daily"
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: main
              image: busybox
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: b }
spec: { anything: true }
`

describe('the objects of a manifest file', () => {
  it('are its CronJobs as they are written, whatever their fields', () => {
    const objects = parseManifestObjects(text, 'jobs.yaml')
    assert.deepEqual(objects.map(({ name, line, object }) => [name, line, object['spec']]).at(1), [
      'b',
      14,
      { anything: true },
    ])
  })

  it('are the one of a name where one is meant, whatever else the file holds', () => {
    const mixed = `${text}---\napiVersion: v1\nkind: Service\nmetadata: { name: b }\n`
    assert.deepEqual(
      parseManifestObjects(mixed, 'jobs.yaml', 'b').map(({ name, line }) => [name, line]),
      [['b', 14]],
    )
    assert.deepEqual(parseManifestObjects(mixed, 'jobs.yaml', 'c'), [])
  })

  it('know the line of a field as the API server calls it', () => {
    const [a] = parseManifestObjects(text, 'jobs.yaml')
    const about = (field: string) => placeOf(a!, new HksError('INVALID_REQUEST', 'wrong', { details: { field } }))
    assert.equal(about('spec.schedule'), 5)
    assert.equal(about('spec.jobTemplate.spec.template.spec.containers[0].image'), 12)
    assert.equal(placeOf(a!, new HksError('CONFLICT', 'no field')), 1)
  })

  it('are refused by name where they are of another kind or version, or have no name', () => {
    const refused = (part: string, message: RegExp) =>
      assert.throws(() => parseManifestObjects(part, 'x.yaml'), { code: 'INVALID_REQUEST', message })
    refused('apiVersion: v1\nkind: Pod\n', /^x\.yaml:2: kind: "Pod" is not applied; only a CronJob is\.$/)
    refused('apiVersion: batch/v2\nkind: CronJob\n', /x\.yaml:1: apiVersion: "batch\/v2" is not batch\/v1/)
    refused('apiVersion: batch/v1\nkind: CronJob\n', /metadata\.name: is missing/)
    refused('- a\n', /nothing is not applied/)
    refused('a: [', /x\.yaml:1/)
  })
})
