import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseChallenges } from '../../../../../src/gateway/providers/kubernetes/images/challenge.ts'

describe('a WWW-Authenticate header', () => {
  const read: readonly (readonly [string, ReturnType<typeof parseChallenges>])[] = [
    [
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"',
      [
        {
          scheme: 'bearer',
          parameters: {
            realm: 'https://auth.docker.io/token',
            service: 'registry.docker.io',
            scope: 'repository:a/b:pull,push',
          },
        },
      ],
    ],
    ['Basic realm="a \\"quoted\\" one"', [{ scheme: 'basic', parameters: { realm: 'a "quoted" one' } }]],
    ['bearer Realm=plain , service = x', [{ scheme: 'bearer', parameters: { realm: 'plain', service: 'x' } }]],
    [
      'Negotiate, Basic realm="x", Bearer realm="y"',
      [
        { scheme: 'negotiate', parameters: {} },
        { scheme: 'basic', parameters: { realm: 'x' } },
        { scheme: 'bearer', parameters: { realm: 'y' } },
      ],
    ],
    ['', []],
    ['"nonsense', []],
  ]
  for (const [header, challenges] of read) {
    it(`is read: ${header === '' ? 'nothing' : header}`, () => assert.deepEqual(parseChallenges(header), challenges))
  }

  it('is read to an end whatever is in it', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), text => Array.isArray(parseChallenges(text))))
    assert.deepEqual(parseChallenges(`Bearer realm="${'\\'.repeat(100_000)}`)[0]?.scheme, 'bearer')
  })
})
