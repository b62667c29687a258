import { mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { pino } from 'pino'

/** A log above this size is set aside as `….1` when the gateway starts; one older log is kept. */
const rotateBytes = 5 * 1024 * 1024

/** The gateway's own log. */
export type GatewayLog = pino.Logger

/** Opens the log file (0600). Lines are written at once, so that they are there after a crash; tokens are masked. */
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
    pino.destination({ dest: file, sync: true, mode: 0o600 }),
  )
}
