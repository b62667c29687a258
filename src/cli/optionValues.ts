import { InvalidArgumentError } from 'commander'
import { fromInstant } from '../base/instant.ts'

/** A whole number of at least `minimum` and at most `maximum`, as an option's value. */
export const wholeNumber =
  (minimum: number, maximum = Infinity) =>
  (text: string): number => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isInteger(value) || value < minimum || value > maximum) {
      const range = maximum === Infinity ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`
      throw new InvalidArgumentError(`It must be a whole number ${range}.`)
    }
    return value
  }

/** As {@link wholeNumber}, or "none". commander takes null for an option without a value. */
export const wholeNumberOrNone =
  (minimum: number) =>
  (text: string): number | 'none' =>
    text === 'none' ? 'none' : wholeNumber(minimum)(text)

/** `NAME=VALUE`, gathered over repeated options. */
export function assignment(text: string, previous: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('It must be NAME=VALUE.')
  return { ...previous, [text.slice(0, at)]: text.slice(at + 1) }
}

/** A media type, as a header can carry it. */
export function mediaType(text: string): string {
  if (/^[\w.+!#$&^-]+\/[\w.+!#$&^-]+(\s*;[\t\x20-\x7e]*)?$/.test(text)) return text
  throw new InvalidArgumentError('It must be a media type such as text/plain.')
}

/** The values of a repeated option. */
export const gathered = (text: string, previous: readonly string[] = []): readonly string[] => [...previous, text]

/** An RFC 3339 instant, as epoch milliseconds; its seconds may be left out. */
export function instant(text: string): number {
  const at = readInstant(text)
  if (at === undefined) throw new InvalidArgumentError('It must be an instant such as 2026-03-28T00:00:00Z.')
  return at
}

const readInstant = (text: string) => fromInstant(text.replace(/(T\d\d:\d\d)(?=Z$|[+-]\d\d:\d\d$)/i, '$1:00'))

const unitMilliseconds: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** An RFC 3339 instant, or a span before now such as `10m`, as epoch milliseconds. */
export function pastInstant(text: string): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? []
  if (count !== undefined && unit !== undefined) return Date.now() - Number(count) * (unitMilliseconds[unit] ?? 0)
  const at = readInstant(text)
  if (at !== undefined) return at
  throw new InvalidArgumentError('It must be a span such as 90s, 10m, 2h or 1d, or an instant.')
}
