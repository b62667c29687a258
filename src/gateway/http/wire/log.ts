import { toInstant } from '../../../base/instant.ts'
import type { LogLine } from '../../../contract/logs.ts'
import type { StoredLogLine } from '../../domain/log.ts'

/** A line as answers carry it; its time keeps the source's precision, up to microseconds. */
export const toWireLogLine = (line: StoredLogLine): LogLine => ({
  seq: line.seq,
  time: preciseInstant(line.time),
  stream: line.stream,
  text: line.text,
  ...(line.executionId === undefined ? {} : { executionId: line.executionId }),
  ...(line.invocationId === undefined ? {} : { invocationId: line.invocationId }),
  ...(line.truncated === undefined ? {} : { truncated: line.truncated }),
})

function preciseInstant(milliseconds: number): string {
  const whole = Math.floor(milliseconds)
  const micros = Math.floor((milliseconds - whole) * 1000)
  const text = toInstant(whole)
  return micros === 0 ? text : `${text.slice(0, -1)}${String(micros).padStart(3, '0')}Z`
}
