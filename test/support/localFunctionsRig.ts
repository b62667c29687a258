import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'
import type { Change } from '../../src/gateway/domain/changes.ts'
import { createChangePublisher } from '../../src/gateway/domain/changes.ts'
import type { StoredLogLine } from '../../src/gateway/domain/log.ts'
import { findSupervisor } from '../../src/gateway/platform/findSupervisor.ts'
import { createSystemClock } from '../../src/gateway/platform/systemClock.ts'
import { createLocalFunctions } from '../../src/gateway/providers/local/functions/localFunctions.ts'
import type {
  LocalFunctionsDeps,
  LocalFunctionsHost,
} from '../../src/gateway/providers/local/functions/localFunctionsHost.ts'
import { createLocalSecrets, type LocalSecrets } from '../../src/gateway/providers/local/secrets.ts'
import { createLogStore } from '../../src/gateway/store/logs/logStore.ts'
import { openStore, type Store } from '../../src/gateway/store/openStore.ts'
import { goCacheFolder } from './goRuntime.ts'
import { type FunctionActions, functionActions } from './functionActions.ts'
import { temporaryFolder } from './temporaryFolder.ts'

const runtimesFolder = resolve(import.meta.dirname, '../../runtimes')

/** Local functions over a real store in a folder of their own. */
export interface LocalFunctionsRig extends FunctionActions, AsyncDisposable {
  readonly functions: LocalFunctionsHost
  readonly store: Store
  readonly secrets: LocalSecrets
  readonly folder: string
  readonly homeId: string
  readonly projectId: string
  readonly changes: readonly Change[]
  /** Failures that nobody waited for; a test that expects none asserts it. */
  readonly reported: readonly unknown[]
  /** All pages of it. */
  wholeLog(id: string): Promise<readonly StoredLogLine[]>
  /** Resolves when a change came that the test waits for; those of the past count. */
  seen(matches: (change: Change) => boolean): Promise<Change>
}

/** Starts local functions; `folder` continues in the data of another rig. */
export async function openLocalFunctions({
  stateOf = store => store.functions,
  ...overrides
}: Partial<LocalFunctionsDeps> & {
  readonly folder?: string
  readonly projectId?: string
  /** What stands between the functions and their store. */
  readonly stateOf?: (store: Store) => LocalFunctionsDeps['state']
} = {}): Promise<LocalFunctionsRig> {
  const own = overrides.folder === undefined ? temporaryFolder() : undefined
  const folder = overrides.folder ?? own!.path
  const store = await openStore(join(folder, 'gateway.db'))
  const logs = createLogStore(join(folder, 'logs'))
  const clock = createSystemClock()
  const publisher = createChangePublisher()
  const secrets = createLocalSecrets(folder)
  const changes: Change[] = []
  const waiting = new Set<(change: Change) => void>()
  const reported: unknown[] = []
  publisher.subscribe(change => {
    changes.push(change)
    for (const told of [...waiting]) told(change)
  })
  const homeId = randomUUID()
  const functions = createLocalFunctions({
    dataFolder: folder,
    runtimesFolder,
    cacheFolder: goCacheFolder,
    homeId,
    clock,
    newId: randomUUID,
    state: stateOf(store),
    changes: publisher,
    logs,
    invocations: store.invocations,
    secrets,
    environment: async () => ({ PATH: process.env.PATH ?? '', HOME: folder, LANG: 'C.UTF-8' }),
    gatewayNode: { path: process.execPath, environment: {} },
    sandbox: 'none',
    supervisor: () => findSupervisor(join(runtimesFolder, 'sandbox')),
    origin: () => 'http://127.0.0.1:1',
    report: error => reported.push(error),
    ...overrides,
  })
  const projectId = overrides.projectId ?? randomUUID()
  if (overrides.projectId === undefined) {
    const project = { id: projectId, name: 'test', connection: 'local', path: join(folder, 'project'), createdAt: 0 }
    await store.projects.insert(project)
  }
  await functions.start()
  return {
    functions,
    store,
    secrets,
    folder,
    homeId,
    projectId,
    changes,
    reported,
    ...functionActions(functions, logs, projectId),
    wholeLog: async id => {
      const lines: StoredLogLine[] = []
      for (let position: object = {}; ; ) {
        const page = await logs.read(id, position)
        lines.push(...page.lines)
        if (!page.more) return lines
        position = page.next
      }
    },
    seen: matches => {
      const past = changes.find(matches)
      if (past) return Promise.resolve(past)
      return new Promise(resolve => {
        const told = (change: Change) => {
          if (!matches(change)) return
          waiting.delete(told)
          resolve(change)
        }
        waiting.add(told)
      })
    },
    [Symbol.asyncDispose]: async () => {
      await functions.stop(0)
      logs.close()
      await store.close()
      clock[Symbol.dispose]()
      own?.[Symbol.dispose]()
    },
  }
}
