import type { Localize } from './localize.ts'

const minute = 60
const hour = 60 * minute
const day = 24 * hour

/** A length of time in at most two units, such as "3 h 12 m", "42 s" or "2 d". Milliseconds in. */
export function duration(milliseconds: number, t: Localize): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  if (seconds < minute) return t('{0} s', seconds)
  if (seconds < hour) return t('{0} m', Math.floor(seconds / minute))
  if (seconds < day)
    return two(Math.floor(seconds / hour), Math.floor((seconds % hour) / minute), '{0} h', '{0} h {1} m', t)
  return two(Math.floor(seconds / day), Math.floor((seconds % day) / hour), '{0} d', '{0} d {1} h', t)
}

function two(large: number, small: number, one: string, both: string, t: Localize): string {
  return small === 0 ? t(one, large) : t(both, large, small)
}

/** A run's length, exact where it is short: "0.4 s", "12 s", "3 m 5 s". Milliseconds in. */
export function runLength(milliseconds: number, t: Localize): string {
  if (milliseconds < 10_000) return t('{0} s', (Math.max(0, milliseconds) / 1000).toFixed(1))
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < minute || seconds >= hour) return duration(milliseconds, t)
  return two(Math.floor(seconds / minute), seconds % minute, '{0} m', '{0} m {1} s', t)
}

/** A running clock such as "0:42" or "1:02:03". Milliseconds in. */
export function stopwatch(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  const pad = (n: number): string => String(n).padStart(2, '0')
  const minutes = Math.floor(seconds / minute) % 60
  const hours = Math.floor(seconds / hour)
  return hours === 0 ? `${minutes}:${pad(seconds % 60)}` : `${hours}:${pad(minutes)}:${pad(seconds % 60)}`
}

/** "in 3 h 12 m", "14 m ago" or "now". Both instants in epoch milliseconds. */
export function relativeTime(instant: number, now: number, t: Localize): string {
  const distance = instant - now
  if (Math.abs(distance) < 1000) return t('now')
  return distance > 0 ? t('in {0}', duration(distance, t)) : t('{0} ago', duration(-distance, t))
}

/** An instant for people: weekday, date and time of day, in the given zone or the viewer's. */
export function absoluteTime(instant: number, locale: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(instant)
}

/** Time of day for a row: "14:05" today, "Sat 14:05" within a week, else the date. */
export function rowTime(instant: number, now: number, locale: string): string {
  const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
  const format = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(locale, options).format(instant)
  if (new Date(instant).toDateString() === new Date(now).toDateString()) return format({ ...clock, second: '2-digit' })
  if (Math.abs(now - instant) < 6 * day * 1000) return format({ weekday: 'short', ...clock })
  return format({ day: 'numeric', month: 'short', ...clock })
}
