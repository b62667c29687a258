import { join, resolve } from 'node:path'
import { findSupervisor } from '../../../../src/gateway/platform/findSupervisor.ts'
import { probeSandbox, type SandboxSupport } from '../../../../src/gateway/platform/sandbox/probeSandbox.ts'
import { defaultLimits, type SandboxCommand } from '../../../../src/gateway/platform/sandbox/sandbox.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

/** A level that is a sandbox. */
export type TestedLevel = 'strict' | 'landlock'

/** `runtimes/sandbox` of this repository. */
export const sandboxFolder = resolve(import.meta.dirname, '../../../../runtimes/sandbox')

/** What this machine has of a level; another level when it has less. */
export async function supportAt(level: TestedLevel, scratchFolder: string): Promise<SandboxSupport> {
  const supervisor = process.platform === 'linux' ? await findSupervisor(sandboxFolder) : undefined
  return probeSandbox({ folder: sandboxFolder, scratchFolder, path: '/usr/bin:/bin', supervisor, best: level })
}

/** A shell command with nothing but the system's programs. */
export const shellCommand = (script: string, more: Partial<SandboxCommand> = {}): SandboxCommand => ({
  argv: ['/bin/sh', '-c', script],
  cwd: '/usr',
  environment: { PATH: '/usr/bin:/bin' },
  marks: {},
  mounts: [],
  network: { kind: 'none' },
  limits: defaultLimits,
  onStarterGone: 'watched',
  ...more,
})

/** What a suite gets: a sandbox of its level and a folder of its own. */
export interface LevelContext {
  readonly level: TestedLevel
  readonly support: () => Exclude<SandboxSupport, { readonly level: 'none' }>
  readonly folder: () => string
}

/** A suite for each level; one that this machine lacks is skipped, with the reason in its title. */
export function describeEachLevel(title: string, suite: (context: LevelContext) => void): void {
  for (const level of ['strict', 'landlock'] as const) {
    describe(`${title}, at the level ${level}`, function () {
      this.timeout(60_000)
      const folder = temporaryFolder()
      let support: SandboxSupport | undefined
      before(async function () {
        if (process.platform === 'linux') support = await supportAt(level, join(folder.path, 'scratch'))
        if (support?.level === level) return
        const why = support?.problems.map(({ what }) => what).join(' ') ?? 'it is for Linux'
        this.test!.parent!.title += ` (skipped: sandbox: ${why})`
        this.skip()
      })
      after(() => folder[Symbol.dispose]())
      suite({
        level,
        support: () => support as Exclude<SandboxSupport, { readonly level: 'none' }>,
        folder: () => folder.path,
      })
    })
  }
}
