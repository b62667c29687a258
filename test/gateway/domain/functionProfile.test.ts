import assert from 'node:assert/strict'
import { refuseAgentDebugging, trustOf } from '../../../src/gateway/domain/functionProfile.ts'

const user = { kind: 'user', subject: 'local-user' } as const
const agent = { kind: 'agent', subject: 'assistant' } as const

describe('what nobody has deployed', () => {
  it('is debugged by users only', () => {
    refuseAgentDebugging(user)
    assert.throws(() => refuseAgentDebugging(agent), { code: 'FORBIDDEN', hint: 'Let a user debug it.' })
  })
})

describe('whose code a deployment holds', () => {
  it("is the user's own, with the network, without a word", () => {
    assert.deepEqual(trustOf(user, {}), { profile: 'function', network: 'full' })
  })

  it("is an agent's without a network where a user says so, and with the network that the user names", () => {
    assert.deepEqual(trustOf(user, { profile: 'agent' }), { profile: 'agent', network: 'none' })
    const more = { profile: 'agent', network: 'allowlist', allowedHosts: ['api.example.com'] } as const
    assert.deepEqual(trustOf(user, { ...more, allowedHosts: [...more.allowedHosts] }), more)
  })

  it("is an agent's without a network when an agent deploys it", () => {
    const none = { profile: 'agent', network: 'none' } as const
    assert.deepEqual(trustOf(agent, {}), none)
    assert.deepEqual(trustOf(agent, none), none)
  })

  it('is refused when an agent asks for more', () => {
    for (const [asked, field, value] of [
      [{ profile: 'function' }, 'profile', 'function'],
      [{ network: 'full' }, 'network', 'full'],
      [{ network: 'allowlist', allowedHosts: ['api.example.com'] }, 'network', 'allowlist'],
    ] as const) {
      const given = 'allowedHosts' in asked ? { ...asked, allowedHosts: [...asked.allowedHosts] } : asked
      assert.throws(() => trustOf(agent, given), {
        code: 'FORBIDDEN',
        message: `${field}: assistant is an agent and may not deploy code with ${field}: ${value}.`,
        hint: `Leave ${field} out, or let a user deploy it.`,
      })
    }
  })
})
