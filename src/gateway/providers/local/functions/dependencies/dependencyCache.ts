import { lstat, readdir, utimes } from 'node:fs/promises'
import { createBuiltFolders } from '../builtFolders.ts'
import { exists, removeFolder } from '../codeStore.ts'
import { ifThere } from '../../../../platform/ifThere.ts'
import { sealFiles } from '../linkTree.ts'

/** Installed packages by what decides which they are; each entry is complete and is never changed. */
export interface DependencyCache {
  /**
   * Lends the folder of an entry to `use`; `install` makes it first when it is not there, within an empty folder. Who asks
   * for one that is being installed waits for it.
   * @throws what `install` and `use` throw; `signal.reason`
   */
  with<T>(
    key: string,
    signal: AbortSignal,
    install: (staged: string) => Promise<string>,
    use: (folder: string) => Promise<T>,
  ): Promise<T>
  /** Removes entries that no revision has (`isUsed`) but those that were used lately. */
  prune(isUsed: (key: string) => boolean): Promise<void>
  /** As `prune`, and what an interrupted installation left. Only when nothing is under way. */
  clean(isUsed: (key: string) => boolean): Promise<void>
}

/** Entries without a revision are kept for so long: somebody may go back to them. */
const keptMs = 7 * 24 * 60 * 60 * 1000
/** But no more than these, those used last. */
const mostUnused = 8

/** Keeps them in a folder that holds nothing else. */
export function createDependencyCache(root: string, newId: () => string, now: () => number): DependencyCache {
  const entries = createBuiltFolders(root, newId)
  const lent = new Map<string, number>()

  const lend = async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    lent.set(key, (lent.get(key) ?? 0) + 1)
    try {
      return await work()
    } finally {
      const left = lent.get(key)! - 1
      if (left > 0) lent.set(key, left)
      else lent.delete(key)
    }
  }
  const prune = async (isUsed: (key: string) => boolean) => {
    const names = (await ifThere(readdir(root))) ?? []
    const unused = names.filter(name => !name.startsWith('.') && !lent.has(name) && !isUsed(name))
    const aged = await Promise.all(unused.map(async name => ({ name, at: (await lstat(entries.path(name))).mtimeMs })))
    const ranked = aged.sort((a, b) => b.at - a.at)
    const old = ranked.filter(({ at }, rank) => rank >= mostUnused || now() - at > keptMs)
    for (const { name } of old) if (!lent.has(name)) await removeFolder(entries.path(name))
  }
  return {
    with: (key, signal, install, use) =>
      lend(key, async () => {
        const path = entries.path(key)
        if (!(await exists(path))) {
          await entries.once(key, signal, async staged => {
            const folder = await install(staged)
            // Revisions share the very files: nobody may write to them, by whatever name.
            await sealFiles(folder)
            return folder
          })
        }
        const time = now() / 1000
        await utimes(path, time, time)
        return use(path)
      }),
    prune,
    clean: async isUsed => {
      await entries.keepOnly(name => !name.startsWith('.'))
      await prune(isUsed)
    },
  }
}
