import type { Runtime } from '../../../../contract/functions.ts'
import type { Clock } from '../../../domain/clock.ts'
import type { NewLogLine } from '../../../domain/log.ts'
import { createSharedScan } from '../../../platform/processTable.ts'
import type { FunctionPool, RevisionCode } from './functionPool.ts'
import { createLoadLimit, type LoadLimit } from './loadLimit.ts'
import { loadInto } from './loadInto.ts'
import type { RuntimeProcess } from './runtimeProcess.ts'
import type { FindRuntimeCommand } from './runtimeCommands.ts'
import { startRuntime } from './startRuntime.ts'
import { createWarmPool } from './warmPool.ts'

/** What the pool needs. */
export interface ProcessPoolOptions {
  readonly commandOf: FindRuntimeCommand
  /** Where a process is before it knows its function. */
  readonly runtimesFolder: string
  readonly homeId: string
  readonly newId: () => string
  readonly environment: () => Promise<Readonly<Record<string, string>>>
  readonly onLines: (code: RevisionCode, lines: readonly NewLogLine[]) => void
  readonly clock: Clock
  readonly loadSeconds: number
  /** Processes of one language that wait, at most. */
  readonly warmProcesses: number
  readonly report: (error: unknown) => void
}

/** Where instances come from, with the processes that wait for those to come. */
export interface ProcessPool extends FunctionPool {
  /** The languages of the functions that are there: processes are kept ready for them. */
  keepReady(runtimes: ReadonlySet<Runtime>): void
  /** How many wait, by language. */
  readonly ready: ReadonlyMap<Runtime, number>
  /** Ends the processes that wait; instances are ended by their owners. Idempotent. */
  stop(): Promise<void>
}

/** One process for each instance: one that was ready already, or else one that is started. */
export function createProcessPool(options: ProcessPoolOptions): ProcessPool {
  const scan = createSharedScan()

  const startEmpty = async (
    runtime: Runtime,
    limit: LoadLimit,
    onLines: (lines: readonly NewLogLine[]) => void,
  ): Promise<RuntimeProcess> => {
    const command = await options.commandOf(runtime, limit.signal)
    const clean = await options.environment()
    limit.signal.throwIfAborted()
    const runId = options.newId()
    return startRuntime(
      {
        program: command.program,
        args: command.args,
        // What the function asked for comes with the load frame: a waiting process must be anybody's.
        cwd: options.runtimesFolder,
        environment: { ...clean, ...command.environment, HKS_RUN_ID: runId, HKS_HOME_ID: options.homeId },
        runId,
        scan,
        onLines,
        report: options.report,
      },
      limit,
    )
  }
  const warm = createWarmPool<Runtime>({
    clock: options.clock,
    report: options.report,
    most: options.warmProcesses,
    start: (runtime, signal) => startEmpty(runtime, createLoadLimit(options.loadSeconds, signal), () => undefined),
  })
  return {
    open: async (code, listener, signal) => {
      const limit = createLoadLimit(options.loadSeconds, signal)
      const onLines = (lines: readonly NewLogLine[]) => options.onLines(code, lines)
      signal.throwIfAborted()
      const runtime = warm.take(code.runtime) ?? (await startEmpty(code.runtime, limit, onLines))
      return loadInto(runtime, code, { listener, limit, onLines, now: options.clock.now })
    },
    keepReady: warm.keep,
    get ready() {
      return warm.ready
    },
    stop: warm.stop,
  }
}
