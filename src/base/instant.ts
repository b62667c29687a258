/** Epoch milliseconds as RFC 3339 UTC with milliseconds: how every answer carries an instant. */
export const toInstant = (milliseconds: number): string => new Date(milliseconds).toISOString()

/** The end of the year 9999, after which RFC 3339 has no form, in epoch milliseconds. */
export const lastInstant = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** RFC 3339, 5.6: `T`, `t` or a space between date and time, a fraction of any length, `Z`, `z` or an offset. */
const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/

/**
 * An RFC 3339 instant as epoch milliseconds; `undefined` when it is none. A leap second counts as the second after it,
 * as in POSIX time; a fraction beyond milliseconds is cut off.
 */
export function fromInstant(text: string): number | undefined {
  const found = rfc3339.exec(text)
  if (!found) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', zone] = found
  if (Number(day) > daysOf(Number(year), Number(month))) return undefined
  const isLeapSecond = second === '60'
  const time = `${hour}:${minute}:${isLeapSecond ? '59' : second}${fraction}`
  const plain = `${year}-${month}-${day}T${time}${zone!.toUpperCase()}`
  // Date.parse takes 24:00:00, RFC 3339 does not.
  const milliseconds = hour === '24' ? Number.NaN : Date.parse(plain)
  return Number.isNaN(milliseconds) ? undefined : milliseconds + (isLeapSecond ? 1000 : 0)
}

const daysOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()
