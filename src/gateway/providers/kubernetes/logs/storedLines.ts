import type { LogSource } from '../../../domain/log.ts'
import type { TimedLine } from './timedLines.ts'

/** Lines looked at, so that a run whose log was being read goes on without a gap or a line twice. */
const mostLines = 20_000
/** The log store answers no more at once. */
const page = 2000

/** The last lines of a run's containers that an earlier gateway stored, oldest first. */
export async function storedLines(
  logs: LogSource,
  applicationId: string,
  executionId: string,
): Promise<readonly TimedLine[]> {
  const lines: TimedLine[] = []
  let read = await logs.read(applicationId, { executionId, tail: mostLines, limit: page })
  for (;;) {
    for (const { stream, time, text } of read.lines) if (stream === 'stdout') lines.push({ time, stamp: '', text })
    if (!read.more) return lines
    read = await logs.read(applicationId, { executionId, limit: page, ...read.next })
  }
}
