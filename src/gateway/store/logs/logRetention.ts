import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { indexFile, isMissing, listSegments, logFailure, removedPrefix, segmentFile } from './segmentFiles.ts'

/** How much log is kept, over all applications. */
export interface LogLimits {
  /** Epoch milliseconds: a segment whose last line was written before is removed. */
  readonly olderThan: number
  readonly maxBytes: number
}

interface Segment {
  readonly applicationId: string
  readonly folder: string
  readonly firstSeq: number
  readonly bytes: number
  readonly writtenAt: number
  readonly isLast: boolean
}

/**
 * Removes segments that are too old, then the oldest ones until the rest is small enough. When the last segment
 * of an application has to go, `finish` begins a new one first, so that its numbers go on where they were.
 */
export async function removeSegments(
  root: string,
  limits: LogLimits,
  finish: (applicationId: string, firstSeq: number) => void,
): Promise<void> {
  try {
    const segments = await survey(root)
    let excess = segments.reduce((sum, segment) => sum + segment.bytes, 0) - limits.maxBytes
    for (const segment of segments.toSorted((a, b) => a.writtenAt - b.writtenAt || a.firstSeq - b.firstSeq)) {
      if (segment.writtenAt >= limits.olderThan && excess <= 0) break
      if (segment.isLast) finish(segment.applicationId, segment.firstSeq)
      await rm(segmentFile(segment.folder, segment.firstSeq), { force: true })
      await rm(indexFile(segment.folder, segment.firstSeq), { force: true })
      excess -= segment.bytes
    }
  } catch (error) {
    throw logFailure(root, error)
  }
}

/** Every segment that holds a line. Folders that a killed gateway was removing are removed. */
async function survey(root: string): Promise<Segment[]> {
  const segments: Segment[] = []
  for (const name of await readdir(root)) {
    const folder = join(root, name)
    if (name.startsWith(removedPrefix)) {
      await rm(folder, { recursive: true, force: true })
      continue
    }
    const found = listSegments(folder)
    for (const firstSeq of found) {
      const file = await stat(segmentFile(folder, firstSeq)).catch((error: unknown) => {
        if (isMissing(error)) return undefined
        throw error
      })
      if (!file || file.size === 0) continue
      segments.push({
        applicationId: decodeURIComponent(name),
        folder,
        firstSeq,
        bytes: file.size,
        writtenAt: file.mtimeMs,
        isLast: firstSeq === found.at(-1),
      })
    }
  }
  return segments
}
