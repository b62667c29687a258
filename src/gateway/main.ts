import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync, realpathSync } from 'node:fs'
import { homedir, hostname, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { dataFolder } from '../base/dataFolder.ts'
import { version } from '../base/version.ts'
import { HksError } from '../contract/errors.ts'
import { type Config, readConfig } from './config.ts'
import { createChangePublisher } from './domain/changes.ts'
import { createCronJobService } from './domain/cronJobService.ts'
import { createDirectory } from './domain/directory.ts'
import { createFunctionService } from './domain/functionService.ts'
import { createGatewayService } from './domain/gatewayService.ts'
import { createLogService } from './domain/logService.ts'
import { createPerform } from './domain/operation.ts'
import { createProjectService } from './domain/projectService.ts'
import { createPreviewSchedule } from './domain/scheduleService.ts'
import { createSecretService } from './domain/secretService.ts'
import { createLocalTokenAuthenticator } from './http/authentication.ts'
import { createFunctionListener } from './http/functionListener.ts'
import { createGuard } from './http/guard.ts'
import { listen } from './http/listen.ts'
import { createMetrics } from './http/metrics.ts'
import { cronJobHandlers } from './http/routes/cronJobs.ts'
import { functionHandlers } from './http/routes/functions.ts'
import { gatewayHandlers } from './http/routes/gateway.ts'
import { logHandlers } from './http/routes/logs.ts'
import { projectHandlers } from './http/routes/projects.ts'
import { scheduleHandlers } from './http/routes/schedules.ts'
import { secretHandlers } from './http/routes/secrets.ts'
import { createServer } from './http/server.ts'
import { serveSockets } from './http/sockets.ts'
import { createWatchHub } from './http/watch/watchHub.ts'
import { cleanEnvironment } from './platform/cleanEnvironment.ts'
import { createGatewayLog } from './platform/gatewayLog.ts'
import { defaultPath, loginShellPath } from './platform/loginShellPath.ts'
import { machineId } from './platform/machineId.ts'
import { takeOwnership } from './platform/ownership.ts'
import { ownIdentity } from './platform/processIdentity.ts'
import { sourceTools } from './platform/sourceTools.ts'
import { createSystemClock } from './platform/systemClock.ts'
import { createLocalFunctions } from './providers/local/functions/localFunctions.ts'
import { createLocalProvider } from './providers/local/localProvider.ts'
import { createLocalSecrets } from './providers/local/secrets.ts'
import { createLogStore } from './store/logs/logStore.ts'
import { openStore } from './store/openStore.ts'

const day = 24 * 3600 * 1000
/** Logs and records are kept this long and this large; docs/features/cronjobs.md says so, too. */
const retention = { milliseconds: 90 * day, bytes: 2 * 1024 ** 3, everyMilliseconds: 3600 * 1000 }
/** Grace for runs when the process is told to end by a signal. */
const signalGraceSeconds = 5

async function run(config: Config): Promise<void> {
  if (process.platform === 'win32') {
    throw new HksError('UNSUPPORTED_PLATFORM', 'Local runs need Linux or macOS.', {
      hint: 'On Windows open the folder in WSL or over Remote, or use a remote connection.',
    })
  }
  mkdirSync(config.home, { recursive: true, mode: 0o700 })
  const home = realpathSync(config.home)
  const ownership = takeOwnership(home)
  const logFile = join(home, 'logs', 'gateway.log')
  const log = createGatewayLog(logFile)
  const report = (error: unknown) => log.error({ err: error })
  process.on('uncaughtException', error => {
    log.fatal({ err: error })
    process.exit(70)
  })

  let onClockJump: (milliseconds: number) => void = () => undefined
  const clock = createSystemClock(jump => onClockJump(jump.milliseconds))
  const store = await openStore(join(home, 'gateway.db'))
  const logs = createLogStore(join(home, 'logs', 'applications'))
  const changes = createChangePublisher()
  const secrets = createLocalSecrets(home)
  const perform = createPerform(store.audit, clock)
  const bootId = randomUUID()
  const homeId = createHash('sha256').update(`${machineId()}\n${home}`).digest('hex').slice(0, 32)
  const notices: string[] = []
  const notice = (text: string) => {
    log.warn(text)
    notices.push(text)
  }
  const environment = createEnvironment(notice)

  const functions = createLocalFunctions({
    dataFolder: home,
    runtimesFolder: config.runtimesFolder,
    homeId,
    clock,
    newId: randomUUID,
    state: store.functions,
    changes,
    logs,
    invocations: store.invocations,
    secrets,
    environment,
    gatewayNode: {
      path: process.execPath,
      environment: process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' },
    },
    origin: () => functionListener.origin(),
    idleSeconds: config.functionIdleSeconds,
    report,
  })
  const provider = createLocalProvider({
    state: store,
    executions: store.executions,
    ledger: store.ledger,
    logs,
    clock,
    newId: randomUUID,
    machineId: machineId(),
    dataFolder: home,
    homeId,
    environment,
    secrets,
    changes,
    functions,
    callFunction: (functionId, payload, executionId, signal) =>
      functionService.callForSchedule(functionId, payload, executionId, signal),
    notice,
    report,
  })
  onClockJump = provider.clockJumped
  const directory = createDirectory([provider])
  const functionService = createFunctionService({
    directory,
    invocations: store.invocations,
    clock,
    perform,
    newId: randomUUID,
    tools: sourceTools,
  })
  const cronJobService = createCronJobService({
    directory,
    executions: store.executions,
    ledger: store.ledger,
    logs,
    clock,
    perform,
  })
  const gateway = createGatewayService({
    providers: [provider],
    settings: store.settings,
    clock,
    perform,
    idleSeconds: config.idleSeconds,
    notices: () => notices,
    stop: (reason, graceSeconds) => void stop(reason, graceSeconds),
  })
  const functionListener = createFunctionListener({
    functions: functionService,
    settings: store.settings,
    notice,
    report,
  })

  const token = randomBytes(32).toString('base64url')
  const guard = createGuard(createLocalTokenAuthenticator(token))
  const handlers = {
    ...gatewayHandlers(gateway, {
      version,
      pid: process.pid,
      bootId,
      dataFolder: home,
      logFile,
      runtimes: () => functions.runtimeInfo(),
    }),
    ...projectHandlers(createProjectService(directory, perform)),
    ...scheduleHandlers(createPreviewSchedule(clock)),
    ...cronJobHandlers(cronJobService),
    ...functionHandlers(functionService),
    ...secretHandlers(createSecretService(directory, perform)),
    ...logHandlers(createLogService(directory, logs, store.executions)),
  }
  const app = await createServer({
    handlers,
    guard,
    version,
    isReady: () => !gateway.isDraining(),
    touch: gateway.touch,
    metrics: createMetrics(),
    report: (error, request) => log.error({ err: error, method: request.method, url: request.url }),
  })
  const hub = createWatchHub([provider], bootId, cronJobService)
  const sockets = serveSockets(app.server, { guard, hub, handlers, gateway })

  await functionListener.start()
  await store.invocations.endRunning(clock.now())
  const port = await listen(app, 0)
  await provider.start()
  const timers = [
    setInterval(() => void endWhenIdle().catch(report), Math.max(100, Math.min(5000, config.idleSeconds * 250))),
    setInterval(() => void retain().catch(report), retention.everyMilliseconds),
  ]
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void stop(`the process received ${signal}`, signalGraceSeconds))
  }
  ownership.publish({ ...ownIdentity(), host: hostname(), port, token, version })
  log.info({ pid: process.pid, port, version }, 'ready')
  if (config.output === 'json') {
    const ready = { url: `http://127.0.0.1:${port}`, token, pid: process.pid, version }
    process.stdout.write(`${JSON.stringify(ready)}\n`)
  }

  async function endWhenIdle(): Promise<void> {
    const reason = await gateway.idleReason()
    if (reason !== undefined) await stop(reason, 0)
  }
  async function retain(): Promise<void> {
    const olderThan = clock.now() - retention.milliseconds
    await store.retain(olderThan)
    await logs.retain({ olderThan, maxBytes: retention.bytes })
  }
  let stopping: Promise<void> | undefined
  function stop(reason: string, graceSeconds: number): Promise<void> {
    stopping ??= (async () => {
      log.info({ reason, graceSeconds }, 'stopping')
      for (const timer of timers) clearInterval(timer)
      sockets.close(`The gateway stops: ${reason}.`)
      await provider.stop(graceSeconds)
      await functionListener.close()
      hub[Symbol.dispose]()
      await app.close()
      logs.close()
      await store.close()
      clock[Symbol.dispose]()
      ownership.release()
      log.info('stopped')
      process.exit(0)
    })().catch((error: unknown) => {
      log.fatal({ err: error }, 'the stop failed')
      process.exit(70)
    })
    return stopping
  }
}

/** Asks the login shell once, when the first process is about to start. */
function createEnvironment(notice: (text: string) => void): () => Promise<Readonly<Record<string, string>>> {
  let environment: Promise<Readonly<Record<string, string>>> | undefined
  const ask = async () => {
    const { path, problem } = await loginShellPath({
      shell: userInfo().shell ?? process.env['SHELL'],
      env: cleanEnvironment(process.env, defaultPath),
    })
    if (problem !== undefined) notice(`${problem} Jobs and functions get the PATH ${path}.`)
    return cleanEnvironment(process.env, path)
  }
  return () => (environment ??= ask())
}

/** Says why the gateway did not start; the client shows the last lines of it. */
function fail(error: unknown): never {
  // The winner of a start race serves the client of the loser, too.
  if ((error as { code?: unknown }).code === 'OWNED') process.exit(0)
  const { message, hint } = error as Partial<HksError>
  process.stderr.write(`${error instanceof HksError ? `${error.code}: ` : ''}${message}${hint ? ` ${hint}` : ''}\n`)
  process.exit(error instanceof HksError ? 6 : 70)
}

try {
  const home = dataFolder({ env: process.env, platform: process.platform, homeFolder: homedir() })
  const runtimesFolder = resolve(
    import.meta.dirname,
    import.meta.filename.endsWith('.ts') ? '../../runtimes' : 'runtimes',
  )
  await run(readConfig(process.argv.slice(2), process.env, { home, runtimesFolder }))
} catch (error) {
  fail(error)
}
