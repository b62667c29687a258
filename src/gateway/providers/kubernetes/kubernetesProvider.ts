import type { ConnectionReport } from '../../../contract/connections.ts'
import { HksError } from '../../../contract/errors.ts'
import { createChangePublisher } from '../../domain/changes.ts'
import type { Clock } from '../../domain/clock.ts'
import type { ConnectionHealth, ConnectionRecord } from '../../domain/connection.ts'
import type { ExecutionStore } from '../../domain/executionStore.ts'
import type { LedgerStore } from '../../domain/ledgerStore.ts'
import type { Provider } from '../../domain/ports.ts'
import type { ProjectStore } from '../../domain/projectStore.ts'
import { checkKnative } from './checkKnative.ts'
import {
  combineApplications,
  combineCronJobs,
  combineExecutions,
  combineFunctions,
  combineSecrets,
} from './combinedRoles.ts'
import { noteFunctions } from './functions/noteFunctions.ts'
import { createKnativeInstallation, type KnativeInstallationDeps } from './installation/knativeInstallation.ts'
import { createKubernetesProjects, type OpenCluster } from './projects.ts'
import { testCluster } from './testCluster.ts'
import { followPresence } from './namespacePresence.ts'
import { createRetryDelay } from './watch/retryDelay.ts'
import { combineWork, type OpenNamespaceWork } from './namespaceWork.ts'

/** What the `kubernetes` provider needs. */
export interface KubernetesProviderDeps {
  /** As it is at this moment. */
  readonly connection: () => ConnectionRecord
  /** Reads the kubeconfig and makes a client; asks the cluster nothing. @throws HksError CONNECTION_FAILED */
  readonly openClient: (connection: ConnectionRecord) => Promise<OpenCluster>
  /** What is followed in each namespace. */
  readonly works: readonly OpenNamespaceWork[]
  /** What installing Knative needs besides the client. */
  readonly installation: Omit<KnativeInstallationDeps, 'client' | 'onChange'>
  readonly projects: ProjectStore
  readonly executions: Pick<ExecutionStore, 'get'>
  readonly ledger: Pick<LedgerStore, 'saveApplication' | 'removeApplication'>
  readonly clock: Clock
  /** Told when the health changes. */
  readonly onHealth: (health: ConnectionHealth) => void
  /** Receives failures that no caller waits for. */
  readonly report: (error: unknown) => void
}

/** Until a kubeconfig that can not be used is looked at again, milliseconds. */
const retryMs = 5000

/** So long a request waits at most for what is kept to be opened after a start, milliseconds. */
const mostKnownMs = 10_000

/** CronJobs and functions of the namespaces of a cluster. */
export function createKubernetesProvider(deps: KubernetesProviderDeps): Provider {
  const { clock, onHealth, report } = deps
  const { id } = deps.connection()
  const changes = createChangePublisher()
  const noting = noteFunctions(changes, deps.ledger, report)
  let cluster: OpenCluster | undefined
  let opening: Promise<OpenCluster> | undefined
  /** Why there is no client. */
  let failure: HksError | undefined
  let told: string | undefined
  let retry: Disposable | undefined
  let stopped = false
  /** Why it could not be asked for something the last time, until it can again. */
  let unanswered: HksError | undefined
  let asking: Disposable | undefined
  const askDelay = createRetryDelay(Math.random)
  const known = Promise.withResolvers<void>()
  let patience: Disposable | undefined

  const open = (): Promise<OpenCluster> =>
    (opening ??= deps
      .openClient(deps.connection())
      .then(opened => {
        if (stopped) opened.client[Symbol.dispose]()
        cluster = opened
        failure = undefined
        return opened
      })
      .finally(() => {
        opening = undefined
      }))
  const ready = async (): Promise<OpenCluster> => cluster ?? open()

  const health = (): ConnectionHealth => {
    const server = cluster ? { server: cluster.client.server } : {}
    const states = projects.states()
    const error =
      failure ?? unanswered ?? states.map(state => state.error).find(each => each?.code === 'CONNECTION_FAILED')
    if (error) {
      const { code, message, hint } = error
      return { state: 'failed', code, message, ...(hint === undefined ? {} : { hint }), ...server }
    }
    const isReady = cluster !== undefined && states.every(state => state.synced || state.error !== undefined)
    return { state: isReady ? 'ready' : 'connecting', ...server }
  }
  const tellHealth = (): void => {
    const now = health()
    if (now.state !== 'connecting') known.resolve()
    const text = JSON.stringify(now)
    if (text === told || stopped) return
    told = text
    onHealth(now)
  }
  const projects = createKubernetesProjects({
    connectionId: id,
    store: deps.projects,
    clock,
    changes,
    cluster: ready,
    openNamespace: scope => {
      const presence = followPresence(scope, clock)
      const { ending } = presence
      return combineWork([presence, ...deps.works.map(openWork => openWork({ ...scope, ending }, changes))])
    },
    onState: tellHealth,
    failure: () => failure,
    known: () => known.promise,
    report,
  })
  const connect = async (): Promise<void> => {
    try {
      await open()
      await projects.openAll()
    } catch (error) {
      if (stopped) return
      if (!(error instanceof HksError)) report(error)
      failure = error instanceof HksError ? error : new HksError('INTERNAL', String(error), { cause: error })
      retry = clock.callAfter(retryMs, () => void connect())
    }
    tellHealth()
  }

  /** What is asked of the cluster for somebody also shows how the connection fares, though no namespace is open. */
  const asked = async <T>(ask: () => Promise<T>): Promise<T> => {
    try {
      const answer = await ask()
      noteAnswer(undefined)
      return answer
    } catch (error) {
      if (error instanceof HksError) noteAnswer(error.code === 'CONNECTION_FAILED' ? error : undefined)
      throw error
    }
  }
  const noteAnswer = (error: HksError | undefined): void => {
    asking?.[Symbol.dispose]()
    asking = undefined
    // Without a client it is tried again anyway.
    unanswered = cluster && error
    if (unanswered === undefined) askDelay.reset()
    else if (!stopped) {
      const reason = unanswered.details?.['reason']
      const wait = reason === 'kubeconfig' ? retryMs : askDelay.next(unanswered)
      // A credential plugin may ask its user something: it runs again only when somebody wants something of the cluster.
      if (reason !== 'credentials') asking = clock.callAfter(wait, () => void askAgain())
    }
    tellHealth()
  }
  const askAgain = async (): Promise<void> => {
    try {
      await asked(async () => {
        const { client } = await ready()
        await client.reload()
        await client.request('GET', '/version')
      })
      projects.lookAgain()
    } catch (error) {
      if (!(error instanceof HksError)) report(error)
    }
  }
  const test = (): Promise<ConnectionReport> =>
    asked(async () => {
      const { client } = await ready()
      await client.reload()
      projects.lookAgain()
      return testCluster(client)
    })

  const installation = createKnativeInstallation({
    ...deps.installation,
    client: async () => (await ready()).client,
    onChange: () => projects.lookAgain(),
  })
  const role = projects.namespaces
  return {
    connection: id,
    unwatched: 'unknown',
    now: () => clock.now() - (cluster?.client.clockAheadMs() ?? 0),
    projects: projects.role,
    cluster: {
      health,
      open: projects.open,
      namespaces: () =>
        asked(async () => {
          const { client } = await ready()
          const { items } = await client.list('/api/v1/namespaces')
          return items.map(({ metadata }) => metadata.name).sort()
        }),
      knative: async () => checkKnative((await ready()).client),
      ...installation,
      test,
    },
    cronJobs: combineCronJobs(role),
    applications: combineApplications(role),
    executions: combineExecutions(role, deps.executions),
    functions: combineFunctions(role),
    secrets: combineSecrets(role),
    changes,
    // The cluster may be away for long: nobody waits for it.
    start: async () => {
      patience = clock.callAfter(mostKnownMs, known.resolve)
      void connect()
    },
    stop: async graceSeconds => {
      if (stopped) return
      stopped = true
      patience?.[Symbol.dispose]()
      known.resolve()
      retry?.[Symbol.dispose]()
      asking?.[Symbol.dispose]()
      await projects.stop(graceSeconds)
      await noting[Symbol.asyncDispose]()
      cluster?.client[Symbol.dispose]()
    },
  }
}
