import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { lackOfSandbox } from '../../../../support/lackOfSandbox.ts'
import { jsonOf } from '../../../../support/functionInputs.ts'
import { openLocalFunctions } from '../../../../support/localFunctionsRig.ts'

const fetching = `export const handler = async url => {
  try { return await (await fetch(url)).text() } catch (error) { return error.cause?.code ?? error.message }
}`
const agents = { profile: 'agent', network: 'none' } as const

describe("an agent's code", function () {
  this.timeout(60_000)

  for (const level of ['strict', 'landlock'] as const) {
    it(`runs in a sandbox without a network at the level ${level}, also where it may run without one`, async function () {
      const lack = await lackOfSandbox(level)
      if (lack !== undefined) {
        this.test!.title += ` (skipped: sandbox: ${lack})`
        return this.skip()
      }
      await using rig = await openLocalFunctions({ sandbox: level, allowUnsandboxedAgents: true })
      const server = createServer((_, response) => void response.end('welcome')).listen(0, '127.0.0.1')
      await once(server, 'listening')
      try {
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
        const { id, spec } = await rig.deploy(fetching, agents)
        assert.equal(spec.profile, 'agent')
        const answer = await rig.call(id, url)
        assert.equal(answer.sandbox, level)
        assert.match(String(jsonOf(answer)), /^(ECONNREFUSED|EAFNOSUPPORT)$/)
      } finally {
        server.close()
      }
    })
  }

  it('is refused where there is no sandbox, whatever its network, with what the user can do', async () => {
    await using rig = await openLocalFunctions({ sandbox: 'none' })
    for (const network of ['none', 'full'] as const) {
      await assert.rejects(rig.deploy(fetching, { ...agents, network }), {
        code: 'SANDBOX_UNAVAILABLE',
        message:
          'profile: agent needs a sandbox, which this machine does not have. HKS_SANDBOX is set to none: no sandbox is looked for.',
        hint: 'Read the code and deploy it with profile: function, or start the gateway with HKS_ALLOW_UNSANDBOXED_AGENTS=true.',
      })
    }
    assert.deepEqual(await rig.functions.list(rig.projectId), [])
  })

  it('runs there when the user lets it, but not with a network that can not be closed', async () => {
    await using rig = await openLocalFunctions({ sandbox: 'none', allowUnsandboxedAgents: true })
    await assert.rejects(rig.deploy(fetching, agents), {
      code: 'SANDBOX_UNAVAILABLE',
      hint: 'Deploy it with network: full.',
    })
    const { id } = await rig.deploy('export const handler = () => 1', { ...agents, network: 'full' })
    assert.equal((await rig.call(id)).sandbox, 'none')
  })

  it('that was deployed is not called when the sandbox is gone', async function () {
    const lack = await lackOfSandbox('landlock')
    if (lack !== undefined) {
      this.test!.title += ` (skipped: sandbox: ${lack})`
      return this.skip()
    }
    await using before = await openLocalFunctions({ sandbox: 'landlock' })
    const { id } = await before.deploy(fetching, { ...agents, network: 'full' })
    await before.functions.stop(0)
    const { folder, projectId } = before
    await using after = await openLocalFunctions({ sandbox: 'none', folder, projectId })
    const { code, message, exception } = await after.call(id, '')
    assert.deepEqual(
      [code, message, exception?.type],
      ['FUNCTION_UNAVAILABLE', 'The function could not be started.', 'SANDBOX_UNAVAILABLE'],
    )
    assert.match(exception!.message, /^profile: agent needs a sandbox/)
  })
})
