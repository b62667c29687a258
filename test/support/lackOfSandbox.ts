import { join, resolve } from 'node:path'
import { findSupervisor } from '../../src/gateway/platform/findSupervisor.ts'
import { probeSandbox } from '../../src/gateway/platform/sandbox/probeSandbox.ts'
import type { SandboxLevel } from '../../src/gateway/platform/sandbox/sandbox.ts'
import { temporaryFolder } from './temporaryFolder.ts'

/** Why this machine has no sandbox of this level; `undefined` when it has. */
export async function lackOfSandbox(level: SandboxLevel): Promise<string | undefined> {
  if (level === 'none') return undefined
  using folder = temporaryFolder()
  const sandboxFolder = resolve(import.meta.dirname, '../../runtimes/sandbox')
  const support = await probeSandbox({
    folder: sandboxFolder,
    scratchFolder: join(folder.path, 'scratch'),
    path: '/usr/bin:/bin',
    supervisor: await findSupervisor(sandboxFolder),
    best: level,
  })
  return support.level === level ? undefined : support.problems.map(({ what }) => what).join(' ')
}
