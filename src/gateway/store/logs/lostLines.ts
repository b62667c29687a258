import type { NewLogLine } from '../../domain/log.ts'

/** Lines that could not be stored, and are said where the log goes on. */
export interface LostLines {
  add(lines: readonly NewLogLine[]): void
  /** One line for each run that lost some, as of `time`; none when nothing is lost. */
  notices(time: number): readonly NewLogLine[]
  /** The notices are stored. */
  clear(): void
}

/** Counts by run. */
export function createLostLines(): LostLines {
  const counts = new Map<string | undefined, number>()
  return {
    add: lines => {
      for (const { executionId } of lines) counts.set(executionId, (counts.get(executionId) ?? 0) + 1)
    },
    notices: time =>
      [...counts].map(([executionId, count]) => ({
        time,
        stream: 'system',
        text: `Lines that could not be stored and are missing here: ${count}.`,
        ...(executionId === undefined ? {} : { executionId }),
      })),
    clear: () => counts.clear(),
  }
}
