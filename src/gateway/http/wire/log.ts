import { toInstant } from '../../../base/instant.ts'
import type { LogGap, LogLine } from '../../../contract/logs.ts'
import type { LogGap as Gap, StoredLogLine } from '../../domain/log.ts'

/** Lines as answers carry them; their time keeps the source's precision, up to microseconds. */
export function toWireLogLines(lines: readonly StoredLogLine[]): LogLine[] {
  let time = Number.NaN
  let instant = ''
  return lines.map(line => {
    // The lines of one chunk share their time.
    if (line.time !== time) instant = preciseInstant((time = line.time))
    return {
      seq: line.seq,
      time: instant,
      stream: line.stream,
      text: line.text,
      ...(line.executionId === undefined ? {} : { executionId: line.executionId }),
      ...(line.invocationId === undefined ? {} : { invocationId: line.invocationId }),
      ...(line.truncated === undefined ? {} : { truncated: line.truncated }),
    }
  })
}

/** A gap in words. */
export const toWireGap = ({ from, to }: Gap): LogGap => ({
  gap: `${to - from + 1} older lines are not kept any more.`,
  from,
  to,
})

function preciseInstant(milliseconds: number): string {
  const whole = Math.floor(milliseconds)
  const micros = Math.floor((milliseconds - whole) * 1000)
  const text = toInstant(whole)
  return micros === 0 ? text : `${text.slice(0, -1)}${String(micros).padStart(3, '0')}Z`
}
