import assert from 'node:assert/strict'
import type { ContainerEnd } from '../../../../../../src/gateway/providers/kubernetes/functions/calls/containerEnds.ts'
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

  it('says how the container ended meanwhile', () => {
    const facts = { coldStart: false, queueMs: 0, revision: 1 }
    const said = (status: number, end: ContainerEnd) => {
      const { code, message } = answerOfKnative(status, '', 30, facts, end)
      return [code, message]
    }
    const memory =
      "The function's process was ended: it used more than 160Mi of memory. Raise resources.memory in function.yaml, or hold less at once."
    const killed = { exitCode: 137, reason: 'OOMKilled', memoryBytes: 160 * 2 ** 20 }
    for (const status of [502, 503]) assert.deepEqual(said(status, killed), ['LIMIT_EXCEEDED', memory])
    const words = "The function's container ended during the call"
    assert.deepEqual(said(502, { ...killed, reason: 'Error' }), [
      'FUNCTION_CRASHED',
      `${words} (exit code 137). It may have used more memory than resources.memory says.`,
    ])
    assert.deepEqual(said(502, { exitCode: 1, memoryBytes: undefined }), [
      'FUNCTION_CRASHED',
      `${words} (exit code 1).`,
    ])
  })
})
