import assert from 'node:assert/strict'
import { HksError } from '../../../src/contract/errors.ts'
import { knativeProgress, removalWords, unverifiedSums } from '../../../src/extension/model/knativeWork.ts'
import { untranslated as t } from '../../../src/extension/model/localize.ts'

describe('the progress of an installation of Knative', () => {
  it('says which object of how many it is at, and what it waits for', () => {
    const { words, written, warnings } = knativeProgress(t)
    const object = (action: 'created' | 'unchanged' | 'kept', name: string) =>
      words({ type: 'object', action, kind: 'Deployment', name })
    assert.equal(words({ type: 'planned', objects: 3 }), undefined)
    assert.equal(object('unchanged', 'activator'), '1 of 3: Deployment activator')
    assert.equal(object('created', 'webhook'), '2 of 3: Deployment webhook')
    assert.equal(object('kept', 'controller'), '3 of 3: Deployment controller')
    assert.equal(written(), 1)
    assert.equal(words({ type: 'waiting', message: 'Waiting for webhook' }), 'Waiting for webhook')
    assert.equal(words({ type: 'warning', message: 'The Job has not ended.' }), 'The Job has not ended.')
    assert.deepEqual(warnings, ['The Job has not ended.'])
  })

  it('says which sum a downloaded file has', () => {
    const file = { type: 'file', name: 'core.yaml', url: 'https://x/core.yaml', sha256: 'ab12', pinned: false } as const
    assert.equal(knativeProgress(t).words(file), 'core.yaml has the sha256 ab12')
  })
})

describe('files that nobody has checked', () => {
  it('are named with their sums by the refusal alone', () => {
    const details = { field: 'acceptUnverified', sha256: { 'core.yaml': 'ab12' } }
    assert.deepEqual(unverifiedSums(new HksError('INVALID_REQUEST', 'nobody', { details })), { 'core.yaml': 'ab12' })
    for (const other of [new Error('x'), new HksError('CONFLICT', 'x'), undefined])
      assert.equal(unverifiedSums(other), undefined)
    const both = { details: { field: 'acceptUnverified', value: true } }
    assert.equal(unverifiedSums(new HksError('INVALID_REQUEST', 'is about files', both)), undefined)
  })
})

describe('the question before Knative is removed', () => {
  it('names namespaces and types, and counts the rest', () => {
    const words = removalWords(
      [
        { kind: 'Namespace', name: 'knative-serving' },
        { kind: 'CustomResourceDefinition', name: 'services.serving.knative.dev' },
        { kind: 'Deployment', name: 'webhook', namespace: 'knative-serving' },
      ],
      t,
    )
    assert.match(words, /^3 objects are deleted/)
    assert.match(words, /Namespaces, with all that is in them: knative-serving\n/)
    assert.match(words, /Types, with all their objects: services\.serving\.knative\.dev\n/)
  })

  it('says that functions end with the type of Knative Services', () => {
    const type = (name: string) => removalWords([{ kind: 'CustomResourceDefinition', name }], t)
    assert.match(type('services.serving.knative.dev'), /There is no Knative Service\. Functions can not be deployed/)
    assert.doesNotMatch(type('images.caching.internal.knative.dev'), /no Knative Service/)
  })

  it('leaves out what there is none of', () => {
    assert.doesNotMatch(removalWords([{ kind: 'ClusterRole', name: 'admin' }], t), /Namespaces|Types|Functions/)
  })
})
