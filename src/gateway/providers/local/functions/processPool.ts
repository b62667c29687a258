import type { Runtime } from '../../../../contract/functions.ts'
import type { Clock } from '../../../domain/clock.ts'
import type { NewLogLine } from '../../../domain/log.ts'
import type { SandboxLevel } from '../../../platform/sandbox/sandbox.ts'
import { type ConfinementRules, isStricter } from './confinement.ts'
import type { FunctionPool, RevisionCode } from './functionPool.ts'
import { createLoadLimit, type LoadLimit } from './loadLimit.ts'
import { loadInto } from './loadInto.ts'
import type { RuntimeProcess } from './runtimeProcess.ts'
import { kindOf, type LaunchRuntime, type ProcessKind, runtimeOf } from './runtimeLauncher.ts'
import { startRuntime } from './startRuntime.ts'
import { createWarmPool } from './warmPool.ts'

/** What the pool needs. */
export interface ProcessPoolOptions {
  readonly launch: LaunchRuntime
  readonly rules: ConfinementRules
  readonly onLines: (code: RevisionCode, lines: readonly NewLogLine[]) => void
  readonly clock: Clock
  readonly loadSeconds: number
  /** Processes of one kind that wait, at most. */
  readonly warmProcesses: number
  readonly report: (error: unknown) => void
}

/** Where instances come from, with the processes that wait for those to come. */
export interface ProcessPool extends FunctionPool {
  /** What the functions that are there use: processes are kept ready for them. */
  keepReady(kinds: ReadonlySet<ProcessKind>): void
  /** The level of this machine: those that wait at a lesser one are replaced. */
  setLevel(level: SandboxLevel): void
  /** How many wait, by language. */
  readonly ready: ReadonlyMap<Runtime, number>
  /** Ends the processes that wait; instances are ended by their owners. Idempotent. */
  stop(): Promise<void>
}

/** One process for each instance: one that was ready already, or else one that is started. */
export function createProcessPool(options: ProcessPoolOptions): ProcessPool {
  const startEmpty = async (
    kind: ProcessKind,
    limit: LoadLimit,
    onLines: (lines: readonly NewLogLine[]) => void,
  ): Promise<RuntimeProcess> => {
    const launched = await options.launch(kind, limit.signal)
    return startRuntime(launched, { onLines, report: options.report }, limit)
  }
  let level: SandboxLevel = 'none'
  const warm = createWarmPool<ProcessKind>({
    clock: options.clock,
    fits: runtime => !isStricter(level, runtime.level),
    report: options.report,
    most: options.warmProcesses,
    start: (kind, signal) => startEmpty(kind, createLoadLimit(options.loadSeconds, signal), () => undefined),
  })
  /** What waits was started at the level that the machine had then. */
  const takeConfined = (kind: ProcessKind, code: RevisionCode): RuntimeProcess | undefined => {
    const runtime = warm.take(kind)
    if (runtime === undefined || options.rules.isConfined(code, runtime.level)) return runtime
    void runtime.end().catch(options.report)
    return takeConfined(kind, code)
  }
  const startConfined = async (
    kind: ProcessKind,
    code: RevisionCode,
    limit: LoadLimit,
    onLines: (lines: readonly NewLogLine[]) => void,
  ): Promise<RuntimeProcess> => {
    const runtime = await startEmpty(kind, limit, onLines)
    if (options.rules.isConfined(code, runtime.level)) return runtime
    await runtime.end()
    throw options.rules.notConfined(code, { level: runtime.level, problems: [] })
  }
  return {
    open: async (code, listener, signal) => {
      const limit = createLoadLimit(options.loadSeconds, signal)
      const onLines = (lines: readonly NewLogLine[]) => options.onLines(code, lines)
      signal.throwIfAborted()
      const kind = kindOf(code)
      const runtime = takeConfined(kind, code) ?? (await startConfined(kind, code, limit, onLines))
      return loadInto(runtime, code, { listener, limit, onLines, now: options.clock.now })
    },
    keepReady: warm.keep,
    setLevel: now => {
      level = now
      warm.sweep()
    },
    get ready() {
      const byRuntime = Map.groupBy(warm.ready, ([kind]) => runtimeOf(kind))
      return new Map(
        [...byRuntime].map(([runtime, kinds]) => [runtime, kinds.reduce((sum, [, count]) => sum + count, 0)]),
      )
    },
    stop: warm.stop,
  }
}
