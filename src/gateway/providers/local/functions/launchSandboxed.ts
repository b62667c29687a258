import { getSystemErrorName } from 'node:util'
import { type ProcessEnd, signalName } from '../../../platform/processEnd.ts'
import { defaultLimits, pathInside, type SandboxCommand, type SandboxMount } from '../../../platform/sandbox/sandbox.ts'
import { readAllowedHosts } from '../../../platform/sandbox/egress/allowedHosts.ts'
import { egressEnvironment } from '../../../platform/sandbox/egress/egressEnvironment.ts'
import type { Egress } from '../../../platform/sandbox/egress/egresses.ts'
import type { SandboxProcess } from '../../../platform/sandbox/sandboxProcess.ts'
import type { Confining, Sandboxes } from '../../../platform/sandbox/sandboxes.ts'
import { endGraceMs, type LaunchedRuntime } from './launchedRuntime.ts'
import { endOfProcess } from './runtimeEnd.ts'
import { noProcess } from './launchPlain.ts'
import type { RuntimeCommand } from './runtimeCommands.ts'
import { createLimitWatch } from './limitWatch.ts'
import { mostProcesses } from './runtimeLimits.ts'
import type { Slot } from './slots.ts'
import type { PreparedCode } from './sourceBuilder.ts'

/** How to start a runtime in a sandbox. */
export interface SandboxedLaunch {
  readonly sandboxes: Pick<Sandboxes, 'start' | 'watch'>
  readonly support: Confining
  readonly command: RuntimeCommand
  /** The whole environment of the runtime. */
  readonly environment: Readonly<Record<string, string>>
  /** By which it is found from outside. */
  readonly marks: Readonly<Record<string, string>>
  readonly network: 'full' | 'none' | Egress
  /** Where its code will be. */
  readonly slot: Slot
  /** Where it sees its code at `strict`; `/fn` without it. */
  readonly seenAt?: string
}

const slotInside = '/fn'

/**
 * Starts a runtime that sees its own programs, the system's and, later, the code of one function. What it was given is
 * removed with it; the slot is its caller's when it can not be started.
 * @throws HksError FUNCTION_UNAVAILABLE
 */
export async function launchSandboxed(options: SandboxedLaunch): Promise<LaunchedRuntime> {
  const { sandboxes, support, command, slot, network, seenAt = slotInside } = options
  const mounts: readonly SandboxMount[] = [...command.mounts, { path: slot.folder, access: 'read', at: seenAt }]
  const inside = (path: string) => pathInside(support.level, mounts, path)
  const sandboxed: SandboxCommand = {
    argv: [command.program, ...command.args],
    cwd: inside(slot.folder),
    environment: typeof network === 'string' ? options.environment : { ...options.environment, ...egressEnvironment },
    marks: options.marks,
    mounts,
    network: typeof network === 'string' ? { kind: network } : { kind: 'allowlist', socket: network.socket },
    limits: { ...defaultLimits, processes: mostProcesses },
    onStarterGone: 'channel',
  }
  try {
    const started = await sandboxes.start(support, sandboxed, { stdout: 'pipe', stderr: 'pipe' })
    return handleOf(started, options, code => slot.put(code).then(inside))
  } catch (error) {
    await egressOf(options)?.close()
    throw isSystemError(error) ? noProcess(error) : error
  }
}

function handleOf(
  started: SandboxProcess,
  options: SandboxedLaunch,
  put: (code: PreparedCode) => Promise<string>,
): LaunchedRuntime {
  const { sandboxes, support, slot } = options
  const egress = egressOf(options)
  const limits = createLimitWatch({
    watch: sandboxes.watch,
    rootCounts: 'does not count',
    end: () => void started.end(0),
  })
  const gone = started.exited.then(
    how => limits.exceeded ?? endOfProcess(support.level === 'strict' ? withSignal(how) : how),
  )
  const end = async () => {
    await started.end(endGraceMs)
    limits[Symbol.dispose]()
    await Promise.all([slot.remove(), egress?.close()])
  }
  let ending: Promise<void> | undefined
  return {
    stdout: started.stdout!,
    stderr: started.stderr!,
    channel: started.channel!,
    level: support.level,
    gone,
    place: async ({ allowedHosts = [], ...placement }, onRefusal) => {
      const root = await started.root
      // Before any of its code runs.
      if (root !== undefined) limits.begin(root, mostProcesses, placement.limits)
      egress?.allow(readAllowedHosts(allowedHosts), onRefusal)
      return put(placement)
    },
    beginCall: limits.beginCall,
    end: () => (ending ??= end()),
  }
}

const egressOf = ({ network }: SandboxedLaunch): Egress | undefined =>
  typeof network === 'string' ? undefined : network

/** Bubblewrap tells the end by a signal as 128 + its number, as shells do; SIGSYS is the last that is not real-time. */
const lastSignal = 31

const withSignal = (how: ProcessEnd): ProcessEnd =>
  how.exitCode !== undefined && how.exitCode > 128 && how.exitCode <= 128 + lastSignal
    ? { signal: signalName(how.exitCode - 128) }
    : how

const isSystemError = (error: unknown): boolean => {
  const { errno } = error as NodeJS.ErrnoException
  return errno !== undefined && getSystemErrorName(errno) !== ''
}
