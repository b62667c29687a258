import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Runtime } from '../../../../contract/functions.ts'
import { interpreterMounts, type InterpreterSurroundings } from '../../../platform/sandbox/interpreterMounts.ts'
import type { SandboxMount } from '../../../platform/sandbox/sandbox.ts'
import type { Interpreters } from './interpreters.ts'

/** How a runtime is started (docs/runtime-protocol.md, "Channel"). */
export interface RuntimeCommand {
  readonly program: string
  readonly args: readonly string[]
  /** What it needs in its environment besides the clean one. */
  readonly environment: Readonly<Record<string, string>>
  /** What it has to see in a sandbox besides the system's programs. */
  readonly mounts: readonly SandboxMount[]
}

/** What finding them needs. */
export interface RuntimeCommandOptions {
  readonly interpreters: Interpreters
  /** Folder that holds `node/main.mjs` and `python/main.py`. */
  readonly runtimesFolder: string
  /** Path of the program that becomes a function in Go. */
  readonly goLauncher: (signal: AbortSignal) => Promise<string>
  readonly surroundings: () => Promise<InterpreterSurroundings>
}

/** The command that starts the runtime of a language, of a version or the usual one. @throws HksError RUNTIME_MISSING; `signal.reason` */
export type FindRuntimeCommand = (
  runtime: Runtime,
  version: string | undefined,
  signal: AbortSignal,
) => Promise<RuntimeCommand>

const channel = ['--fd', '3']

/** Commands for the runtimes of this installation. */
export function createRuntimeCommands(options: RuntimeCommandOptions): FindRuntimeCommand {
  const interpreted = async (
    runtime: 'node' | 'python',
    version: string | undefined,
    flags: readonly string[],
    file: string,
  ) => {
    const { path, base, environment } = await options.interpreters.find(runtime, version)
    const surroundings = await options.surroundings()
    const programs = [path, base].filter(program => program !== undefined && existsSync(program)) as string[]
    return {
      program: path,
      args: [...flags, join(options.runtimesFolder, file), ...channel],
      environment,
      mounts: [
        seen(join(options.runtimesFolder, runtime)),
        ...programs.flatMap(program => interpreterMounts(program, surroundings)),
      ],
    }
  }
  const nodeFlags = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules']
  const commands: Readonly<
    Record<Runtime, (version: string | undefined, signal: AbortSignal) => Promise<RuntimeCommand>>
  > = {
    node: version => interpreted('node', version, nodeFlags, 'node/main.mjs'),
    python: version => interpreted('python', version, ['-IB'], 'python/main.py'),
    go: async (_version, signal) => {
      const program = await options.goLauncher(signal)
      return { program, args: channel, environment: {}, mounts: [seen(dirname(program))] }
    },
  }
  return (runtime, version, signal) => commands[runtime](version, signal)
}

const seen = (path: string): SandboxMount => ({ path, access: 'read' })
