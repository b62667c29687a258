import { t } from './text.ts'

/** Writes instants in one time zone and language. */
export interface Clock {
  /** "Mon, 23 Nov", with the year when it is not this year. */
  readonly date: (instant: number) => string
  /** "02:30", with seconds when they are not zero. */
  readonly time: (instant: number) => string
  /** "02:30:00" */
  readonly second: (instant: number) => string
  /** "23 Nov 2026, 02:30:00 CET": everything, for tooltips. */
  readonly full: (instant: number) => string
  /** "GMT+1" */
  readonly offset: (instant: number) => string
}

/** Makes the formats of a zone once; making one is slow, using it is not. */
export function clockOf(timeZone: string, locale: string, now: number): Clock {
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone, ...options })
  const hourCycle = 'h23'
  const day = format({ weekday: 'short', day: 'numeric', month: 'short' })
  const dayOfYear = format({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })
  const year = format({ year: 'numeric' })
  const minutes = format({ hour: '2-digit', minute: '2-digit', hourCycle })
  const seconds = format({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle })
  const full = format({ dateStyle: 'medium', timeStyle: 'long', hourCycle })
  const offset = format({ timeZoneName: 'shortOffset' })
  const thisYear = year.format(now)
  return {
    date: instant => (year.format(instant) === thisYear ? day : dayOfYear).format(instant),
    time: instant => (instant % 60_000 === 0 ? minutes : seconds).format(instant),
    second: instant => seconds.format(instant),
    full: instant => full.format(instant),
    offset: instant => offset.formatToParts(instant).find(part => part.type === 'timeZoneName')?.value ?? '',
  }
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** A span in at most two units: "3 h 12 min", "45 s", "12.1 s", "420 ms". */
export function spanText(milliseconds: number): string {
  const ms = Math.abs(milliseconds)
  if (ms < 1000) return t('{0} ms', Math.round(ms))
  if (ms < 20_000 && ms % 1000 !== 0) return t('{0} s', (Math.floor(ms / 100) / 10).toFixed(1))
  if (ms < minute) return t('{0} s', Math.floor(ms / 1000))
  const two = (size: number, below: number, big: string, small: string) => {
    const rest = Math.floor((ms % size) / below)
    return rest === 0 ? t(big, Math.floor(ms / size)) : `${t(big, Math.floor(ms / size))} ${t(small, rest)}`
  }
  if (ms < hour) return two(minute, 1000, '{0} min', '{0} s')
  if (ms < day) return two(hour, minute, '{0} h', '{0} min')
  return two(day, hour, '{0} d', '{0} h')
}

/** How far an instant is from now: "in 3 h 12 min", "14 min ago", "now". Seconds are dropped above a minute. */
export function relativeText(instant: number, now: number): string {
  const away = instant - now
  const size = Math.abs(away)
  if (size < 1000) return t('now')
  const rounded = size < minute ? Math.floor(size / 1000) * 1000 : Math.floor(size / minute) * minute
  return away > 0 ? t('in {0}', spanText(rounded)) : t('{0} ago', spanText(rounded))
}

/** Milliseconds that a zone's clock is ahead of UTC at an instant. */
export function zoneOffset(timeZone: string, instant: number): number {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(instant)
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find(one => one.type === type)?.value)
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return local - Math.floor(instant / 1000) * 1000
}
