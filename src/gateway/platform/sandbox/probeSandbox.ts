import { mkdir } from 'node:fs/promises'
import { release } from 'node:os'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { isExecutable } from '../isExecutable.ts'
import type { Supervisor } from '../supervisor.ts'
import {
  bubblewrapFailed,
  bubblewrapMissing,
  landlockMissing,
  perlMissing,
  processorUnknown,
  rootGateway,
  type SandboxProblem,
  systemUnknown,
} from './problems.ts'
import { defaultLimits, type SandboxCommand, type SandboxLevel } from './sandbox.ts'
import type { SandboxProcess } from './sandboxProcess.ts'
import { isFiltered } from './seccomp/filter.ts'
import { startLandlock, type LandlockTools } from './startLandlock.ts'
import { startStrict } from './startStrict.ts'
import type { Bubblewrap } from './strictCommand.ts'

/** How this machine can run code that is not trusted. */
export type SandboxSupport = { readonly problems: readonly SandboxProblem[] } & (
  | { readonly level: 'strict'; readonly bubblewrap: Bubblewrap }
  | { readonly level: 'landlock'; readonly landlock: LandlockTools }
  | { readonly level: 'none' }
)

/** What looking for a sandbox needs. */
export interface ProbeOptions {
  /** Folder `runtimes/sandbox` of this installation. */
  readonly folder: string
  /** Folder for the temporary folders of sandboxes; made when it is needed. */
  readonly scratchFolder: string
  /** Where programs are looked for. */
  readonly path: string
  /** `undefined` when processes can not be supervised here. */
  readonly supervisor: Supervisor | undefined
  /** By which a guard finds bubblewrap when the gateway is killed in the middle. */
  readonly marks?: Readonly<Record<string, string>>
  /** The best level to look for; lower ones are looked at only when it fails. */
  readonly best?: SandboxLevel
}

/** Finds the best sandbox of this machine by running a program in each, from the strictest; takes some 30 ms. */
export async function probeSandbox(options: ProbeOptions): Promise<SandboxSupport> {
  const { best = 'strict' } = options
  const problems: SandboxProblem[] = []
  if (process.platform !== 'linux') return { level: 'none', problems: [systemUnknown] }
  if (!isFiltered(process.arch)) return { level: 'none', problems: [processorUnknown(process.arch)] }
  if (best === 'strict') {
    const found = await probeBubblewrap(options, process.arch)
    if ('program' in found) {
      const { supervisor, path } = options
      if (process.getuid?.() === 0) problems.push(rootGateway)
      if (supervisor === undefined) problems.push(perlMissing('guard', name => findProgram(name, path) !== undefined))
      return { level: 'strict', bubblewrap: found, problems }
    }
    problems.push(found)
  }
  if (best !== 'none') {
    const found = await probeLandlock(options)
    if ('supervisor' in found) return { level: 'landlock', landlock: found, problems }
    problems.push(found)
  }
  return { level: 'none', problems }
}

async function probeBubblewrap(
  { path, folder, marks = {} }: ProbeOptions,
  architecture: Bubblewrap['architecture'],
): Promise<Bubblewrap | SandboxProblem> {
  const program = findProgram('bwrap', path)
  if (program === undefined) return bubblewrapMissing(name => findProgram(name, path) !== undefined)
  const base = { program, architecture, folder, countsOwnProcesses: isAtLeast(release(), [5, 14]) }
  const best = { ...base, disablesUserNamespaces: true }
  const command = { ...trueCommand, marks }
  const problem = await problemOf(() => startStrict(best, command, pipes))
  if (problem === undefined) return best
  // Bubblewrap before 0.8 does not know the option; the filter refuses new namespaces anyway.
  const plain = { ...base, disablesUserNamespaces: false }
  return (await problemOf(() => startStrict(plain, command, pipes))) === undefined ? plain : bubblewrapFailed(problem)
}

async function probeLandlock(options: ProbeOptions): Promise<LandlockTools | SandboxProblem> {
  const { supervisor, scratchFolder, path } = options
  if (supervisor === undefined) return perlMissing('landlock', name => findProgram(name, path) !== undefined)
  await mkdir(scratchFolder, { recursive: true, mode: 0o700 })
  const tools = { supervisor, scratchFolder }
  const problem = await problemOf(() => startLandlock(tools, trueCommand, pipes))
  return problem === undefined ? tools : landlockMissing(problem)
}

const pipes = { stdout: 'pipe', stderr: 'pipe' } as const

const trueCommand: SandboxCommand = {
  argv: ['/bin/sh', '-c', 'exit 0'],
  cwd: '/usr',
  environment: { PATH: '/usr/bin:/bin' },
  marks: {},
  mounts: [],
  network: { kind: 'none' },
  limits: defaultLimits,
  onStarterGone: 'watched',
}

/** What a sandbox said when it did not end with 0. */
async function problemOf(start: () => Promise<SandboxProcess>): Promise<string | undefined> {
  try {
    const started = await start()
    const said = text(started.stderr!)
    const { exitCode } = await started.exited
    await started.closed
    return exitCode === 0 ? undefined : await said
  } catch (error) {
    return (error as Error).message
  }
}

function findProgram(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .map(folder => join(folder, name))
    .find(isExecutable)
}

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [a = 0, b = 0] = version.split('.').map(part => Number.parseInt(part, 10))
  return a > major || (a === major && b >= minor)
}
