import { createInterpreters } from '../../src/gateway/providers/local/functions/interpreters.ts'
import { sandboxLevels } from '../../src/contract/gateway.ts'
import { openLocalFunctions } from '../support/localFunctionsRig.ts'
import { lackOfSandbox } from '../support/lackOfSandbox.ts'
import { functionsConformance } from './functionsConformance.ts'

for (const sandbox of sandboxLevels) {
  const lack = await lackOfSandbox(sandbox)
  const at = `at the sandbox level ${sandbox}`
  if (lack !== undefined) {
    describe(`local functions ${at}`, () => {
      it.skip(`are as the conformance suite says (skipped: sandbox: ${lack})`)
    })
    continue
  }
  functionsConformance(`local, ${at}`, async () => {
    const rig = await openLocalFunctions({ sandbox })
    const interpreters = createInterpreters({
      environment: async () => ({ PATH: process.env['PATH'] ?? '' }),
      gatewayNode: { path: process.execPath, environment: {} },
    })
    const missing = (await interpreters.list()).filter(({ problem }) => problem !== undefined)
    return {
      functions: rig.functions,
      projectId: rig.projectId,
      log: rig.log,
      writeSecret: (secret, data) => rig.secrets.write(rig.projectId, secret, data),
      missing: Object.fromEntries(missing.map(({ name, problem, hint }) => [name, `${problem} ${hint}`])),
      [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
    }
  })
}
