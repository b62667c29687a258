import { randomUUID } from 'node:crypto'
import type { Config } from '../config.ts'
import { createApplicationService } from '../domain/applicationService.ts'
import { createCallSummaries } from '../domain/callSummaries.ts'
import { type ConnectionServiceOptions, createConnectionService } from '../domain/connectionService.ts'
import { createCronJobService } from '../domain/cronJobService.ts'
import { createDirectory } from '../domain/directory.ts'
import { createFunctionCalls } from '../domain/functionCalls.ts'
import { createFunctionService } from '../domain/functionService.ts'
import { createGatewayService, type GatewayServiceOptions } from '../domain/gatewayService.ts'
import { createInvocationService } from '../domain/invocationService.ts'
import { createRequestKeeper } from '../domain/keptRequests.ts'
import { createLongCalls } from '../domain/longCalls.ts'
import { createLogService } from '../domain/logService.ts'
import { createManifestService } from '../domain/manifestService.ts'
import { createPerform } from '../domain/operation.ts'
import type { CallMeter } from '../domain/callMeter.ts'
import type { OwnedProviderSet } from '../domain/providerSet.ts'
import { createProjectService } from '../domain/projectService.ts'
import { createPreviewSchedule } from '../domain/scheduleService.ts'
import { createSecretService } from '../domain/secretService.ts'
import { countChanges, createWorkUnderWay } from '../domain/workUnderWay.ts'
import { sourceTools } from '../platform/sourceTools.ts'
import { timeOrderedId } from '../platform/timeOrderedId.ts'
import type { Home } from './home.ts'
import type { Storage } from './storage.ts'

/** The operations of the gateway, one service a kind of thing. */
export type Services = ReturnType<typeof createServices>

/** Makes the services over the providers; `stop` ends the process. */
export function createServices(
  { idleSeconds }: Config,
  { notices, report }: Home,
  { clock, database, logs }: Storage,
  providers: OwnedProviderSet,
  clusters: Pick<ConnectionServiceOptions, 'connect' | 'contexts'>,
  meter: CallMeter,
  stop: GatewayServiceOptions['stop'],
) {
  const { executions, invocations, ledger, payloads, settings } = database
  const changes = countChanges(createPerform(database.audit, clock))
  const { perform } = changes
  const directory = createDirectory(providers, ledger)
  const requests = createRequestKeeper(payloads, clock, report)
  const longCalls = createLongCalls(clock)
  const meters = [meter, longCalls]
  const summaries = createCallSummaries({ providers, invocations, clock, report })
  const calls = createFunctionCalls({
    ...{ invocations, payloads, requests, meters, summaries, clock, newId: () => timeOrderedId(clock.now()), report },
  })
  const isWorking = createWorkUnderWay({ providers, executions, calls, changes })
  const cronJobs = createCronJobService({ directory, executions, ledger, logs, clock, perform })
  return {
    connections: createConnectionService({
      ...clusters,
      ...{ store: database.connections, providers, clock, newId: randomUUID, perform },
    }),
    applications: createApplicationService(directory, perform),
    cronJobs,
    manifests: createManifestService(directory, perform, cronJobs),
    functions: createFunctionService({ directory, calls, clock, perform, tools: sourceTools }),
    gateway: createGatewayService({ providers, settings, clock, perform, idleSeconds, isWorking, notices, stop }),
    invocations: createInvocationService({ directory, invocations, payloads, requests, calls, clock, perform }),
    longCalls,
    requests,
    summaries,
    logs: createLogService(directory, logs, executions, clock, { invocations, calls }),
    previewSchedule: createPreviewSchedule(clock),
    projects: createProjectService(directory, perform),
    secrets: createSecretService(directory, perform),
  }
}
