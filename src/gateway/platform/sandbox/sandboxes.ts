import { isDeepStrictEqual } from 'node:util'
import type { Supervisor } from '../supervisor.ts'
import { probeSandbox, type SandboxSupport } from './probeSandbox.ts'
import { forRoot, turnedDown } from './problems.ts'
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
  /** Looks again in any case: what was there may be gone, too. Those who ask meanwhile share the answer. */
  check(): Promise<SandboxSupport>
  /** Tells what was found, when it differs from `before`. A listener must not throw. Dispose to stop. */
  subscribe(listener: (found: SandboxSupport, before: SandboxSupport | undefined) => void): Disposable
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
  const listeners = new Set<(found: SandboxSupport, before: SandboxSupport | undefined) => void>()
  let found: SandboxSupport | undefined
  let foundAt = 0
  let probing: Promise<SandboxSupport> | undefined
  let guard: Promise<Guard | undefined> | undefined

  const marksAt = async (level: SandboxLevel): Promise<Guard['marks']> => {
    // At `landlock` each has a supervisor of its own.
    if (level !== 'strict') return {}
    guard ??= options.supervisor().then(perl => (perl === undefined ? undefined : startGuard(perl, folder)))
    const asked = guard
    const started = await asked
    // Perl may be installed meanwhile.
    if (started === undefined && guard === asked) guard = undefined
    return started?.marks ?? {}
  }
  const probe = async (): Promise<SandboxSupport> => {
    if (best === 'none') return { level: 'none', problems: [turnedDown(best)] }
    const [path, supervisor, marks] = await Promise.all([options.path(), options.supervisor(), marksAt(best)])
    const paths = `${systemPath}:${path}`
    const now = await probeSandbox({ folder, scratchFolder, path: paths, supervisor, marks, best })
    const problems = [...(best === 'strict' ? [] : [turnedDown(best)]), ...now.problems]
    return { ...now, problems: process.getuid?.() === 0 ? problems.map(forRoot) : problems }
  }
  const take = (now: SandboxSupport): SandboxSupport => {
    const before = found
    found = now
    foundAt = performance.now()
    if (!isDeepStrictEqual(before, now)) for (const listener of [...listeners]) listener(now, before)
    return now
  }
  const check = (): Promise<SandboxSupport> =>
    (probing ??= probe()
      .then(take)
      .finally(() => {
        probing = undefined
      }))
  // What was found last holds until something else is.
  const support = async (): Promise<SandboxSupport> => found ?? check()
  const lookAgain = async (): Promise<SandboxSupport> => {
    const { level, problems } = await support()
    const fallsShort = level !== best || problems.some(({ mend }) => mend !== undefined)
    return fallsShort && performance.now() - foundAt >= lookAgainMs ? check() : support()
  }
  return {
    support,
    lookAgain,
    check,
    subscribe: listener => {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    start: async (at, command, outputs) => {
      const marks = { ...command.marks, ...(await marksAt(at.level)) }
      return startSandbox(at, { ...command, marks }, outputs)
    },
    watch: watch.watch,
    [Symbol.asyncDispose]: async () => {
      watch[Symbol.dispose]()
      listeners.clear()
      // It starts what has to be ended; its failure is told to those who asked.
      await probing?.catch(() => undefined)
      await (await guard)?.[Symbol.asyncDispose]()
    },
  }
}
