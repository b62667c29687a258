import { join } from 'node:path'
import type { Runtime } from '../../../../contract/functions.ts'
import type { NewLogLine } from '../../../domain/log.ts'
import { createSharedScan } from '../../../platform/processTable.ts'
import type { FunctionPool, RevisionCode } from './functionPool.ts'
import type { Interpreters } from './interpreters.ts'
import { createLoadLimit } from './loadLimit.ts'
import { loadInto } from './loadInto.ts'
import { startRuntime } from './startRuntime.ts'

/** What the pool needs. */
export interface ProcessPoolOptions {
  readonly interpreters: Interpreters
  /** Folder that holds `node/main.mjs` and `python/main.py`. */
  readonly runtimesFolder: string
  readonly homeId: string
  readonly newId: () => string
  readonly environment: () => Promise<Readonly<Record<string, string>>>
  readonly onLines: (code: RevisionCode, lines: readonly NewLogLine[]) => void
  readonly now: () => number
  readonly loadSeconds: number
  readonly report: (error: unknown) => void
}

/** Options and program of each runtime (docs/runtime-protocol.md, "Channel"). */
const programs: Readonly<Record<Runtime, { readonly options: readonly string[]; readonly file: string }>> = {
  node: { options: ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules'], file: 'node/main.mjs' },
  python: { options: ['-IB'], file: 'python/main.py' },
}

/** One process for each instance, started when it is asked for. */
export function createProcessPool(options: ProcessPoolOptions): FunctionPool {
  const scan = createSharedScan()
  return {
    open: async (code, listener, signal) => {
      const interpreter = await options.interpreters.find(code.runtime)
      const clean = await options.environment()
      signal.throwIfAborted()
      const runId = options.newId()
      const program = programs[code.runtime]
      const limit = createLoadLimit(options.loadSeconds, signal)
      const onLines = (lines: readonly NewLogLine[]) => options.onLines(code, lines)
      const runtime = await startRuntime(
        {
          program: interpreter.path,
          args: [...program.options, join(options.runtimesFolder, program.file), '--fd', '3'],
          // What the function asked for comes with the load frame: a pooled process must be anybody's.
          cwd: options.runtimesFolder,
          environment: { ...clean, ...interpreter.environment, HKS_RUN_ID: runId, HKS_HOME_ID: options.homeId },
          runId,
          scan,
          onLines,
          report: options.report,
        },
        limit,
      )
      return loadInto(runtime, code, { listener, limit, onLines, now: options.now })
    },
  }
}
