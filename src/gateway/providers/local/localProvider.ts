import { join } from 'node:path'
import { localConnection } from '../../../contract/localConnection.ts'
import type { ChangePublisher } from '../../domain/changes.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Execution } from '../../domain/cronJob.ts'
import type { LocalState } from '../../domain/localState.ts'
import type { LogStore } from '../../domain/log.ts'
import type { ExecutionStore } from '../../domain/executionStore.ts'
import type { LedgerStore } from '../../domain/ledgerStore.ts'
import type { Folders, Functions, Provider } from '../../domain/ports.ts'
import { keepWatchSpans } from '../../domain/watchKeeper.ts'
import { createPipeStock } from '../../platform/pipeStock.ts'
import { createSharedScan } from '../../platform/processTable.ts'
import type { Supervisor } from '../../platform/supervisor.ts'
import type { StartAttempt } from './attempt.ts'
import { describeJump } from './clockJump.ts'
import { createCommandAttempts } from './commandAttempt.ts'
import { createController } from './controller.ts'
import { createLocalApplications } from './applications.ts'
import { createLocalCronJobs } from './cronJobs.ts'
import { createLocalExecutions } from './executions.ts'
import { type CallFunction, createFunctionAttempts } from './functionAttempt.ts'
import { createLocalProjects } from './projects.ts'
import { recoverRuns } from './recoverRuns.ts'
import { startRun } from './run.ts'
import { createRunFolders } from './runFolders.ts'
import { createRunLog } from './runLog.ts'
import { createRunSaver } from './runSaver.ts'
import type { LocalSecrets } from './secrets.ts'

/** The functions of this machine as the provider drives them. */
export interface ProviderFunctions extends Functions {
  start(): Promise<void>
  stop(graceSeconds: number): Promise<void>
}

/** What the `local` provider needs; main.ts passes it in. */
export interface LocalProviderDeps {
  readonly state: LocalState
  readonly executions: ExecutionStore
  readonly ledger: LedgerStore
  readonly logs: LogStore
  readonly clock: Clock
  readonly newId: () => string
  /** Names this machine: a project's id is made of it and of the folder's real path. */
  readonly machineId: string
  /** Folder of this gateway's data; working files of runs go to `runs/` in it. */
  readonly dataFolder: string
  /** Names the data folder in the environment of each process (`HKS_HOME_ID`), so that leftovers are found. */
  readonly homeId: string
  /** PATH of the login shell, HOME, LANG, TZ: all that a process inherits. */
  readonly environment: () => Promise<Readonly<Record<string, string>>>
  readonly secrets: LocalSecrets
  readonly changes: ChangePublisher
  readonly functions?: ProviderFunctions
  /** Absent where no function can run. */
  readonly callFunction?: CallFunction
  /** Instead of a process or a call: how an attempt runs. For tests that run a year in a second. */
  readonly startAttempt?: StartAttempt
  /** What finds everything that a command starts, where this machine has it. */
  readonly supervisor?: () => Promise<Supervisor | undefined>
  /** Seconds between two heartbeats; default 30. */
  readonly heartbeatSeconds?: number
  /** Tells the user one sentence, such as a clock jump. */
  readonly notice: (text: string) => void
  /** Receives failures that no caller waits for. */
  readonly report: (error: unknown) => void
}

/** The provider with what the owner of the clock, and tests of time, need. */
export interface LocalProvider extends Provider {
  readonly folders: Folders
  /** The clock went `milliseconds` further than time did (the machine slept, it was set); negative: it was set back. */
  clockJumped(milliseconds: number): void
  /** Resolves when nothing is under way but runs. */
  settled(): Promise<void>
}

/** CronJobs and functions on this machine, with real processes. */
export function createLocalProvider(deps: LocalProviderDeps): LocalProvider {
  const { state, executions, ledger, logs, clock, changes, functions, secrets, report } = deps
  const folders = createRunFolders(deps.dataFolder, executions)
  const logOf = (applicationId: string, executionId: string) =>
    createRunLog({ logs, clock, applicationId, executionId, report })
  const projects = createLocalProjects({
    store: state.projects,
    clock,
    machineId: deps.machineId,
    changes,
    isEmpty: async projectId => {
      if ((await cronJobs.list(projectId)).length > 0) return false
      if ((await state.applications.list(projectId)).length > 0) return false
      if (((await functions?.list(projectId)) ?? []).length > 0) return false
      return (await secrets.list(projectId)).length === 0
    },
    clear: async projectId => {
      for (const { id } of await cronJobs.list(projectId)) await cronJobs.remove(id)
      for (const { id } of await state.applications.list(projectId)) await state.applications.remove(id)
      for (const { id } of (await functions?.list(projectId)) ?? []) await functions?.remove(id)
      await secrets.removeProject(projectId)
    },
    moved: async (from, to) => {
      await secrets.rekeyProject(from, to)
      for (const { cronJob } of await state.cronJobs.list(to)) {
        controller.job(cronJob.id).moveTo(to)
        changes.publish({ kind: 'cronJob', cronJob })
      }
      for (const moved of (await functions?.list(to)) ?? []) changes.publish({ kind: 'function', function: moved })
    },
  })
  const pipes = createPipeStock(join(deps.dataFolder, 'pipes'))
  const command = createCommandAttempts({
    projectFolder: projects.folder,
    environment: deps.environment,
    secrets,
    homeId: deps.homeId,
    runFolder: folders.path,
    tools: {
      scan: createSharedScan(),
      pipes,
      ...(deps.supervisor === undefined ? {} : { supervisor: deps.supervisor }),
    },
    logOf,
  })
  const call = createFunctionAttempts(deps.callFunction, logOf)
  const startAttempt: StartAttempt =
    deps.startAttempt ?? (context => (context.target.kind === 'command' ? command(context) : call(context)))
  const publish = (execution: Execution) => changes.publish({ kind: 'execution', execution })
  const controller = createController({
    clock,
    newId: deps.newId,
    jobs: state.cronJobs,
    executions,
    ledger,
    changes,
    prune: folders.prune,
    report,
    startRun: (job, start) =>
      startRun(
        { clock, startAttempt, log: logOf(job.id, start.id), save: createRunSaver(executions, clock, publish, report) },
        job,
        start,
      ),
  })
  const cronJobs = createLocalCronJobs({
    store: state.cronJobs,
    ledger,
    logs,
    folders,
    controller,
    changes,
    clock,
    newId: deps.newId,
  })
  let watching: Awaited<ReturnType<typeof keepWatchSpans>> | undefined
  let stopping: Promise<void> | undefined
  const stop = async (graceSeconds: number): Promise<void> => {
    watching?.[Symbol.dispose]()
    await Promise.all([controller.stop(graceSeconds), functions?.stop(graceSeconds)])
    await watching?.beat()
    pipes[Symbol.dispose]()
  }
  return {
    connection: localConnection,
    // Without its gateway nothing runs here.
    unwatched: 'missed',
    projects,
    folders: projects,
    cronJobs,
    applications: createLocalApplications({ store: state.applications, cronJobs, clock, newId: deps.newId }),
    executions: createLocalExecutions(controller, projects.folder),
    ...(functions ? { functions } : {}),
    secrets,
    changes,
    start: async () => {
      const cronJobIds = async () => new Set((await cronJobs.list()).map(({ id }) => id))
      await recoverRuns({ executions, cronJobIds, clock, homeId: deps.homeId, logOf, publish, notice: deps.notice })
      watching = await keepWatchSpans({
        ledger,
        clock,
        place: localConnection,
        newId: deps.newId,
        everySeconds: deps.heartbeatSeconds ?? 30,
        report,
      })
      // First the functions: a run that is due may call one, and their sweep must find no new process.
      await functions?.start()
      await controller.start()
    },
    stop: graceSeconds => (stopping ??= stop(graceSeconds)),
    clockJumped: milliseconds => {
      if (!watching || stopping) return
      deps.notice(describeJump(milliseconds))
      watching.jumped()
      void controller.lookAtAll()
    },
    settled: controller.settled,
  }
}
