import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { createChangePublisher } from '../domain/changes.ts'
import { createSupervisorSource } from '../platform/findSupervisor.ts'
import { isMemoryShort } from '../platform/memoryPressure.ts'
import { createLocalFunctions } from '../providers/local/functions/localFunctions.ts'
import type { LocalFunctionsHost } from '../providers/local/functions/localFunctionsHost.ts'
import { createLocalProvider, type LocalProvider, type LocalProviderDeps } from '../providers/local/localProvider.ts'
import { createLocalSecrets } from '../providers/local/secrets.ts'
import { type Environment, gatewayNode } from './environment.ts'
import type { Home } from './home.ts'
import type { Storage } from './storage.ts'

/** This machine as a place to run things. */
export interface Local {
  readonly provider: LocalProvider
  readonly functions: LocalFunctionsHost
}

/** What the provider asks of pieces that are made after it; not before it is started. */
export interface LocalNeeds {
  /** Origin of the functions' URLs. */
  readonly origin: () => string
  /** Calls a function for a schedule. */
  readonly callFunction: NonNullable<LocalProviderDeps['callFunction']>
}

/** Makes the provider of this machine; it does nothing before it is started. */
export function createLocal(
  config: Config,
  home: Home,
  storage: Storage,
  environment: Environment,
  needs: LocalNeeds,
): Local {
  const { clock, database, logs } = storage
  const shared = {
    dataFolder: home.folder,
    homeId: home.id,
    clock,
    newId: randomUUID,
    logs,
    changes: createChangePublisher(),
    secrets: createLocalSecrets(home.folder),
    environment,
    report: home.report,
  }
  const supervisor = createSupervisorSource(join(config.runtimesFolder, 'sandbox'))
  const functions = createLocalFunctions({
    ...shared,
    sandbox: config.sandbox,
    allowUnsandboxedAgents: config.allowUnsandboxedAgents,
    supervisor,
    runtimesFolder: config.runtimesFolder,
    state: database.functions,
    invocations: database.invocations,
    gatewayNode,
    origin: needs.origin,
    idleSeconds: config.functionIdleSeconds,
    warmProcesses: config.warmProcesses,
    isMemoryShort,
  })
  const provider = createLocalProvider({
    ...shared,
    state: database,
    executions: database.executions,
    ledger: database.ledger,
    machineId: home.machineId,
    supervisor,
    functions,
    callFunction: needs.callFunction,
    notice: home.notice,
  })
  storage.onClockJump(provider.clockJumped)
  return { provider, functions }
}
