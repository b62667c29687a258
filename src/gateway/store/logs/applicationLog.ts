import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs'
import type { NewLogLine } from '../../domain/log.ts'
import { encodeLines } from './logLine.ts'
import { createLostLines, type LostLines } from './lostLines.ts'
import { listSegments, logFailure, scanSegment, segmentFile, writeIndex } from './segmentFiles.ts'
import { addLines, blockBytes, emptyIndex, type SegmentIndex } from './segmentIndex.ts'

/** The writing end of one application's log: the names of its finished segments and the index of the last one. */
export interface ApplicationLog {
  readonly folder: string
  /** First number of each finished segment, ascending. */
  finished: number[]
  active: SegmentIndex
  file: number | undefined
  readonly lost: LostLines
}

/** Finds what is stored. A last line that a killed gateway wrote in part was never acknowledged: it is cut off. */
export function openApplicationLog(folder: string): ApplicationLog {
  const segments = listSegments(folder)
  const last = segments.pop()
  const lost = createLostLines()
  if (last === undefined) return { folder, finished: [], active: emptyIndex(1), file: undefined, lost }
  try {
    const { index, fileBytes } = scanSegment(folder, last)
    const log: ApplicationLog = { folder, finished: segments, active: index, file: undefined, lost }
    if (fileBytes > index.bytes) ftruncateSync(fileOf(log), index.bytes)
    return log
  } catch (error) {
    throw logFailure(folder, error)
  }
}

/** Closes the file; the next line opens it again. */
export function closeFile(log: ApplicationLog): void {
  if (log.file === undefined) return
  closeSync(log.file)
  log.file = undefined
}

/**
 * Appends lines in order; begins a new segment where one reaches `segmentBytes`. Lines that can not be written are
 * counted as lost, and a line says so before the next ones that can. Answers the bytes that were written.
 */
export function appendLines(log: ApplicationLog, lines: readonly NewLogLine[], segmentBytes: number): number {
  const notices = log.lost.notices(lines[0]?.time ?? 0)
  const all = notices.length === 0 ? lines : [...notices, ...lines]
  let written = 0
  let size = 0
  try {
    while (written < all.length) {
      if (log.active.bytes >= segmentBytes) finishSegment(log)
      const room = Math.min(blockBytes, segmentBytes - log.active.bytes)
      const { text, count } = encodeLines(all, written, log.active.nextSeq, room)
      const bytes = Buffer.from(text)
      writeWhole(log, bytes)
      addLines(log.active, all.slice(written, written + count), bytes.length)
      written += count
      size += bytes.length
      if (notices.length > 0 && written >= notices.length) log.lost.clear()
    }
    return size
  } catch (error) {
    log.lost.add(lines.slice(Math.max(0, written - notices.length)))
    throw error
  }
}

/** Begins the next segment, whose name keeps the count also while it is empty. */
export function beginSegment(log: ApplicationLog): void {
  try {
    closeFile(log)
    log.finished = [...log.finished, log.active.firstSeq]
    log.active = emptyIndex(log.active.nextSeq)
    fileOf(log)
  } catch (error) {
    throw logFailure(log.folder, error)
  }
}

function finishSegment(log: ApplicationLog): void {
  try {
    writeIndex(log.folder, log.active)
  } catch (error) {
    throw logFailure(log.folder, error)
  }
  beginSegment(log)
}

function fileOf(log: ApplicationLog): number {
  if (log.file !== undefined) return log.file
  mkdirSync(log.folder, { recursive: true, mode: 0o700 })
  return (log.file = openSync(segmentFile(log.folder, log.active.firstSeq), 'a', 0o600))
}

/** Writes all bytes or none: what a full disk took in part is taken back. */
function writeWhole(log: ApplicationLog, bytes: Buffer): void {
  try {
    const file = fileOf(log)
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
    } catch (error) {
      if (fstatSync(file).size > log.active.bytes) ftruncateSync(file, log.active.bytes)
      throw error
    }
  } catch (error) {
    throw logFailure(log.folder, error)
  }
}
