import { join } from 'node:path'
import { isExecutable } from './isExecutable.ts'
import { startSupervised, type Supervisor } from './supervisor.ts'

/** The system's own perl: one of a version manager may be slow to start or gone tomorrow. */
const perls = ['/usr/bin/perl', '/bin/perl']

/**
 * Finds what supervises commands by really running one; `undefined` where that does not work: no Linux, no perl.
 * `folder` is `runtimes/sandbox` of this installation.
 */
export async function findSupervisor(folder: string): Promise<Supervisor | undefined> {
  const { arch } = process
  const perl = perls.find(isExecutable)
  if (process.platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64') || perl === undefined) return undefined
  const supervisor = { perl, script: join(folder, 'supervise.pl'), architecture: arch } as const
  return (await works(supervisor)) ? supervisor : undefined
}

/** Finds it once, and again each time that it is asked for while perl is not there: it may be installed meanwhile. */
export function createSupervisorSource(folder: string): () => Promise<Supervisor | undefined> {
  let known: Supervisor | undefined
  let looking: Promise<Supervisor | undefined> | undefined
  return async () => {
    if (known !== undefined && isExecutable(known.perl)) return known
    looking ??= findSupervisor(folder).finally(() => {
      looking = undefined
    })
    return (known = await looking)
  }
}

async function works(supervisor: Supervisor): Promise<boolean> {
  try {
    const supervised = await startSupervised(supervisor, {
      argv: ['/bin/sh', '-c', 'exit 3'],
      cwd: '/',
      environment: {},
      marks: {},
      stdout: 'pipe',
      stderr: 'pipe',
      channel: 'none',
    })
    const { exitCode } = await supervised.exited
    return exitCode === 3 && (await supervised.closed) === 'complete'
  } catch {
    // Whatever is wrong with it, runs go on without.
    return false
  }
}
