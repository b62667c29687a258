import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { HksError } from '../contract/errors.ts'
import { dataFolderError } from '../contract/systemErrors.ts'

/** More than may be left over in a block that is in use. */
const probeBytes = 64 * 1024

/** The error of a data folder whose disk takes nothing more; nothing where it does. Tried with a small file. */
export function fullDisk(home: string): HksError | undefined {
  const file = join(home, `.space-${process.pid}`)
  try {
    const probe = openSync(file, 'w', 0o600)
    try {
      writeSync(probe, Buffer.alloc(probeBytes))
      // Where space is given out late, as over a network, only that tells.
      fsyncSync(probe)
    } finally {
      closeSync(probe)
      rmSync(file, { force: true })
    }
    return undefined
  } catch (error) {
    const known = dataFolderError(home, error)
    return known?.code === 'STORE_FAILED' ? known : undefined
  }
}
