import { join } from 'node:path'
import { createBuiltFolders } from './builtFolders.ts'
import { linkTree } from './linkTree.ts'
import type { PreparedCode } from './sourceBuilder.ts'

/** Code with its packages beside it, where no sandbox puts them together: for runtimes that see the files as they are. */
export interface AssembledFolders {
  /** The folder to load; linked once. */
  assemble(code: PreparedCode): Promise<string>
  /** Removes all others, and what an interrupted `assemble` left. Not while one is under way. */
  keepOnly(digests: ReadonlySet<string>): Promise<void>
  /** Removes those of a source. */
  remove(digest: string): Promise<void>
}

/** Keeps them in a folder that holds nothing else. */
export function createAssembledFolders(root: string, newId: () => string): AssembledFolders {
  const folders = createBuiltFolders(root, newId)
  const { signal } = new AbortController()
  return {
    assemble: async ({ folder, packages }) => {
      if (packages === undefined) return folder
      await folders.once(packages.name, signal, async staged => {
        const assembled = join(staged, 'folder')
        await linkTree(folder, assembled)
        await linkTree(packages.folder, join(assembled, packages.place))
        return assembled
      })
      return folders.path(packages.name)
    },
    keepOnly: digests => folders.keepOnly(name => digests.has(name.split('-')[0]!)),
    remove: digest => folders.keepOnly(name => !name.startsWith(`${digest}-`)),
  }
}
