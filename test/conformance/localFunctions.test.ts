import { createInterpreters } from '../../src/gateway/providers/local/functions/interpreters.ts'
import { openLocalFunctions } from '../support/localFunctionsRig.ts'
import { functionsConformance } from './functionsConformance.ts'

functionsConformance('local', async () => {
  const rig = await openLocalFunctions()
  const interpreters = createInterpreters({
    environment: async () => ({ PATH: process.env.PATH ?? '' }),
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
