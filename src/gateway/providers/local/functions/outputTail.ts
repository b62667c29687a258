import type { NewLogLine } from '../../../domain/log.ts'

/** The last lines of a process, for the sentence that says why it ended. */
export interface OutputTail {
  add(line: Pick<NewLogLine, 'stream' | 'text' | 'invocationId'>): void
  /** A mark for `since`: lines that are added from now on. */
  mark(): number
  /** Oldest first: the lines after the mark that belong to this invocation or to none. */
  since(mark: number, invocationId?: string): readonly TailLine[]
}

/** A line as it is remembered. */
export type TailLine = Pick<NewLogLine, 'stream' | 'text' | 'invocationId'>

/** Enough for a stack. */
const kept = 50

/** Remembers the last fifty lines. */
export function createOutputTail(): OutputTail {
  const lines: TailLine[] = []
  let added = 0
  return {
    add: ({ stream, text, invocationId }) => {
      lines.push({ stream, text, ...(invocationId === undefined ? {} : { invocationId }) })
      added += 1
      if (lines.length > kept) lines.shift()
    },
    mark: () => added,
    since: (mark, invocationId) => {
      const fresh = lines.slice(Math.max(0, mark - (added - lines.length)))
      if (invocationId === undefined) return fresh
      return fresh.filter(line => line.invocationId === undefined || line.invocationId === invocationId)
    },
  }
}
