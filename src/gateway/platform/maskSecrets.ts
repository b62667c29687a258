/** A shorter value would mask half of every log. */
const shortestMasked = 4
const mask = '***'
const hideNothing = (text: string): string => text

/** Makes a function that replaces secret values in a text; values of fewer than four characters are left. */
export function createMask(values: readonly string[]): (text: string) => string {
  // A value of several lines is printed line by line.
  const hidden = [...new Set(values.flatMap(value => [value, ...value.split('\n').map(line => line.trim())]))].filter(
    value => value.length >= shortestMasked,
  )
  if (hidden.length === 0) return hideNothing
  return text => {
    const spans = hidden.flatMap(value => spansOf(value, text))
    return spans.length === 0 ? text : withoutSpans(text, spans)
  }
}

interface Span {
  readonly from: number
  to: number
}

/** Where a value is. Where it overlaps itself there is one span, so that a long run of one letter makes one. */
function spansOf(value: string, text: string): Span[] {
  const spans: Span[] = []
  for (let from = text.indexOf(value); from !== -1; from = text.indexOf(value, from + 1)) {
    const last = spans.at(-1)
    const to = from + value.length
    if (last !== undefined && from < last.to) last.to = to
    else spans.push({ from, to })
  }
  return spans
}

/** Spans that overlap are one, so that nothing is left of either value. */
function withoutSpans(text: string, spans: readonly Span[]): string {
  let masked = ''
  let end = 0
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    if (from >= end) masked += text.slice(end, from) + mask
    end = Math.max(end, to)
  }
  return masked + text.slice(end)
}

/** Whether `masked` may be `text` after {@link createMask}, whatever the values were. */
export function isMaskedFrom(masked: string, text: string): boolean {
  const [first = '', ...rest] = masked.split(mask)
  const last = rest.pop()
  if (last === undefined) return masked === text
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}

/**
 * What {@link createMask} does, for bytes of any kind. A value is found as it is and as JSON writes it. Without any the same
 * bytes are answered.
 */
export function createBytesMask(values: readonly string[]): (bytes: Uint8Array) => Uint8Array {
  const forms = values.flatMap(value => [value, JSON.stringify(value).slice(1, -1)])
  // In Latin-1 every byte is a character of its own.
  const hide = createMask(forms.map(form => Buffer.from(form).toString('latin1')))
  return bytes => {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    const hidden = hide(text)
    return hidden === text ? bytes : Buffer.from(hidden, 'latin1')
  }
}

/** Masks the text of lines; the same lines when there is nothing to hide. */
export const maskLines = <Line extends { readonly text: string }>(
  lines: readonly Line[],
  hide: (text: string) => string,
): readonly Line[] => (hide === hideNothing ? lines : lines.map(line => ({ ...line, text: hide(line.text) })))
