import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { HksError } from '../../contract/errors.ts'
import type { InvocationRecord } from '../domain/function.ts'

/**
 * Records of calls on their way to the database, one line of JSON each, in a file of their own: a line costs a tenth of a
 * commit. What was appended outlives this process as a commit without a flush does.
 */
export interface InvocationJournal {
  /** What the last process appended and did not clear, in order. */
  readonly left: readonly InvocationRecord[]
  /** All of them or none. @throws HksError STORE_FAILED */
  append(records: readonly InvocationRecord[]): void
  /** Forgets all: they are in the database. @throws HksError STORE_FAILED */
  clear(): void
  close(): void
}

/** Opens the journal in `file`, creating it. @throws HksError STORE_FAILED */
export function openInvocationJournal(file: string): InvocationJournal {
  const translated = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw journalFailure(file, error)
    }
  }
  const fd = translated(() => openSync(file, 'a+', 0o600))
  const content = translated(() => readFileSync(fd))
  // A line that the end of a process has cut off was not acknowledged.
  let bytes = content.lastIndexOf('\n') + 1
  translated(() => ftruncateSync(fd, bytes))

  const append = (text: Buffer) => {
    try {
      for (let at = 0; at < text.length; ) at += writeSync(fd, text, at)
      bytes += text.length
    } catch (error) {
      // What a full disk cut off must not become the beginning of the next line.
      ftruncateSync(fd, bytes)
      throw error
    }
  }
  return {
    left: content.toString('utf8', 0, bytes).split('\n').flatMap(parseRecord),
    append: records => {
      const lines = records.map(record => `${JSON.stringify(record)}\n`)
      translated(() => append(Buffer.from(lines.join(''))))
    },
    clear: () => {
      translated(() => ftruncateSync(fd, 0))
      bytes = 0
    },
    close: () => closeSync(fd),
  }
}

/** What a power cut has left of a line is no record. */
function parseRecord(line: string): readonly InvocationRecord[] {
  try {
    return [JSON.parse(line) as InvocationRecord]
  } catch {
    return []
  }
}

const journalFailure = (file: string, error: unknown): HksError => {
  const { code, message } = error as NodeJS.ErrnoException
  const details = { details: { file, system: code }, cause: error }
  return code === 'ENOSPC'
    ? new HksError('STORE_FAILED', `The journal ${file} cannot be written: the disk is full.`, {
        ...details,
        hint: 'Free some space, then try again.',
      })
    : new HksError('STORE_FAILED', `The journal ${file} cannot be used: ${message}.`, details)
}
