import assert from 'node:assert/strict'
import { readConfig } from '../../src/gateway/config.ts'

const read = (env: Readonly<Record<string, string>>) =>
  readConfig(['run'], env, { home: '/data', runtimesFolder: '/runtimes', deployFolder: '/deploy' })

describe('the settings of a gateway', () => {
  it("let agents' code run without a sandbox only where the user says so", () => {
    assert.equal(read({}).allowUnsandboxedAgents, false)
    assert.equal(read({ HKS_ALLOW_UNSANDBOXED_AGENTS: 'true' }).allowUnsandboxedAgents, true)
  })

  it('are refused with the name of the variable and what it may be', () => {
    for (const [env, message] of [
      [{ HKS_ALLOW_UNSANDBOXED_AGENTS: '1' }, 'HKS_ALLOW_UNSANDBOXED_AGENTS: "1" is not one of true, false.'],
      [{ HKS_SANDBOX: 'docker' }, 'HKS_SANDBOX: "docker" is not one of strict, landlock, none.'],
      [{ HKS_IDLE_SECONDS: 'soon' }, 'HKS_IDLE_SECONDS: "soon" is not a number of seconds.'],
      [{ HKS_WARM_PROCESSES: '1.5' }, 'HKS_WARM_PROCESSES: "1.5" is not a whole number.'],
    ] as const) {
      assert.throws(() => read(env), { code: 'INVALID_REQUEST', message })
    }
  })
})
