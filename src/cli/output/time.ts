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

/** An instant in a zone, such as `2026-03-29 02:30:00 +02:00`. */
export function inZone(instant: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
  }).formatToParts(new Date(instant))
  const part = (type: string) => parts.find(p => p.type === type)?.value ?? ''
  const offset = part('timeZoneName').replace('GMT', '') || '+00:00'
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}:${part('second')} ${offset}`
}
