import type { FunctionNetwork, Runtime } from '../../../../contract/functions.ts'
import { createSharedScan } from '../../../platform/processTable.ts'
import type { Egresses } from '../../../platform/sandbox/egress/egresses.ts'
import type { Sandboxes } from '../../../platform/sandbox/sandboxes.ts'
import type { AssembledFolders } from './assembledFolders.ts'
import type { ConfinementRules } from './confinement.ts'
import type { LaunchedRuntime } from './launchedRuntime.ts'
import { launchPlain } from './launchPlain.ts'
import { launchSandboxed } from './launchSandboxed.ts'
import type { FindRuntimeCommand } from './runtimeCommands.ts'
import type { Slots } from './slots.ts'

/** What starting processes needs. */
export interface RuntimeLauncherOptions {
  readonly commandOf: FindRuntimeCommand
  readonly rules: ConfinementRules
  readonly sandboxes: Pick<Sandboxes, 'support' | 'start' | 'watch'>
  readonly slots: Slots
  readonly egresses: Pick<Egresses, 'open'>
  readonly assemble: AssembledFolders['assemble']
  /** Where a process is before it knows its function, outside of a sandbox. */
  readonly runtimesFolder: string
  readonly homeId: string
  readonly newId: () => string
  readonly environment: () => Promise<Readonly<Record<string, string>>>
}

/** What processes are alike for every function: the language, what it reaches and, where one is asked for, the version. */
export type ProcessKind = `${Runtime} ${FunctionNetwork} ${string}`

/**
 * Starts the process of a runtime, in the best sandbox of this machine; its level says what it may be used for.
 * @throws HksError RUNTIME_MISSING, FUNCTION_UNAVAILABLE, SANDBOX_UNAVAILABLE; `signal.reason`
 */
export type LaunchRuntime = (kind: ProcessKind, signal: AbortSignal) => Promise<LaunchedRuntime>

/** The kind of the processes that a function can use. */
export const kindOf = (of: {
  readonly runtime: Runtime
  readonly network: FunctionNetwork
  readonly runtimeVersion?: string
}): ProcessKind => `${of.runtime} ${of.network} ${of.runtimeVersion ?? ''}`

/** The language of a kind. */
export const runtimeOf = (kind: ProcessKind): Runtime => kind.split(' ')[0] as Runtime

/** Starts processes that this gateway, or the next one, finds by their marks. */
export function createRuntimeLauncher(options: RuntimeLauncherOptions): LaunchRuntime {
  const { rules, sandboxes, slots, egresses } = options
  const scan = createSharedScan()
  return async (kind, signal) => {
    const runtime = runtimeOf(kind)
    const [, asksFor, version] = kind.split(' ')
    const network = asksFor as FunctionNetwork
    const [command, clean, support] = await Promise.all([
      options.commandOf(runtime, version || undefined, signal),
      options.environment(),
      sandboxes.support(),
    ])
    signal.throwIfAborted()
    // Without an allow-list its level says later what it may be used for.
    const asked = { profile: 'function', network } as const
    if (network === 'allowlist' && !rules.isConfined(asked, support.level)) throw rules.notConfined(asked, support)
    const runId = options.newId()
    const marks = { HKS_RUN_ID: runId, HKS_HOME_ID: options.homeId }
    // What the function asked for comes with the load frame: a waiting process must be anybody's.
    const environment = { ...clean, ...command.environment }
    if (support.level !== 'none') {
      const slot = await slots.open(runId)
      try {
        const way = network === 'allowlist' ? await egresses.open(runId) : network
        return await launchSandboxed({ sandboxes, support, command, environment, marks, network: way, slot })
      } catch (error) {
        await slot.remove()
        throw error
      }
    }
    const { program, args } = command
    return launchPlain({
      program,
      args,
      cwd: options.runtimesFolder,
      environment: { ...environment, ...marks },
      runId,
      scan,
      watch: sandboxes.watch,
      assemble: options.assemble,
    })
  }
}
