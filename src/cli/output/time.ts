/** A span in words of at most two units: `42 s`, `3 min`, `2 h 5 min`, `4 d`. */
export function span(milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1000)
  if (seconds < 1) return `${Math.round(Math.abs(milliseconds))} ms`
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d`
}

/** `in 3 min` or `3 min ago`; `-` for no instant. */
export function relative(instant: string | undefined, now: number): string {
  if (instant === undefined) return '-'
  const at = Date.parse(instant)
  return at > now ? `in ${span(at - now)}` : `${span(now - at)} ago`
}

/** Writes instants as a zone's clocks show them, such as `2026-03-29 03:30:00 +02:00`. */
export function zoneClock(timeZone: string): (instant: string) => string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
  })
  return instant => {
    const parts = Object.fromEntries(format.formatToParts(new Date(instant)).map(({ type, value }) => [type, value]))
    const offset = parts['timeZoneName']?.replace('GMT', '') || '+00:00'
    const { year, month, day, hour, minute, second } = parts
    return `${year}-${month}-${day} ${hour}:${minute}:${second} ${offset}`
  }
}
