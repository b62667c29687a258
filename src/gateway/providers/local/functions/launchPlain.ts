import { type ChildProcess, spawn } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { HksError } from '../../../../contract/errors.ts'
import { endProcesses } from '../../../platform/endProcesses.ts'
import { type ProcessEntry, type ProcessScan, startTimeOf } from '../../../platform/processTable.ts'
import type { ResourceWatch } from '../../../platform/sandbox/resourceWatch.ts'
import type { AssembledFolders } from './assembledFolders.ts'
import { endGraceMs, type LaunchedRuntime } from './launchedRuntime.ts'
import { endOfProcess, type RuntimeEnd } from './runtimeEnd.ts'
import { createLimitWatch } from './limitWatch.ts'
import { mostProcesses } from './runtimeLimits.ts'

/** How to start a runtime that may do what its user may. */
export interface PlainLaunch {
  readonly program: string
  readonly args: readonly string[]
  readonly cwd: string
  /** The whole environment, with the markers by which the process is found. */
  readonly environment: Readonly<Record<string, string>>
  /** The value of `HKS_RUN_ID` in `environment`. */
  readonly runId: string
  /** Reads the process table; shared by all, as many may end at once. */
  readonly scan: ProcessScan
  readonly watch: ResourceWatch['watch']
  /** Puts code and packages together. */
  readonly assemble: AssembledFolders['assemble']
  /** It may stand still for hours without seeing the end of its channel: a shell beside it waits for the gateway's end. */
  readonly mayStandStill?: boolean
}

/** Kills its session when descriptor 4 is closed, as it is when its starter is gone. */
const lifeline = '{ read _ <&4; kill -9 -$$; } >/dev/null 2>&1 3<&- & exec "$@" 4<&-'

/**
 * Starts a runtime in a session of its own. On Linux what it uses is watched; what it starts counts as long as its parents
 * live.
 * @throws HksError FUNCTION_UNAVAILABLE
 */
export function launchPlain(options: PlainLaunch): LaunchedRuntime {
  const { mayStandStill = false, program, args } = options
  const [file, given] = mayStandStill ? ['/bin/sh', ['-c', lifeline, 'sh', program, ...args]] : [program, args]
  const child = spawn(file, given, {
    cwd: options.cwd,
    // Node.js hands on this one variable of its own unless it is named.
    env: { NODE_V8_COVERAGE: undefined, ...options.environment },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', ...(mayStandStill ? (['pipe'] as const) : [])],
  })
  const limits = createLimitWatch({ watch: options.watch, rootCounts: 'counts', end: () => child.kill('SIGKILL') })
  const gone = untilGone(child).then(how => {
    limits[Symbol.dispose]()
    return limits.exceeded ?? how
  })
  const watcher = child.stdio?.[4] as Duplex | null | undefined
  // It is closed by the end of its session, which is what it is for.
  watcher?.on('error', () => undefined)
  const channel = child.stdio?.[3] as Duplex | undefined
  if (!channel || !child.stdout || !child.stderr) throw noProcess()
  const bornAt = child.pid === undefined ? 0 : (startTimeOf(child.pid) ?? 0)
  const matches = (entry: ProcessEntry) =>
    child.pid !== undefined &&
    entry.startTime >= bornAt &&
    (entry.runId === options.runId || entry.session === child.pid || entry.pid === child.pid)
  return {
    stdout: child.stdout,
    stderr: child.stderr,
    channel,
    level: 'none',
    gone,
    place: placement => {
      // What the kernel tells of processes elsewhere is not read.
      if (child.pid !== undefined && process.platform === 'linux') {
        limits.begin(child.pid, mostProcesses, placement.limits)
      }
      return options.assemble(placement)
    },
    beginCall: limits.beginCall,
    end: async () => {
      await endProcesses(options.scan, { matches }, endGraceMs)
    },
  }
}

/** The system starts no more processes. */
export const noProcess = (cause?: unknown): HksError =>
  new HksError('FUNCTION_UNAVAILABLE', 'This machine can not start another process.', {
    hint: 'Close programs, or raise the limits of open files and processes.',
    ...(cause === undefined ? {} : { cause }),
  })

const untilGone = (child: ChildProcess): Promise<RuntimeEnd> =>
  new Promise(resolve => {
    child.once('exit', (code, signal) => resolve(endOfProcess(signal === null ? { exitCode: code ?? 0 } : { signal })))
    child.once('error', error => resolve({ reason: `it could not be started: ${error.message}` }))
  })
