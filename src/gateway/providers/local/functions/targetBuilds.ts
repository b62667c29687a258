import { dirname, join } from 'node:path'
import type { Runtime } from '../../../../contract/functions.ts'
import type { TargetBuilds } from '../../../domain/targetBuilds.ts'
import type { BuiltFolders } from './builtFolders.ts'
import { unpackTar } from './codeStore.ts'
import type { TargetPackages } from './dependencies/targetPackages.ts'
import type { GoPrograms } from './goProgram.ts'
import { programFolder } from './goSource.ts'

/** What builds for other machines need. */
export interface TargetBuildsOptions {
  readonly packages: Readonly<Record<Exclude<Runtime, 'go'>, TargetPackages>>
  readonly programs: Pick<GoPrograms, 'compile'>
  /** Lends folders in which sources are unpacked and programs compiled. */
  readonly scratch: BuiltFolders['scratch']
}

/** Builds with the tools of this machine, in a folder that is gone afterwards; packages are kept for the next time. */
export function createTargetBuilds({ packages, programs, scratch }: TargetBuildsOptions): TargetBuilds {
  return {
    build: (wanted, signal, tell, use) =>
      scratch(async staged => {
        signal.throwIfAborted()
        const folder = join(staged, 'source')
        await unpackTar(wanted.source.tar, folder)
        if (wanted.runtime !== 'go') return packages[wanted.runtime]({ ...wanted, folder }, signal, tell, use)
        const { handler, platform: pod } = wanted
        const program = await programs.compile({ folder, handler }, staged, signal, tell, { pod })
        return use({ folder: dirname(program), place: programFolder })
      }),
  }
}
