import { type ChildProcess, spawn } from 'node:child_process'
import { endProcesses, type Membership } from './endProcesses.ts'
import type { ProcessEnd } from './processEnd.ts'
import { type ProcessScan, startTimeOf } from './processTable.ts'
import { startSupervised, type Supervisor } from './supervisor.ts'

/** The first process of a tree. */
export interface TreeRoot {
  readonly pid: number
  /** How it ended; what it left behind may still run. */
  readonly exited: Promise<ProcessEnd>
  /** SIGTERM to the whole tree, `graceMs` to go, SIGKILL; resolves when nothing is left. Call it once. */
  end(graceMs: number): Promise<unknown>
}

/** What to start. */
export interface TreeRootOptions {
  readonly argv: readonly [string, ...string[]]
  readonly cwd: string
  /** The whole environment, `HKS_RUN_ID` included. */
  readonly environment: Readonly<Record<string, string>>
  readonly runId: string
  readonly stdout: number
  readonly stderr: number
}

/**
 * Starts it under a supervisor, which finds everything that it starts.
 * @throws the system's error when it can not be started
 */
export async function startSupervisedRoot(
  supervisor: Supervisor,
  options: TreeRootOptions,
  scan: ProcessScan,
): Promise<TreeRoot> {
  const { environment, runId } = options
  const { pid, exited, closed, end } = await startSupervised(supervisor, {
    ...options,
    marks: { HKS_RUN_ID: runId, ...(environment.HKS_HOME_ID ? { HKS_HOME_ID: environment.HKS_HOME_ID } : {}) },
    channel: 'none',
  })
  const membership = membershipOf(pid, runId)
  return {
    pid,
    exited,
    end: async graceMs => {
      end(graceMs)
      if ((await closed) === 'broken') await endProcesses(scan, membership, 0)
    },
  }
}

/**
 * Starts it in a session of its own. What it starts is found by descent, session and `HKS_RUN_ID`.
 * @throws the system's error when it can not be started
 */
export async function startPlainRoot(options: TreeRootOptions, scan: ProcessScan): Promise<TreeRoot> {
  const child = await spawned(options)
  const exited = new Promise<ProcessEnd>(resolve => {
    child.once('exit', (exitCode, signal) => resolve(signal === null ? { exitCode: exitCode ?? 0 } : { signal }))
  })
  // Later errors are those of kill(), which is never used here.
  child.on('error', () => undefined)
  const pid = child.pid!
  const membership = membershipOf(pid, options.runId)
  return { pid, exited, end: graceMs => endProcesses(scan, membership, graceMs) }
}

function membershipOf(pid: number, runId: string): Membership {
  const bornAt = startTimeOf(pid) ?? 0
  return {
    matches: entry =>
      entry.startTime >= bornAt && (entry.runId === runId || entry.session === pid || entry.pid === pid),
  }
}

async function spawned({ argv, cwd, environment, stdout, stderr }: TreeRootOptions): Promise<ChildProcess> {
  const [program, ...args] = argv
  const child = spawn(program, args, {
    cwd,
    // Node.js hands on this one variable of its own unless it is named.
    env: { NODE_V8_COVERAGE: undefined, ...environment },
    detached: true,
    stdio: ['ignore', stdout, stderr],
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  return child
}
