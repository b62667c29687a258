import { join } from 'node:path'
import type { Runtime } from '../../../../contract/functions.ts'
import type { Interpreters } from './interpreters.ts'

/** How a runtime is started (docs/runtime-protocol.md, "Channel"). */
export interface RuntimeCommand {
  readonly program: string
  readonly args: readonly string[]
  /** What it needs in its environment besides the clean one. */
  readonly environment: Readonly<Record<string, string>>
}

/** What finding them needs. */
export interface RuntimeCommandOptions {
  readonly interpreters: Interpreters
  /** Folder that holds `node/main.mjs` and `python/main.py`. */
  readonly runtimesFolder: string
  /** Path of the program that becomes a function in Go. */
  readonly goLauncher: (signal: AbortSignal) => Promise<string>
}

/** The command that starts the runtime of a language. @throws HksError RUNTIME_MISSING; `signal.reason` */
export type FindRuntimeCommand = (runtime: Runtime, signal: AbortSignal) => Promise<RuntimeCommand>

const channel = ['--fd', '3']

/** Commands for the runtimes of this installation. */
export function createRuntimeCommands(options: RuntimeCommandOptions): FindRuntimeCommand {
  const interpreted = async (runtime: Runtime, flags: readonly string[], file: string): Promise<RuntimeCommand> => {
    const { path, environment } = await options.interpreters.find(runtime)
    return { program: path, args: [...flags, join(options.runtimesFolder, file), ...channel], environment }
  }
  const commands: Readonly<Record<Runtime, (signal: AbortSignal) => Promise<RuntimeCommand>>> = {
    node: () =>
      interpreted('node', ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules'], 'node/main.mjs'),
    python: () => interpreted('python', ['-IB'], 'python/main.py'),
    go: async signal => ({ program: await options.goLauncher(signal), args: channel, environment: {} }),
  }
  return (runtime, signal) => commands[runtime](signal)
}
