import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs'
import type { NewLogLine, StoredLogLine } from '../../domain/log.ts'
import { listSegments, logFailure, scanSegment, segmentFile, writeIndex } from './segmentFiles.ts'
import { addLine, emptyIndex, encodeLine, type SegmentIndex } from './segmentIndex.ts'

/** Lines are handed to the operating system in pieces of about this size. */
const writeBytes = 1024 * 1024

/** The writing end of one application's log: the names of its finished segments and the index of the last one. */
export interface ApplicationLog {
  readonly folder: string
  /** First number of each finished segment, ascending. */
  finished: number[]
  active: SegmentIndex
  file: number | undefined
}

/** Finds what is stored. A last line that a killed gateway wrote in part was never acknowledged: it is cut off. */
export function openApplicationLog(folder: string): ApplicationLog {
  const segments = listSegments(folder)
  const last = segments.pop()
  if (last === undefined) return { folder, finished: [], active: emptyIndex(1), file: undefined }
  try {
    const { index, fileBytes } = scanSegment(folder, last)
    const log: ApplicationLog = { folder, finished: segments, active: index, file: undefined }
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

/** Appends lines in order; begins a new segment where one reaches `segmentBytes`. */
export function appendLines(
  log: ApplicationLog,
  lines: readonly NewLogLine[],
  segmentBytes: number,
): readonly StoredLogLine[] {
  const stored: StoredLogLine[] = []
  let from = 0
  while (from < lines.length) {
    if (log.active.bytes >= segmentBytes) startSegment(log)
    const room = Math.min(writeBytes, segmentBytes - log.active.bytes)
    const texts: string[] = []
    const sizes: number[] = []
    for (let size = 0; size < room && from + texts.length < lines.length; size += sizes.at(-1)!) {
      const text = encodeLine(lines[from + texts.length]!, log.active.nextSeq + texts.length)
      texts.push(text)
      sizes.push(Buffer.byteLength(text))
    }
    writeWhole(log, Buffer.from(texts.join('')))
    for (const size of sizes) {
      const line = lines[from++]!
      stored.push({ ...line, seq: log.active.nextSeq })
      addLine(log.active, line, size)
    }
  }
  return stored
}

/** Finishes the last segment and begins the next one, whose name keeps the count also while it is empty. */
export function startSegment(log: ApplicationLog): void {
  try {
    writeIndex(log.folder, log.active)
    closeFile(log)
    log.finished = [...log.finished, log.active.firstSeq]
    log.active = emptyIndex(log.active.nextSeq)
    fileOf(log)
  } catch (error) {
    throw logFailure(log.folder, error)
  }
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
