import { hash } from 'node:crypto'
import type { TimedLine } from './timedLines.ts'

/** The last lines of a container that were stored, so that a log that is read again gives each line once. */
export interface SeenLines {
  /** What to ask for when the log is read again: the second of the last line, or one before; nothing before the first. */
  since(): string | undefined
  /** Time of the last line. */
  last(): number | undefined
  /** The log is read again from `since` on. */
  readAgain(): void
  /** Whether the line has not been there yet; from now on it has. */
  take(line: TimedLine): boolean
  /** Since `readAgain`: whether a line came that has been there already, or only new ones. */
  isJoined(): boolean
}

/** Lines that are remembered, at most. They need not be in the order of their times, but nearly are. */
const remembered = 4096

/**
 * Begins with the lines that are stored already, oldest first. Where they may be another container's, lines of this one that
 * are up to `lateMs` older than the last of them need not be stored yet.
 */
export function createSeenLines(
  stored: readonly TimedLine[] = [],
  { most = remembered, lateMs = 0 }: { readonly most?: number; readonly lateMs?: number } = {},
): SeenLines {
  const keys: string[] = []
  const times: number[] = []
  let at = 0
  let last: number | undefined
  let oldest = -Infinity
  let left = new Map<string, number>()
  let joined = true

  const remember = (line: TimedLine): void => {
    const time = line.time ?? last ?? 0
    if (keys.length === most) oldest = Math.max(oldest, times[at]!)
    keys[at] = keyOf(line)
    times[at] = time
    at = (at + 1) % most
    if (last === undefined || time > last) last = time
  }
  stored.forEach(remember)
  return {
    since: () => (last === undefined ? undefined : `${new Date(last - lateMs).toISOString().slice(0, 19)}Z`),
    last: () => last,
    readAgain: () => {
      left = new Map()
      for (const key of keys) left.set(key, (left.get(key) ?? 0) + 1)
      joined = keys.length === 0
    },
    take: line => {
      if (left.size > 0) {
        const key = keyOf(line)
        const count = left.get(key) ?? 0
        if (count > 0) {
          if (count === 1) left.delete(key)
          else left.set(key, count - 1)
          joined = true
          return false
        }
        // Older than all that is remembered.
        if (line.time !== undefined && line.time <= oldest) {
          joined = true
          return false
        }
      }
      remember(line)
      return true
    },
    isJoined: () => joined,
  }
}

/** By the time as it is stored, which is what is left of it after a restart. */
const keyOf = ({ time, text }: TimedLine): string => `${time ?? ''} ${hash('sha1', text, 'base64')}`
