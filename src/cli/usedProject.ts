import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { HksError } from '../contract/errors.ts'

const fileIn = (home: string) => join(home, 'cli.json')

/** The id of the project that `hks-func use` chose; nothing where each folder is its own. @throws HksError STORE_CORRUPT */
export async function usedProject(home: string): Promise<string | undefined> {
  const file = fileIn(home)
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    // What is in the place of the data folder, the gateway says.
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    const { projectId } = JSON.parse(text) as { readonly projectId?: unknown }
    if (typeof projectId === 'string') return projectId
  } catch {
    // Said below.
  }
  throw new HksError('STORE_CORRUPT', `${file} is damaged.`, { hint: 'Run hks-func use - to begin anew.' })
}

/** Chooses a project for all commands that name none; nothing: that of the current folder again. */
export async function useProject(home: string, projectId: string | undefined): Promise<void> {
  const file = fileIn(home)
  if (projectId === undefined) return rm(file, { force: true })
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(file, `${JSON.stringify({ projectId })}\n`, { mode: 0o600 })
}
