import type { LogGrep, LogSelection, StoredLogLine } from '../../domain/log.ts'

/** Tells wanted lines from others. */
export interface LineFilter {
  /** Whether every line of a stretch is wanted as far as the filter knows: its lines can be counted unread. */
  readonly takesAll: boolean
  /** Whether these bytes of a segment may hold a wanted line. May say so in vain, never deny it in vain. */
  mayHold(content: Buffer): boolean
  /** Where the next wanted line may be in the text of a segment, from a place on; -1 when there is none. */
  readonly find: ((text: string, from: number) => number) | undefined
  takes(line: StoredLogLine): boolean
}

/** Makes the filter of a selection; where it begins and ends is not its matter. */
export function createLineFilter({ since, executionId, invocationId, grep }: LogSelection): LineFilter {
  const found = grep && createFinder(grep)
  return {
    takesAll: since === undefined && executionId === undefined && invocationId === undefined && grep === undefined,
    mayHold: content =>
      (found?.bytes === undefined || content.includes(found.bytes)) &&
      (invocationId === undefined || content.includes(invocationId)),
    find: found?.find,
    takes: line =>
      (since === undefined || line.time >= since) &&
      (executionId === undefined || line.executionId === executionId) &&
      (invocationId === undefined || line.invocationId === invocationId) &&
      (found === undefined || found.isIn(line.text)),
  }
}

/** Finds text in lines, and in lines as they are stored: there it is escaped as JSON. */
function createFinder({ text, ignoreCase }: LogGrep) {
  const escaped = JSON.stringify(text).slice(1, -1)
  if (ignoreCase !== true) {
    return {
      bytes: Buffer.from(escaped),
      find: (stored: string, from: number) => stored.indexOf(escaped, from),
      isIn: (line: string) => line.includes(text),
    }
  }
  const inStored = ignoringCase(escaped, 'giu')
  const inLine = ignoringCase(text, 'iu')
  return {
    bytes: undefined,
    find: (stored: string, from: number) => {
      inStored.lastIndex = from
      return inStored.exec(stored)?.index ?? -1
    },
    isIn: (line: string) => inLine.test(line),
  }
}

/** Letters as they stand, so that the engine has nothing to try twice. */
const ignoringCase = (text: string, flags: string) => new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), flags)
