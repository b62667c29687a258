import type { LogStreamName } from '../../../../contract/logs.ts'

/** The last lines of a process, for the sentence that says why it ended. */
export interface OutputTail {
  add(stream: LogStreamName, text: string): void
  /** Oldest first. */
  lines(): readonly string[]
  /** The last line on stderr that is not blank, else an empty string. */
  lastError(): string
}

const kept = 20

/** Remembers the last twenty lines. */
export function createOutputTail(): OutputTail {
  const lines: string[] = []
  let lastError = ''
  return {
    add: (stream, text) => {
      lines.push(text)
      if (lines.length > kept) lines.shift()
      if (stream === 'stderr' && text.trim() !== '') lastError = text.trim()
    },
    lines: () => [...lines],
    lastError: () => lastError,
  }
}
