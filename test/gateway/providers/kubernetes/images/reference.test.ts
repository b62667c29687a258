import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  apiHostOf,
  formatReference,
  parseReference,
  parseRepository,
} from '../../../../../src/gateway/providers/kubernetes/images/reference.ts'

const digest = `sha256:${'a1'.repeat(32)}`

describe('a reference of an image', () => {
  const read: readonly (readonly [string, string])[] = [
    ['node', 'docker.io/library/node:latest'],
    ['node:24-slim', 'docker.io/library/node:24-slim'],
    ['grafana/grafana', 'docker.io/grafana/grafana:latest'],
    ['docker.io/node:24', 'docker.io/library/node:24'],
    ['index.docker.io/a/b', 'docker.io/a/b:latest'],
    ['localhost/x', 'localhost/x:latest'],
    ['localhost:5000/x', 'localhost:5000/x:latest'],
    ['10.0.0.1:5000/team/x:1', '10.0.0.1:5000/team/x:1'],
    ['[::1]:5000/x', '[::1]:5000/x:latest'],
    ['ghcr.io/a/b/c:v1.2_3-x', 'ghcr.io/a/b/c:v1.2_3-x'],
    [`ghcr.io/a/b@${digest}`, `ghcr.io/a/b@${digest}`],
    [`ghcr.io/a/b:1@${digest}`, `ghcr.io/a/b:1@${digest}`],
    ['a/b__c/d.e/f--g', 'docker.io/a/b__c/d.e/f--g:latest'],
  ]
  for (const [text, whole] of read) {
    it(`${text} is ${whole.replace(digest, 'sha256:…')}`, () => {
      assert.equal(formatReference(parseReference(text, 'image')), whole)
    })
  }

  for (const text of [
    '',
    'UPPER',
    'a/',
    '/a',
    'a//b',
    'ghcr.io/A/b',
    'a:b:c',
    'a@sha256:12',
    `a@${digest}@${digest}`,
    'a b',
    'a:.x',
    '-a.io/b',
    'https://a.io/b',
    `ghcr.io/${'a'.repeat(256)}`,
  ]) {
    it(`${text.length > 40 ? 'a very long one' : `"${text}"`} is refused by its field`, () => {
      assert.throws(() => parseReference(text, 'image'), { code: 'INVALID_REQUEST', message: /^image: "/ })
    })
  }

  it('is read back as it was written', () => {
    const part = fc.stringMatching(/^[a-z\d]{1,5}(?:[._-][a-z\d]{1,5})?$/)
    fc.assert(
      fc.property(
        fc.constantFrom('localhost:5000', 'r.example.com', 'docker.io', '10.0.0.1'),
        fc.array(part, { minLength: 2, maxLength: 4 }),
        fc.option(fc.stringMatching(/^\w[\w.-]{0,20}$/), { nil: undefined }),
        fc.constantFrom(undefined, digest),
        (registry, parts, tag, digest) => {
          const reference = { registry, repository: parts.join('/'), tag, digest }
          const whole = tag === undefined && digest === undefined ? { ...reference, tag: 'latest' } : reference
          assert.deepEqual(parseReference(formatReference(reference), 'image'), whole)
        },
      ),
    )
  })

  it('to a repository has neither tag nor digest', () => {
    assert.deepEqual(parseRepository('localhost:5000/a/b', 'repository'), {
      registry: 'localhost:5000',
      repository: 'a/b',
    })
    for (const text of ['a/b:1', `a/b@${digest}`])
      assert.throws(() => parseRepository(text, 'repository'), { code: 'INVALID_REQUEST', message: /^repository: / })
  })

  it('to Docker Hub is answered by another host than it names', () => {
    assert.deepEqual(['docker.io', 'ghcr.io'].map(apiHostOf), ['registry-1.docker.io', 'ghcr.io'])
  })
})
