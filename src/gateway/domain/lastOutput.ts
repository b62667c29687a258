import type { Execution } from './cronJob.ts'
import type { LogSource, StoredLogLine } from './log.ts'

/** Of a run's output, this many bytes of UTF-8 at most are answered with it. */
const mostBytes = 64 * 1024
/** Lines asked at first; more only while lines turn out short. */
const firstLines = 128

/** The last 64 KB of what a run wrote to stdout and stderr, cut at a line where possible. */
export async function lastOutput(logs: LogSource, execution: Execution): Promise<string> {
  for (let tail = firstLines; ; tail *= 8) {
    const { lines } = await logs.read(execution.applicationId, { executionId: execution.id, tail, limit: tail })
    const text = joinTail(lines.filter(line => line.stream !== 'system'))
    if (text.complete || lines.length < tail) return text.text
  }
}

function joinTail(lines: readonly StoredLogLine[]): { readonly text: string; readonly complete: boolean } {
  const encoder = new TextEncoder()
  const kept: string[] = []
  let room = mostBytes
  for (const line of lines.toReversed()) {
    const bytes = encoder.encode(`${line.text}\n`)
    if (bytes.length > room) {
      if (kept.length === 0) kept.push(new TextDecoder().decode(bytes.subarray(bytes.length - room)).replace(/^�+/, ''))
      return { text: kept.reverse().join(''), complete: true }
    }
    kept.push(`${line.text}\n`)
    room -= bytes.length
  }
  return { text: kept.reverse().join(''), complete: false }
}
