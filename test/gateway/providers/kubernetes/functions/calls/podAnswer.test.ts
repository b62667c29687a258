import assert from 'node:assert/strict'
import {
  answerOfKnative,
  ownHeaders,
} from '../../../../../../src/gateway/providers/kubernetes/functions/calls/podAnswer.ts'

describe('an answer on its way from a pod', () => {
  it('keeps the function’s own headers, lists among them, and loses those of the way', () => {
    const raw = ['X-Kind', 'a', 'x-kind', 'b', 'Content-Type', 'text/x', 'Date', 'now', 'Server', 'envoy']
    assert.deepEqual(ownHeaders([...raw, 'HKS-Invocation-Id', '1', 'x-envoy-upstream-service-time', '3']), {
      'x-kind': ['a', 'b'],
      'content-type': 'text/x',
    })
    assert.deepEqual(ownHeaders(['Server', 'mine']), { server: 'mine' })
  })

  it('is the platform’s, with a code, where Knative made it', () => {
    const facts = { coldStart: false, queueMs: 0, revision: 1 }
    const codeOf = (status: number, body = '') => answerOfKnative(status, body, 30, facts).code
    assert.deepEqual(
      [404, 429, 502, 503, 504].map(status => codeOf(status)),
      ['FUNCTION_UNAVAILABLE', 'FUNCTION_OVERLOADED', 'FUNCTION_CRASHED', 'FUNCTION_UNAVAILABLE', 'TIMEOUT'],
    )
    assert.equal(codeOf(503, 'pending request queue full'), 'FUNCTION_OVERLOADED')
  })
})
