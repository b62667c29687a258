import { homedir, hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { dataFolder } from '../base/dataFolder.ts'
import { version } from '../base/version.ts'
import { HksError } from '../contract/errors.ts'
import { createClusters } from './composition/clusters.ts'
import { createEdge } from './composition/edge.ts'
import { createEnvironments } from './composition/environment.ts'
import { openHome } from './composition/home.ts'
import { createLife, exitOnUncaught } from './composition/life.ts'
import { createLocal } from './composition/local.ts'
import { createServices } from './composition/services.ts'
import { openStorage } from './composition/storage.ts'
import { type Config, readConfig } from './config.ts'
import { createProviderSet } from './domain/providerSet.ts'
import { closeInherited } from './platform/closeInherited.ts'
import { denyWritesToOthers } from './platform/denyWritesToOthers.ts'
import { createMetrics } from './http/metrics.ts'
import { ownIdentity } from './platform/processIdentity.ts'

/** The gateway from the outside in, then its start from the inside out. */
async function run(config: Config): Promise<void> {
  refuseWindows()
  closeInherited()
  denyWritesToOthers()
  const home = openHome(config.home)
  exitOnUncaught(home.log)
  const storage = await openStorage(home)
  const environments = createEnvironments(home.notice)
  const local = createLocal(config, home, storage, environments.runs, {
    origin: () => edge.origin(),
    callFunction: (...call) => services.functions.callForSchedule(...call),
  })
  const metrics = createMetrics()
  const providers = createProviderSet([local.provider])
  const clusters = createClusters(config, home, storage, environments.login, local.functions.targetBuilds)
  const services = createServices(config, home, storage, providers, clusters, metrics.calls, (reason, graceSeconds) => {
    void life.stop(reason, graceSeconds)
  })
  const edge = await createEdge(home, storage, local, providers, services, metrics)
  const life = createLife(config, home, storage, providers, services, edge)

  await storage.database.invocations.endRunning(storage.clock.now())
  const port = await edge.open()
  await local.provider.start()
  await services.connections.start()
  life.begin()
  home.ownership.publish({ ...ownIdentity(), host: hostname(), port, token: edge.token, version })
  home.log.info({ pid: process.pid, port, version }, 'ready')
  if (config.output === 'json') {
    const ready = { url: `http://127.0.0.1:${port}`, token: edge.token, pid: process.pid, version }
    process.stdout.write(`${JSON.stringify(ready)}\n`)
  }
}

function refuseWindows(): void {
  if (process.platform !== 'win32') return
  throw new HksError('UNSUPPORTED_PLATFORM', 'Local runs need Linux or macOS.', {
    hint: 'On Windows open the folder in WSL or over Remote, or use a remote connection.',
  })
}

/** Says why the gateway did not start, in the form that the client's `lastWords` reads. */
function fail(error: unknown): never {
  // The winner of a start race serves the client of the loser, too.
  if ((error as { code?: unknown }).code === 'OWNED') process.exit(0)
  const { message, hint } = error as Partial<HksError>
  process.stderr.write(
    `${error instanceof HksError ? `${error.code}: ` : ''}${message?.replaceAll('\n', ' ')}\n${hint ? `  ${hint}\n` : ''}`,
  )
  process.exit(error instanceof HksError ? 6 : 70)
}

// Who reads that may be gone; it is no reason to end.
process.stderr.on('error', () => undefined)

try {
  const home = dataFolder({ env: process.env, platform: process.platform, homeFolder: homedir() })
  const shipped = resolve(import.meta.dirname, import.meta.filename.endsWith('.ts') ? '../..' : '.')
  const folders = { runtimesFolder: join(shipped, 'runtimes'), deployFolder: join(shipped, 'deploy') }
  await run(readConfig(process.argv.slice(2), process.env, { home, ...folders }))
} catch (error) {
  fail(error)
}
