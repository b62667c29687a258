import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HksError } from '../../../contract/errors.ts'
import { decodeIndex, encodeIndex, indexSegment, type SegmentIndex } from './segmentIndex.ts'

const nameOf = (firstSeq: number) => String(firstSeq).padStart(16, '0')

/** The file that holds the lines from `firstSeq` on. */
export const segmentFile = (folder: string, firstSeq: number): string => join(folder, `${nameOf(firstSeq)}.log`)

/** The file beside a finished segment with its index. */
export const indexFile = (folder: string, firstSeq: number): string => join(folder, `${nameOf(firstSeq)}.idx`)

/** The folder of an application's log. Ids are opaque, so they are made safe as a file name. */
export const folderOf = (root: string, applicationId: string): string =>
  join(root, encodeURIComponent(applicationId).replaceAll('.', '%2E'))

/** Folders begin with this while they are being removed. */
export const removedPrefix = '.removed-'

/** Takes a folder out of the way at once, so that its application may begin a new log. Says where it went. */
export function setAside(root: string, folder: string): string | undefined {
  const aside = join(root, `${removedPrefix}${randomUUID()}`)
  try {
    renameSync(folder, aside)
    return aside
  } catch (error) {
    if (isMissing(error)) return undefined
    throw logFailure(folder, error)
  }
}

/** Number of the first line of each segment, ascending; none when there is no log. */
export function listSegments(folder: string): number[] {
  try {
    return readdirSync(folder)
      .filter(name => /^\d{16}\.log$/.test(name))
      .map(name => Number.parseInt(name, 10))
      .sort((a, b) => a - b)
  } catch (error) {
    if (isMissing(error)) return []
    throw logFailure(folder, error)
  }
}

/** The index of the last segment, made from its lines. */
export function scanSegment(folder: string, firstSeq: number): { index: SegmentIndex; fileBytes: number } {
  const content = readFileSync(segmentFile(folder, firstSeq))
  return { index: indexSegment(content, firstSeq), fileBytes: content.length }
}

/** Stores the index of a segment that takes no more lines. */
export function writeIndex(folder: string, index: SegmentIndex): void {
  const file = indexFile(folder, index.firstSeq)
  writeFileSync(`${file}.part`, encodeIndex(index), { mode: 0o600 })
  renameSync(`${file}.part`, file)
}

/** The stored index of a finished segment; made again when a killed gateway had no time to store it. */
export async function readIndex(folder: string, firstSeq: number): Promise<SegmentIndex | undefined> {
  const stored = await readIfThere(indexFile(folder, firstSeq))
  const index = stored && decodeIndex(stored.toString('utf8'))
  if (index) return index
  const content = await readIfThere(segmentFile(folder, firstSeq))
  return content && indexSegment(content, firstSeq)
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw logFailure(file, error)
  }
}

/** Whether an error says that there is no such file. */
export const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

/** Translates an error of the file system. */
export const logFailure = (path: string, error: unknown): HksError =>
  error instanceof HksError
    ? error
    : new HksError('STORE_FAILED', `The log ${path} cannot be used: ${(error as Error).message}.`, {
        details: { path, system: (error as NodeJS.ErrnoException).code },
        ...((error as NodeJS.ErrnoException).code === 'ENOSPC' ? { hint: 'Free some space, then try again.' } : {}),
        cause: error,
      })
