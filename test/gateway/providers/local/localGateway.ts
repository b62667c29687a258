import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Change, createChangePublisher } from '../../../../src/gateway/domain/changes.ts'
import type { Clock } from '../../../../src/gateway/domain/clock.ts'
import type { CronJobRecord, CronJobSpec, Execution } from '../../../../src/gateway/domain/cronJob.ts'
import type { ExecutionStore } from '../../../../src/gateway/domain/executionStore.ts'
import { type LedgerAnswer, type LedgerInput, readLedger } from '../../../../src/gateway/domain/ledgerReader.ts'
import { createLocalProvider, type LocalProviderDeps } from '../../../../src/gateway/providers/local/localProvider.ts'
import { createLocalSecrets } from '../../../../src/gateway/providers/local/secrets.ts'
import { createLogStore } from '../../../../src/gateway/store/logs/logStore.ts'
import { openStore } from '../../../../src/gateway/store/openStore.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'
import { cronJobSpec } from '../../store/records.ts'

/** What a test changes about the provider. */
export interface LocalOptions extends Partial<LocalProviderDeps> {
  readonly home?: string
  /** Puts a disk that fails before the real store. */
  readonly faulty?: (executions: ExecutionStore) => ExecutionStore
}

/** A `local` provider over a real store, in a folder of its own. */
export async function openLocal(clock: Clock, options: LocalOptions = {}) {
  const folder = options.home === undefined ? temporaryFolder() : undefined
  const home = options.home ?? join(folder!.path, 'home')
  const workspace = join(home, '..', 'workspace')
  mkdirSync(workspace, { recursive: true })
  const store = await openStore(join(home, 'gateway.db'))
  const logs = createLogStore(join(home, 'logs'))
  const changes = createChangePublisher()
  const seen: Change[] = []
  changes.subscribe(change => void seen.push(change))
  const notices: string[] = []
  const problems: unknown[] = []
  const provider = createLocalProvider({
    state: store,
    executions: options.faulty?.(store.executions) ?? store.executions,
    ledger: store.ledger,
    logs,
    clock,
    newId: randomUUID,
    machineId: 'machine',
    dataFolder: home,
    homeId: `home-${home}`,
    environment: async () => ({ PATH: process.env['PATH'] ?? '', HOME: home, LANG: 'C.UTF-8' }),
    secrets: createLocalSecrets(home),
    changes,
    // Rarer than in life: a year passes in a second.
    heartbeatSeconds: 30 * 24 * 3600,
    notice: text => void notices.push(text),
    report: problem => void problems.push(problem),
    ...options,
  })
  await provider.start()
  const { project } = await provider.folders.open(workspace)

  const settle = async () => {
    for (let i = 0; i < 3; i++) {
      await new Promise(resolve => setImmediate(resolve))
      await provider.settled()
    }
  }
  return {
    provider,
    store,
    logs,
    project,
    workspace,
    home,
    changes: seen,
    notices,
    problems,
    settle,
    create: (fields: Partial<CronJobSpec>): Promise<CronJobRecord> =>
      provider.cronJobs.create(project.id, cronJobSpec({ environment: {}, ...fields })),
    /** Runs of a job, oldest first. */
    runs: async (id: string): Promise<readonly Execution[]> =>
      (await store.executions.list({ applicationId: id, limit: 100_000 })).toReversed(),
    /** What a run wrote, one text for each line. */
    lines: async (id: string, executionId: string, stream?: string): Promise<readonly string[]> => {
      const { lines } = await logs.read(id, { executionId, tail: 100_000 })
      return lines.filter(line => stream === undefined || line.stream === stream).map(line => line.text)
    },
    /** Waits until a run has ended, on the real clock. */
    ended: async (executionId: string): Promise<Execution> => {
      const { promise, resolve } = Promise.withResolvers<void>()
      using _subscription = changes.subscribe(change => {
        if (change.kind === 'execution' && change.execution.id === executionId && change.execution.status !== 'running')
          resolve()
      })
      const already = await store.executions.get(executionId)
      if (already?.status === 'running') await promise
      return (await store.executions.get(executionId))!
    },
    /** Waits for the first lines that a run writes to stdout. */
    said: async (id: string, executionId: string, count: number): Promise<readonly string[]> => {
      for (;;) {
        const { promise, resolve } = Promise.withResolvers<void>()
        using _subscription = logs.onAppend(id, resolve)
        const { lines } = await logs.read(id, { executionId })
        const said = lines.filter(line => line.stream === 'stdout').map(line => line.text)
        if (said.length >= count) return said
        await promise
      }
    },
    ledger: (id: string, input: LedgerInput = {}): Promise<LedgerAnswer> =>
      readLedger(store, id, { unwatched: 'missed', places: ['local'] }, { limit: 100_000, ...input }, clock.now()),
    /** As a SIGKILL leaves it: nothing is told to stop, only the files are let go. */
    abandon: async () => {
      logs.close()
      await store.close()
    },
    close: async () => {
      await provider.stop(0)
      logs.close()
      await store.close()
      folder?.[Symbol.dispose]()
    },
  }
}
