import { chmod, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createKeyedQueue } from '../../../../base/queue.ts'
import { ifThere } from '../../../platform/ifThere.ts'
import { exists, moveInto, removeFolder } from './codeStore.ts'
import { untilAborted } from '../../../../base/untilAborted.ts'

/** Folders that are made once and never changed. What is at its place is complete: it came there by a rename. */
export interface BuiltFolders {
  /** Where the folder of this name is, or will be. */
  path(name: string): string
  /**
   * Makes a folder unless it is there. `work` gets an empty folder and answers the folder in it that is to be moved to its
   * place, where nothing is written into it any more; nothing else is kept. Whoever asks while the same is being made waits for that.
   * @throws what `work` throws; `signal.reason`, at once when another makes it
   */
  once(name: string, signal: AbortSignal, work: (staged: string) => Promise<string>): Promise<void>
  /** Lends an empty folder, which is removed afterwards. */
  scratch<T>(work: (folder: string) => Promise<T>): Promise<T>
  /** Removes all others, and what an interrupted `once` left. Not while one is under way. */
  keepOnly(isKept: (name: string) => boolean): Promise<void>
}

const readOnly = 0o555
const unfinished = '.unfinished-'

/** Keeps them in a folder that holds nothing else. */
export function createBuiltFolders(root: string, newId: () => string): BuiltFolders {
  const turns = createKeyedQueue()
  const path = (name: string) => join(root, name)

  const scratch = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
    const folder = join(root, unfinished + newId())
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      return await work(folder)
    } finally {
      await removeFolder(folder)
    }
  }
  return {
    path,
    scratch,
    once: async (name, signal, work) => {
      let isMine = false
      const made = turns.add(name, async () => {
        signal.throwIfAborted()
        if (await exists(path(name))) return
        isMine = true
        await scratch(async staged => {
          const folder = await work(staged)
          await sealContent(folder)
          await moveInto(folder, path(name))
        })
        // Not before: a folder that its owner may not write to can not be moved.
        await chmod(path(name), readOnly)
      })
      // One's own work ends with the signal, and only then is nothing of it left.
      await untilAborted(made, signal).catch(async (error: unknown) => {
        if (isMine) await made
        throw error
      })
    },
    keepOnly: async isKept => {
      for (const name of (await ifThere(readdir(root))) ?? []) if (!isKept(name)) await removeFolder(path(name))
    },
  }
}

async function sealContent(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    await sealContent(join(folder, entry.name))
    await chmod(join(folder, entry.name), readOnly)
  }
}
