import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { indexFile, isMissing, listSegments, logFailure, removedPrefix, segmentFile } from './segmentFiles.ts'

/** How much log is kept, over all applications. */
export interface LogLimits {
  /** Epoch milliseconds: a segment whose last line was written before is removed. */
  readonly olderThan: number
  readonly maxBytes: number
}

/** A stored segment. */
export interface Segment {
  readonly applicationId: string
  readonly folder: string
  readonly firstSeq: number
  readonly bytes: number
  readonly writtenAt: number
  /** Its application's last one, as it was found. */
  readonly isLast: boolean
}

/**
 * Removes segments that are too old, then the oldest ones until the rest is small enough. `release` is called before
 * each: from then on nobody is sent to it, and when it was the last of its application another has begun, so that the
 * numbers go on where they were.
 */
export async function removeSegments(
  root: string,
  limits: LogLimits,
  release: (segment: Segment) => void,
): Promise<void> {
  try {
    const segments = await survey(root)
    let excess = segments.reduce((sum, segment) => sum + segment.bytes, 0) - limits.maxBytes
    for (const segment of segments.toSorted((a, b) => a.writtenAt - b.writtenAt || a.firstSeq - b.firstSeq)) {
      if (segment.writtenAt >= limits.olderThan && excess <= 0) break
      release(segment)
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
