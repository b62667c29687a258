import { chmod, copyFile, link, lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises'
import { join } from 'node:path'

/** Puts the content of a folder into another, which is made; its files are the same ones, or copies where they can not be. */
export async function linkTree(source: string, target: string): Promise<void> {
  const [entries] = await Promise.all([
    readdir(source, { withFileTypes: true }),
    mkdir(target, { recursive: true, mode: 0o700 }),
  ])
  await Promise.all(
    entries.map(async entry => {
      const [from, to] = [join(source, entry.name), join(target, entry.name)]
      if (entry.isDirectory()) await linkTree(from, to)
      else if (entry.isSymbolicLink()) await symlink(await readlink(from), to)
      else if (entry.isFile()) await linkOrCopy(from, to)
    }),
  )
}

/** Copies the content of a folder into another, in which everything may be changed. */
export async function copyTree(source: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o700 })
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(target, entry.name)]
    if (entry.isDirectory()) await copyTree(from, to)
    else {
      await copyFile(from, to)
      await chmod(to, (await lstat(from)).mode & 0o100 ? 0o700 : 0o600)
    }
  }
}

/** One file. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    // Another file system, one without links, or as many links as there may be.
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK'].includes(code)) throw error
    await copyFile(from, to)
  }
}

/** Takes from the files of a folder the right to be written and every right beyond those of a file. */
export async function sealFiles(folder: string): Promise<void> {
  await Promise.all(
    (await readdir(folder, { withFileTypes: true })).map(async entry => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) await sealFiles(path)
      else if (entry.isFile()) await chmod(path, (await lstat(path)).mode & 0o100 ? 0o555 : 0o444)
    }),
  )
}
