/** A shorter value would mask half of every log. */
const shortestMasked = 4
const mask = '***'

/** Makes a function that replaces secret values in a text; values of fewer than four characters are left. */
export function createMask(values: readonly string[]): (text: string) => string {
  // A value of several lines is printed line by line. The longest first: one value may be a part of another.
  const hidden = values
    .flatMap(value => [value, ...value.split('\n').map(line => line.trim())])
    .filter(value => value.length >= shortestMasked)
    .sort((a, b) => b.length - a.length)
  if (hidden.length === 0) return text => text
  return text => hidden.reduce((masked, value) => masked.replaceAll(value, mask), text)
}
