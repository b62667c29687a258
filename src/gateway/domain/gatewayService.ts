import type { KeepRunning } from '../../contract/gateway.ts'
import { authorize, type Caller } from './caller.ts'
import type { Clock } from './clock.ts'
import type { Settings } from './localState.ts'
import type { Perform } from './operation.ts'
import type { ProviderSet } from './providerSet.ts'

/** What the gateway says of itself. Instants are epoch milliseconds. */
export interface GatewayState {
  readonly startedAt: number
  readonly clients: number
  readonly keepRunning: KeepRunning
  readonly draining: boolean
  readonly enabledCronJobs: number
  readonly deployedFunctions: number
  readonly notices: readonly string[]
}

/** The life of an embedded gateway: who uses it, whether it may end. */
export interface GatewayService {
  state(caller: Caller): Promise<GatewayState>
  setKeepRunning(caller: Caller, mode: KeepRunning): Promise<void>
  /** Looks anew for what this machine can do; afterwards its status says what that is. */
  check(caller: Caller): Promise<void>
  /**
   * Stops the gateway: no new work, `graceSeconds` for what runs. Call the answer to begin: whoever asked must get
   * theirs first.
   */
  drain(caller: Caller, graceSeconds: number): Promise<() => void>
  /** Counts a client until disposed. */
  attach(): Disposable
  /** Counts a request until disposed, once: while it is answered, and for `idleSeconds` after that, the gateway is used. */
  use(): Disposable
  isDraining(): boolean
  /** Why the gateway may end now, or `undefined`. */
  idleReason(): Promise<string | undefined>
}

/** What {@link createGatewayService} needs. `stop` ends the process. */
export interface GatewayServiceOptions {
  readonly providers: ProviderSet
  readonly settings: Settings
  readonly clock: Clock
  readonly perform: Perform
  readonly idleSeconds: number
  /** Whether something goes on that nobody waits for and that must not be lost. */
  readonly isWorking: () => Promise<boolean>
  /** Sentences for the user so far, oldest first. */
  readonly notices: () => readonly string[]
  readonly stop: (reason: string, graceSeconds: number) => void
}

/** Notices shown; older ones are in the log. */
const shownNotices = 20
const keepRunningKey = 'keepRunning'

/** Makes the service; the last use and who uses it now are its only state. */
export function createGatewayService(options: GatewayServiceOptions): GatewayService {
  const { providers, settings, clock, perform } = options
  const startedAt = clock.now()
  let clients = 0
  let requests = 0
  let lastUse = startedAt
  let draining = false

  const keepRunning = async (): Promise<KeepRunning> =>
    (await settings.get(keepRunningKey)) === 'whileOpen' ? 'whileOpen' : 'always'
  /** What needs this gateway to run: a cluster goes on without it. */
  const count = async () => {
    const here = providers.all().filter(({ cluster }) => cluster === undefined)
    const jobs = (await Promise.all(here.map(provider => provider.cronJobs.list()))).flat()
    const functions = (await Promise.all(here.map(async provider => (await provider.functions?.list()) ?? []))).flat()
    return {
      enabledCronJobs: jobs.filter(job => !job.spec.suspend).length,
      deployedFunctions: functions.filter(fn => fn.status !== 'deleting').length,
    }
  }

  const whileUsed = (count: (by: 1 | -1) => void): Disposable => {
    count(1)
    return {
      [Symbol.dispose]: () => {
        count(-1)
        lastUse = clock.now()
      },
    }
  }
  const isUsed = () => clients > 0 || requests > 0 || clock.now() - lastUse < options.idleSeconds * 1000
  const reasonToEnd = async (): Promise<string | undefined> => {
    if ((await keepRunning()) === 'whileOpen') return 'no client is attached'
    const { enabledCronJobs, deployedFunctions } = await count()
    if (enabledCronJobs > 0 || deployedFunctions > 0) return undefined
    if (!(await options.isWorking())) {
      return 'no client is attached, no CronJob is enabled and no function is deployed'
    }
    lastUse = clock.now()
    return undefined
  }

  return {
    state: async caller => {
      authorize(caller, 'read')
      return {
        startedAt,
        clients,
        keepRunning: await keepRunning(),
        draining,
        ...(await count()),
        notices: options.notices().slice(-shownNotices),
      }
    },
    setKeepRunning: (caller, mode) =>
      perform(caller, { scope: 'admin', action: 'gateway.keepRunning', resource: mode }, () =>
        settings.set(keepRunningKey, mode),
      ),
    check: caller =>
      perform(caller, { scope: 'admin', action: 'gateway.check', resource: 'gateway' }, async () => {
        await Promise.all(providers.all().map(async provider => provider.functions?.sandbox?.check()))
      }),
    drain: (caller, graceSeconds) =>
      perform(caller, { scope: 'admin', action: 'gateway.drain', resource: 'gateway' }, async () => {
        draining = true
        return () => options.stop('a client asked for it', graceSeconds)
      }),
    attach: () => whileUsed(by => (clients += by)),
    use: () => whileUsed(by => (requests += by)),
    isDraining: () => draining,
    idleReason: async () => {
      if (isUsed()) return undefined
      const reason = await reasonToEnd()
      // Somebody may have come meanwhile.
      return isUsed() ? undefined : reason
    },
  }
}
