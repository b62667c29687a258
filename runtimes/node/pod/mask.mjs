// Hides the values of secrets in what is printed and answered.

/** A shorter value would mask half of every log. */
const shortestMasked = 4
const mask = '***'

/** Returns a function that replaces the values in a text; those of fewer than four characters are left. */
export function createMask(values) {
  // A value of several lines is printed line by line.
  const hidden = [...new Set(values.flatMap(value => [value, ...value.split('\n').map(line => line.trim())]))].filter(
    value => value.length >= shortestMasked,
  )
  if (hidden.length === 0) return text => text
  return text => {
    const spans = hidden.flatMap(value => spansOf(value, text)).sort((a, b) => a.from - b.from)
    let masked = ''
    let end = 0
    for (const { from, to } of spans) {
      if (from >= end) masked += text.slice(end, from) + mask
      end = Math.max(end, to)
    }
    return masked + text.slice(end)
  }
}

/** Where a value is. Where it overlaps itself there is one span. */
function spansOf(value, text) {
  const spans = []
  for (let from = text.indexOf(value); from !== -1; from = text.indexOf(value, from + 1)) {
    const last = spans.at(-1)
    const to = from + value.length
    if (last !== undefined && from < last.to) last.to = to
    else spans.push({ from, to })
  }
  return spans
}
