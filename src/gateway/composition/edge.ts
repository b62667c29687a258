import { randomBytes } from 'node:crypto'
import { version } from '../../base/version.ts'
import type { ProviderSet } from '../domain/providerSet.ts'
import { createLocalTokenAuthenticator } from '../http/authentication.ts'
import { createFunctionListener } from '../http/functionListener.ts'
import { createGuard } from '../http/guard.ts'
import type { Handlers } from '../http/handler.ts'
import { listen } from '../http/listen.ts'
import type { Metrics } from '../http/metrics.ts'
import { applicationHandlers } from '../http/routes/applications.ts'
import { connectionHandlers } from '../http/routes/connections.ts'
import { cronJobHandlers } from '../http/routes/cronJobs.ts'
import { functionHandlers } from '../http/routes/functions.ts'
import { invocationHandlers } from '../http/routes/invocations.ts'
import { type GatewayFacts, gatewayHandlers } from '../http/routes/gateway.ts'
import { logHandlers } from '../http/routes/logs.ts'
import { projectHandlers } from '../http/routes/projects.ts'
import { scheduleHandlers } from '../http/routes/schedules.ts'
import { secretHandlers } from '../http/routes/secrets.ts'
import { createServer } from '../http/server.ts'
import { serveSockets } from '../http/sockets/serveSockets.ts'
import { createWatchHub } from '../http/watch/watchHub.ts'
import type { Home } from './home.ts'
import type { Local } from './local.ts'
import type { Services } from './services.ts'
import type { Storage } from './storage.ts'

/** Where the gateway is reached: HTTP and WebSockets for clients, the URLs of functions for everybody. */
export interface Edge {
  /** What a client shows on each request. */
  readonly token: string
  /** Origin of the functions' URLs. Only after `open`. */
  readonly origin: () => string
  /** Listens; answers the port for clients. */
  open(): Promise<number>
  /** Says goodbye to those who watch or follow; nobody can begin to. `reason` is a sentence. */
  sayGoodbye(reason: string): void
  /** Ends all connections. */
  close(): Promise<void>
}

/** Makes the edge; it does not listen yet. */
export async function createEdge(
  home: Home,
  { database }: Storage,
  local: Local,
  providers: ProviderSet,
  services: Services,
  metrics: Metrics,
): Promise<Edge> {
  const { bootId, folder, log, logFile, notice, report } = home
  const { gateway } = services
  const token = randomBytes(32).toString('base64url')
  const guard = createGuard(createLocalTokenAuthenticator(token))
  const handlers = handlersOf(services, report, {
    version,
    pid: process.pid,
    bootId,
    dataFolder: folder,
    logFile,
    runtimes: () => local.functions.runtimeInfo(),
    sandbox: () => local.functions.sandboxInfo(),
  })
  const app = await createServer({
    handlers,
    guard,
    version,
    isReady: () => !gateway.isDraining(),
    use: gateway.use,
    metrics: metrics.text,
    report: (error, request) => log.error({ err: error, method: request.method, url: request.url }),
  })
  const watched = metrics.watch(providers)
  const { connections, cronJobs, longCalls, summaries } = services
  const hub = createWatchHub({
    ...{ providers, bootId, cronJobs, calls: longCalls, summaries, report },
    connections: connections.all,
  })
  const sockets = serveSockets(app.server, { guard, hub, handlers, gateway, functions: services.functions, report })
  const functionListener = createFunctionListener({
    functions: services.functions,
    settings: database.settings,
    notice,
    report,
  })
  return {
    token,
    origin: functionListener.origin,
    open: async () => {
      await functionListener.start()
      return listen(app, 0)
    },
    sayGoodbye: sockets.close,
    close: async () => {
      await functionListener.close()
      hub[Symbol.dispose]()
      watched[Symbol.dispose]()
      services.summaries[Symbol.dispose]()
      await app.close()
    },
  }
}

const handlersOf = (services: Services, report: Home['report'], facts: GatewayFacts): Handlers => ({
  ...gatewayHandlers(services.gateway, facts),
  ...connectionHandlers(services.connections, { attach: services.gateway.attach, report }),
  ...projectHandlers(services.projects, services.manifests),
  ...scheduleHandlers(services.previewSchedule),
  ...applicationHandlers(services.applications),
  ...cronJobHandlers(services.cronJobs),
  ...functionHandlers(services.functions),
  ...invocationHandlers(services.invocations),
  ...secretHandlers(services.secrets),
  ...logHandlers(services.logs),
})
