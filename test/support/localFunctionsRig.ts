import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { writeCanonicalTar } from '../../src/base/canonicalTar.ts'
import type { Runtime } from '../../src/contract/functions.ts'
import type { Change } from '../../src/gateway/domain/changes.ts'
import { createChangePublisher } from '../../src/gateway/domain/changes.ts'
import type {
  FunctionRecord,
  FunctionSpec,
  InvocationRequest,
  InvocationResponse,
} from '../../src/gateway/domain/function.ts'
import { languageOf } from '../../src/gateway/domain/functionContent.ts'
import { defaultResources } from '../../src/gateway/domain/functionResources.ts'
import { defaultScaling } from '../../src/gateway/domain/functionScaling.ts'
import { defaultHandler, readSource } from '../../src/gateway/domain/functionSource.ts'
import type { StoredLogLine } from '../../src/gateway/domain/log.ts'
import { findSupervisor } from '../../src/gateway/platform/findSupervisor.ts'
import { sourceTools } from '../../src/gateway/platform/sourceTools.ts'
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
import { temporaryFolder } from './temporaryFolder.ts'

const runtimesFolder = resolve(import.meta.dirname, '../../runtimes')

/** Local functions over a real store in a folder of their own. */
export interface LocalFunctionsRig extends AsyncDisposable {
  readonly functions: LocalFunctionsHost
  readonly store: Store
  readonly secrets: LocalSecrets
  readonly folder: string
  readonly homeId: string
  readonly projectId: string
  readonly changes: readonly Change[]
  /** Failures that nobody waited for; a test that expects none asserts it. */
  readonly reported: readonly unknown[]
  /** Deploys one file and waits until it is settled. */
  deploy(source: string, spec?: Partial<FunctionSpec>): Promise<FunctionRecord>
  call(id: string, event?: unknown, signal?: AbortSignal): Promise<InvocationResponse>
  log(id: string): Promise<readonly StoredLogLine[]>
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
    deploy: async (source, given = {}) => {
      const spec = functionSpec(given)
      const packed = await sourceOf(source, spec.runtime, spec.handler)
      return (await functions.deploy(projectId, spec, packed, patient)).settled
    },
    call: (id, event, signal = new AbortController().signal) =>
      functions.invoke(id, randomUUID(), jsonRequest(event), { diagnostics: true, signal }),
    log: async id => (await logs.read(id, {})).lines,
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

/** The deployment of someone who waits as long as it takes. */
export const patient = { answerBy: Number.POSITIVE_INFINITY }

/** A spec with what a test does not care about filled in; a Node function called `fn`. */
export function functionSpec(given: Partial<FunctionSpec> = {}): FunctionSpec & { readonly runtime: Runtime } {
  const runtime = languageOf({ runtime: given.runtime ?? 'node' })
  return {
    name: 'fn',
    handler: defaultHandler[runtime],
    environment: {},
    secrets: [],
    timeoutSeconds: 30,
    scaling: defaultScaling,
    resources: defaultResources,
    profile: 'function',
    network: 'full',
    public: false,
    ...given,
    runtime,
  }
}

/** One file as a deployable source. */
export const sourceOf = (text: string, runtime: Runtime, handler: string) =>
  readSource(Buffer.from(text).toString('base64'), runtime, handler, sourceTools)

/** A folder of files as a deployable source. */
export const sourceOfFiles = (files: Readonly<Record<string, string>>, runtime: Runtime, handler: string) => {
  const entries = Object.entries(files).map(([path, text]) => ({ path, executable: false, data: Buffer.from(text) }))
  return readSource(gzipSync(writeCanonicalTar(entries)).toString('base64'), runtime, handler, sourceTools)
}

/** A POST of JSON; without an event an empty body. */
export const jsonRequest = (event?: unknown): InvocationRequest => ({
  method: 'POST',
  path: '/',
  query: '',
  headers: event === undefined ? {} : { 'content-type': 'application/json' },
  body: event === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(event)),
})

/** The JSON of an answer. */
export const jsonOf = (response: InvocationResponse): unknown => JSON.parse(Buffer.from(response.body).toString())
