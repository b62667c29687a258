import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { linkTree } from './linkTree.ts'
import type { PreparedCode } from './sourceBuilder.ts'

/** A folder that a sandbox sees before it is known what will be in it. */
export interface Slot {
  /** It belongs to one process. */
  readonly folder: string
  /** Puts copies of the folders into it, whose files are the same ones; answers the path of the code. Once. */
  put(code: PreparedCode): Promise<string>
  /** When nothing sees it any more. */
  remove(): Promise<void>
}

/** The slots of one gateway. */
export interface Slots {
  open(name: string): Promise<Slot>
  /** Removes the copies, kept for the next process, of folders that are gone. */
  prune(): Promise<void>
  /** Removes everything. Only when nothing has a slot. */
  clear(): Promise<void>
}

/** Copies that are kept, those used last: linking a thousand files takes 20 ms, moving their folder 0.1. */
const kept = 32
const codeName = 'code'

/** Slots in a folder on the same file system as what is put into them. */
export function createSlots(root: string): Slots {
  const copies = new Map<string, string>()
  let count = 0

  const keep = async (source: string, copy: string) => {
    const place = join(root, `kept-${++count}`)
    await rename(copy, place)
    copies.set(source, place)
    for (const [oldest, path] of copies) {
      if (copies.size <= kept) return
      copies.delete(oldest)
      await discard(path)
    }
  }
  const takeKept = (source: string): string | undefined => {
    const copy = copies.get(source)
    copies.delete(source)
    return copy
  }
  return {
    open: async name => {
      const folder = join(root, name)
      const code = join(folder, codeName)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      /** What was put in, with its path; code before what lies in it. */
      const placed: (readonly [source: string, path: string])[] = []
      const place = async (source: string, path: string) => {
        const copy = takeKept(source)
        if (copy === undefined) await linkTree(source, path)
        else await rename(copy, path)
        placed.push([source, path])
      }
      return {
        folder,
        put: async ({ folder: source, packages }) => {
          try {
            await place(source, code)
            if (packages !== undefined) {
              const path = join(code, packages.place)
              await mkdir(dirname(path), { recursive: true, mode: 0o700 })
              await place(packages.folder, path)
            }
            return code
          } catch (error) {
            // What lies there is not whole.
            placed.length = 0
            throw error
          }
        },
        remove: async () => {
          // Code can not write where it runs: what was put in is as it was.
          for (const [source, path] of placed.reverse()) {
            if (copies.has(source)) await discard(path)
            else await keep(source, path)
          }
          await discard(folder)
        },
      }
    },
    prune: async () => {
      for (const [source, path] of copies) {
        if (await isThere(source)) continue
        copies.delete(source)
        await discard(path)
      }
    },
    clear: async () => {
      copies.clear()
      await discard(root)
    },
  }
}

const discard = (path: string): Promise<void> => rm(path, { recursive: true, force: true })

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
