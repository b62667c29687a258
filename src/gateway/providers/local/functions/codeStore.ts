import { chmod, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createKeyedQueue } from '../../../../base/queue.ts'
import { readTar } from '../../../../base/readTar.ts'
import { HksError } from '../../../../contract/errors.ts'
import type { Source } from '../../../domain/function.ts'

/** Unpacked sources, each in a folder named by its digest. They are never changed. */
export interface CodeStore {
  /** The folder with the files of the source; unpacks it when it is not there. @throws HksError STORE_FAILED */
  put(source: Source): Promise<string>
  /** The folder with the files, or `undefined` when this source is not kept. */
  find(digest: string): Promise<string | undefined>
  /** The canonical tar, or `undefined` when this source is not kept. */
  tar(digest: string): Promise<Uint8Array | undefined>
  /** Removes all other sources, and what an interrupted `put` left. Not while a `put` is under way. */
  keepOnly(digests: ReadonlySet<string>): Promise<void>
  /** Removes a source that nothing uses any more. */
  remove(digest: string): Promise<void>
  /** Removes a source if it may go, which is asked when no `put` of it is under way: one that comes waits. */
  removeIf(digest: string, may: () => Promise<boolean>): Promise<void>
}

const codeFolder = 'code'
const tarFile = 'source.tar'
const unfinished = '.unfinished-'
/** The tar was checked when it was made. */
const noLimits = { maxEntries: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER }

/** Keeps sources in a folder of the data folder. */
export function createCodeStore(root: string, newId: () => string): CodeStore {
  const turns = createKeyedQueue()
  const folderOf = (digest: string) => join(root, digest)
  const find = async (digest: string) => {
    const code = join(folderOf(digest), codeFolder)
    return (await exists(code)) ? code : undefined
  }
  return {
    find,
    tar: async digest => {
      try {
        return await readFile(join(folderOf(digest), tarFile))
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw failed('read', cause)
      }
    },
    put: source =>
      turns.add(source.digest, async () => {
        const there = await find(source.digest)
        if (there !== undefined) return there
        const staged = join(root, unfinished + newId())
        try {
          await unpack(source, staged)
          await moveInto(staged, folderOf(source.digest))
        } catch (cause) {
          throw failed('written', cause)
        } finally {
          await removeFolder(staged)
        }
        return join(folderOf(source.digest), codeFolder)
      }),
    remove: digest => removeFolder(folderOf(digest)),
    removeIf: (digest, may) =>
      turns.add(digest, async () => {
        if (await may()) await removeFolder(folderOf(digest))
      }),
    keepOnly: async digests => {
      await mkdir(root, { recursive: true, mode: 0o700 })
      for (const name of await readdir(root)) if (!digests.has(name)) await removeFolder(join(root, name))
    },
  }
}

async function unpack({ tar }: Source, staged: string): Promise<void> {
  await mkdir(staged, { recursive: true, mode: 0o700 })
  await writeNew(join(staged, tarFile), tar, 0o444)
  await unpackTar(tar, join(staged, codeFolder))
}

/** Writes the files of a canonical tar into a new folder; none of it can be written to. */
export async function unpackTar(tar: Uint8Array, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const folders = new Set([folder])
  for (const file of readTar(tar, noLimits)) {
    const path = join(folder, file.path)
    for (let above = dirname(path); !folders.has(above); above = dirname(above)) folders.add(above)
    await mkdir(dirname(path), { recursive: true })
    await writeNew(path, file.data, file.executable ? 0o555 : 0o444)
  }
  for (const one of folders) await chmod(one, 0o555)
}

async function writeNew(path: string, data: Uint8Array, mode: number): Promise<void> {
  const handle = await open(path, 'wx', 0o600)
  try {
    await handle.writeFile(data)
    await handle.chmod(mode)
  } finally {
    await handle.close()
  }
}

/** Moves a finished folder to its place. Another that made the same may have been faster; then its folder stays. */
export async function moveInto(staged: string, target: string): Promise<void> {
  try {
    await rename(staged, target)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw cause
  }
}

/** Removes a folder with all in it, also where folders are read-only. */
export async function removeFolder(folder: string): Promise<void> {
  if (!(await exists(folder))) return
  await makeWritable(folder)
  await rm(folder, { recursive: true, force: true })
}

async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name))
  }
}

/** Whether something is there. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw cause
  }
}

const failed = (what: string, cause: unknown) =>
  new HksError('STORE_FAILED', `The source of a function can not be ${what}.`, { cause })
