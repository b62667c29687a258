import type { Supervisor } from '../supervisor.ts'
import { probeSandbox, type SandboxSupport } from './probeSandbox.ts'
import type { SandboxProblem } from './problems.ts'
import { createResourceWatch, type ResourceWatch } from './resourceWatch.ts'
import type { SandboxCommand, SandboxLevel } from './sandbox.ts'
import type { SandboxOutputs, SandboxProcess } from './sandboxProcess.ts'
import { type Guard, startGuard } from './startGuard.ts'
import { startSandbox } from './startSandbox.ts'

/** A level at which there is a sandbox. */
export type Confining = Exclude<SandboxSupport, { readonly level: 'none' }>

/** The sandboxes of one gateway. */
export interface Sandboxes extends AsyncDisposable {
  /** What this machine can do; found when it is first asked for. */
  support(): Promise<SandboxSupport>
  /** The same, but looked for again where it falls short: what was missing may be there now. */
  lookAgain(): Promise<SandboxSupport>
  /** As `startSandbox`, and guarded: what is being started when the gateway is killed is ended, too. */
  start(support: Confining, command: SandboxCommand, outputs: SandboxOutputs): Promise<SandboxProcess>
  readonly watch: ResourceWatch['watch']
}

/** What finding and starting them needs. */
export interface SandboxesOptions {
  /** Folder `runtimes/sandbox` of this installation. */
  readonly folder: string
  /** Folder for the temporary folders of sandboxes. */
  readonly scratchFolder: string
  /** The best level to look for. */
  readonly best: SandboxLevel
  /** PATH of the user's programs. */
  readonly path: () => Promise<string>
  readonly supervisor: () => Promise<Supervisor | undefined>
}

/** Where the system's own programs are, before those of the user. */
const systemPath = '/usr/bin:/bin:/usr/sbin:/sbin'
/** Clients may ask often. */
const lookAgainMs = 5_000

/** Nothing is started before it is needed. */
export function createSandboxes(options: SandboxesOptions): Sandboxes {
  const { folder, scratchFolder, best } = options
  const watch = createResourceWatch()
  let probed: { readonly at: number; readonly support: Promise<SandboxSupport> } | undefined
  let guard: Promise<Guard | undefined> | undefined

  const marksAt = async (level: SandboxLevel): Promise<Guard['marks']> => {
    // At `landlock` each has a supervisor of its own.
    if (level !== 'strict') return {}
    guard ??= options.supervisor().then(found => (found === undefined ? undefined : startGuard(found, folder)))
    return (await guard)?.marks ?? {}
  }
  const probe = async (): Promise<SandboxSupport> => {
    if (best === 'none') return { level: 'none', problems: [turnedOff] }
    const [path, supervisor, marks] = await Promise.all([options.path(), options.supervisor(), marksAt(best)])
    return probeSandbox({ folder, scratchFolder, path: `${systemPath}:${path}`, supervisor, marks, best })
  }
  const support = (): Promise<SandboxSupport> => (probed ??= { at: performance.now(), support: probe() }).support
  const lookAgain = async (): Promise<SandboxSupport> => {
    const known = await support()
    if (known.level === best || performance.now() - probed!.at < lookAgainMs) return known
    probed = undefined
    return support()
  }
  return {
    support,
    lookAgain,
    start: async (at, command, outputs) => {
      const marks = { ...command.marks, ...(await marksAt(at.level)) }
      return startSandbox(at, { ...command, marks }, outputs)
    },
    watch: watch.watch,
    [Symbol.asyncDispose]: async () => {
      watch[Symbol.dispose]()
      await (await guard)?.[Symbol.asyncDispose]()
    },
  }
}

const turnedOff: SandboxProblem = { what: 'HKS_SANDBOX is set to none: no sandbox is looked for.' }
