import { chmod, mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { HksError } from '../../../contract/errors.ts'

/**
 * Replaces a file as a whole: a reader sees the old or the new one, and only the owner may read either. Its callers
 * take turns. @throws HksError STORE_FAILED
 */
export async function writePrivately(file: string, text: string): Promise<void> {
  const next = `${file}.next`
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    const handle = await open(next, 'w', 0o600)
    try {
      // A leftover of an interrupted write keeps its own mode.
      await chmod(next, 0o600)
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(next, file)
  } catch (cause) {
    throw new HksError('STORE_FAILED', `${file} can not be written.`, { cause })
  }
}
