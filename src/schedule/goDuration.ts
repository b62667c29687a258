/** Nanoseconds of each unit that Go's time.ParseDuration knows. */
const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}

const limit = 1n << 63n

/** A duration in nanoseconds, or why Go refuses the text and at which offset of it. */
export type GoDuration =
  | { readonly ok: true; readonly nanoseconds: bigint }
  | { readonly ok: false; readonly message: string; readonly at: number; readonly length: number }

/** Parses what Go's time.ParseDuration parses, overflow and rounding of fractions included. */
export function parseGoDuration(text: string): GoDuration {
  const negative = text.startsWith('-')
  let at = negative || text.startsWith('+') ? 1 : 0
  const refuse = (message: string, from: number, to: number): GoDuration => ({
    ok: false,
    message,
    at: from,
    length: to - from,
  })
  if (text.slice(at) === '0') return { ok: true, nanoseconds: 0n }
  if (at === text.length) return refuse('the duration is empty; write for example 1h30m', 0, text.length)
  let total = 0n
  while (at < text.length) {
    const [all, whole = '', , fraction = ''] = /^(\d*)(\.(\d*))?/.exec(text.slice(at))!
    if (whole === '' && fraction === '')
      return refuse(`"${text.slice(at)}" is no duration; write for example 1h30m`, at, text.length)
    const unitAt = at + all.length
    const unit = /^[^.\d]*/.exec(text.slice(unitAt))![0]
    const to = unitAt + unit.length
    if (unit === '') return refuse(`"${all}" has no unit; write h, m or s behind it`, at, to)
    if (!Object.hasOwn(units, unit)) return refuse(`"${unit}" is no unit of time; use h, m or s`, unitAt, to)
    const size = units[unit]!
    const count = BigInt(whole === '' ? '0' : whole)
    if (count > limit / size) return refuse(`${text.slice(at, to)} is too long`, at, to)
    const value = count * size + fractionOf(fraction, size)
    total += value
    if (value > limit || total > limit) return refuse(`${text.slice(at, to)} is too long`, at, to)
    at = to
  }
  if (!negative && total === limit) return refuse(`${text} is too long`, 0, text.length)
  return { ok: true, nanoseconds: negative ? -total : total }
}

/** The digits behind the point, in nanoseconds. Go computes this in float64 and ignores digits that overflow. */
function fractionOf(digits: string, size: bigint): bigint {
  let value = 0n
  let scale = 1
  for (const digit of digits) {
    if (value > (limit - 1n) / 10n) break
    const longer = value * 10n + BigInt(digit)
    if (longer > limit) break
    value = longer
    scale *= 10
  }
  return BigInt(Math.trunc(Number(value) * (Number(size) / scale)))
}
