import { type FSWatcher, watch } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'

/** Which folders are watched, and whom they tell. Paths are relative to the root, with forward slashes. */
export interface WatchedFoldersOptions {
  /** Also the folders inside, as far as they are part. */
  readonly recursive: boolean
  readonly isPart: (path: string) => boolean
  /** Something happened to a file or a folder; `undefined` where the system does not say to which. */
  readonly onEvent: (path: string | undefined) => void
  readonly onError: (error: unknown) => void
}

/** Watches of a folder and of those inside it. */
export interface WatchedFolders {
  /** Watches folders that came, tells of them as events, and leaves those that went. @throws what the system says */
  follow(): Promise<void>
  close(): void
}

interface Watched {
  readonly watcher: FSWatcher
  /** One that was removed and made again has another number, mostly, and its old watch tells nothing any more. */
  readonly inode: number
}

/**
 * A watch for each folder: Node's own recursive watch takes one for each file in it, packages included, and loses files
 * that are replaced by a rename.
 */
export function createWatchedFolders(root: string, options: WatchedFoldersOptions): WatchedFolders {
  const watched = new Map<string, Watched>()
  let isFirst = true
  let closed = false

  const leave = (path: string) => {
    watched.get(path)?.watcher.close()
    watched.delete(path)
  }
  const enter = (path: string, inode: number) => {
    leave(path)
    const folder = join(root, path)
    const watcher = watch(folder, (_event, name) => {
      // That a folder itself went is told under its own name. Its number may be given to the one that follows.
      if (name === basename(folder)) {
        leave(path)
        return options.onEvent(undefined)
      }
      options.onEvent(name === null ? undefined : join(path, name))
    })
    // On Windows a folder that goes away is an error of its watch; the next look finds that it is gone.
    watcher.on('error', error => {
      if ((error as NodeJS.ErrnoException).code === 'EPERM') options.onEvent(undefined)
      else options.onError(error)
    })
    watched.set(path, { watcher, inode })
    // What was made in it before it was watched had no event.
    if (!isFirst) options.onEvent(path === '' ? undefined : path)
  }
  const look = async (path: string, seen: Set<string>): Promise<void> => {
    const { ino } = await stat(join(root, path))
    if (closed) return
    seen.add(path)
    if (watched.get(path)?.inode !== ino) enter(path, ino)
    if (!options.recursive) return
    for (const entry of await readdir(join(root, path), { withFileTypes: true })) {
      const inner = path === '' ? entry.name : `${path}/${entry.name}`
      if (!entry.isDirectory() || !options.isPart(inner)) continue
      await look(inner, seen).catch((error: NodeJS.ErrnoException) => {
        // It went meanwhile, of which its own folder tells.
        if (error.code !== 'ENOENT') throw error
        seen.delete(inner)
      })
    }
  }
  return {
    follow: async () => {
      const seen = new Set<string>()
      await look('', seen)
      for (const path of watched.keys()) if (!seen.has(path)) leave(path)
      isFirst = false
    },
    close: () => {
      closed = true
      for (const path of watched.keys()) leave(path)
    },
  }
}
