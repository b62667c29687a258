import { mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { pino } from 'pino'

/** A log above this size is set aside as `….1` when the gateway starts; one older log is kept. */
const rotateBytes = 5 * 1024 * 1024

/** What waits while nothing can be written, as on a full disk; lines beyond are dropped. */
const longestBacklog = 1024 * 1024

/** The gateway's own log. */
export type GatewayLog = pino.Logger

/**
 * Opens the log file (0600). Lines are written at once, so that they are there after a crash; tokens are masked. What can
 * not be written is written with the next line that can.
 */
export function createGatewayLog(file: string, level: pino.LevelWithSilent = 'info'): GatewayLog {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > rotateBytes) renameSync(file, `${file}.1`)
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['token', '*.token', 'headers.authorization', '*.headers.authorization'], censor: '***' },
    },
    openLogFile(file),
  )
}

/** Pino's own destination waits for ever where a disk is full, also when the process has to end. */
function openLogFile(file: string): pino.DestinationStream {
  const descriptor = openSync(file, 'a', 0o600)
  let waiting = Buffer.alloc(0)
  return {
    write: line => {
      const bytes = Buffer.from(line)
      if (waiting.length > 0 && waiting.length + bytes.length > longestBacklog) return
      waiting = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes])
      try {
        while (waiting.length > 0) waiting = waiting.subarray(writeSync(descriptor, waiting))
      } catch {
        // There is no other place to say it: the gateway goes on without its log.
      }
    },
  }
}
