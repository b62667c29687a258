import { dirname } from 'node:path'
import { createSharedScan } from '../../../platform/processTable.ts'
import type { SandboxMount } from '../../../platform/sandbox/sandbox.ts'
import type { DebugFolder } from './debugFolder.ts'
import type { LaunchedRuntime } from './launchedRuntime.ts'
import { launchPlain } from './launchPlain.ts'
import { launchSandboxed } from './launchSandboxed.ts'
import type { RuntimeCommand } from './runtimeCommands.ts'
import type { RuntimeLauncherOptions } from './runtimeLauncher.ts'

/** A language whose processes can be debugged. */
export type DebuggedRuntime = 'node' | 'python'

/** What is debugged. */
export interface DebuggedCode {
  readonly runtime: DebuggedRuntime
  readonly runtimeVersion: string | undefined
  readonly folder: DebugFolder
  /** Folder with the packages that were installed for it. */
  readonly installed?: string
  /** Folder of the package debugpy; else the interpreter's own is used. */
  readonly debugpy?: string
}

/** A process that was started to be debugged. */
export interface LaunchedDebuggee {
  readonly launched: LaunchedRuntime
  /** The files of the platform that run in it. */
  readonly platformFolder: string
}

/**
 * Starts a runtime that waits for a debugger, in the sandbox of functions, but with the network of this machine, by which
 * the debugger reaches it, and with its code where it is instead of a copy.
 * @throws HksError RUNTIME_MISSING, FUNCTION_UNAVAILABLE; `signal.reason`
 */
export type LaunchDebuggee = (code: DebuggedCode, signal: AbortSignal) => Promise<LaunchedDebuggee>

/** What starting needs. */
export type DebugLauncherOptions = Pick<
  RuntimeLauncherOptions,
  'commandOf' | 'sandboxes' | 'homeId' | 'newId' | 'environment'
>

/** Starts processes that this gateway, or the next one, finds by their marks. */
export function createDebugLauncher({
  commandOf,
  sandboxes,
  homeId,
  newId,
  environment: cleanEnvironment,
}: DebugLauncherOptions): LaunchDebuggee {
  const scan = createSharedScan()
  return async (code, signal) => {
    const [plain, clean, support] = await Promise.all([
      commandOf(code.runtime, code.runtimeVersion, signal),
      cleanEnvironment(),
      sandboxes.support(),
    ])
    signal.throwIfAborted()
    const { path, packages } = code.folder
    const runId = newId()
    const marks = { HKS_RUN_ID: runId, HKS_HOME_ID: homeId }
    const environment = { ...clean, ...plain.environment }
    const command = debugged(plain, code)
    const platformFolder = dirname(plain.args.find(arg => /\/main\.(?:mjs|py)$/.test(arg)) ?? plain.program)
    if (support.level === 'none') {
      const { program, args } = command
      const launched = launchPlain({
        ...{ program, args, cwd: path, runId, scan, watch: sandboxes.watch, mayStandStill: true },
        assemble: ({ folder }) => Promise.resolve(folder),
        environment: { ...environment, ...marks },
      })
      return { launched, platformFolder }
    }
    const installed = code.installed === undefined ? [] : [code.installed]
    const seen = [...packages, ...installed, ...(code.debugpy === undefined ? [] : [code.debugpy])]
    const mounts = [...command.mounts, ...seen.map((one): SandboxMount => ({ path: one, access: 'read' }))]
    // The developer's own folder: it is neither filled nor removed.
    const slot = { folder: path, put: () => Promise.resolve(path), remove: () => Promise.resolve() }
    const launched = await launchSandboxed({
      ...{ sandboxes, support, environment, marks, slot, network: 'full', seenAt: path },
      command: { ...command, mounts },
    })
    return { launched, platformFolder }
  }
}

function debugged(command: RuntimeCommand, { runtime, debugpy }: DebuggedCode): RuntimeCommand {
  if (runtime === 'python')
    return { ...command, args: [...command.args, '--debug', ...(debugpy === undefined ? [] : [debugpy])] }
  // What is published over HTTP is known to every user of this machine.
  return { ...command, args: ['--inspect-publish-uid=stderr', ...command.args, '--debug'] }
}
