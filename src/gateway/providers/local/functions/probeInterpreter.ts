import { text } from 'node:stream/consumers'
import { startWatched } from '../../../platform/watchedCommand.ts'

/** What an interpreter says of itself. */
export interface ProbedInterpreter {
  /** The real executable, not a shim that looks it up each time. */
  readonly path: string
  readonly version: string
  /** Another that it stands on: that of a virtual environment. */
  readonly base?: string
}

/** Arguments that make an interpreter say what it is. */
export const sayWhat = {
  node: ['-e', 'console.log(process.execPath+"\\n"+process.versions.node)'],
  python: [
    '-c',
    `import os,sys
print(sys.executable)
print("%d.%d.%d"%sys.version_info[:3])
print(os.path.join(sys.base_prefix,"bin","python%d.%d"%sys.version_info[:2]))`,
  ],
} as const

/** A shim on a loaded machine takes a second. */
const probeMs = 15_000

/** Path and version that a program prints of itself; `undefined` when it is absent or does not work. */
export async function probeInterpreter(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ProbedInterpreter | undefined> {
  try {
    const stdout = await outputOf(program, args, env)
    const [path, version, base] = stdout.trim().split('\n')
    return path && version ? { path, version, ...(base === undefined ? {} : { base }) } : undefined
  } catch {
    // Not there, not executable, or a shim without a version behind it: all the same to the user.
    return undefined
  }
}

/** What it prints, if it ends well and in time. */
async function outputOf(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { stdout, closed, end } = startWatched(program, args, env)
  const timer = setTimeout(end, probeMs)
  try {
    const [printed, exitCode] = await Promise.all([text(stdout), closed])
    return exitCode === 0 ? printed : ''
  } finally {
    clearTimeout(timer)
  }
}
