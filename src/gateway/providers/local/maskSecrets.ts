/** A shorter value would mask half of every log. */
const shortestMasked = 4
const mask = '***'
const hideNothing = (text: string): string => text

/** Makes a function that replaces secret values in a text; values of fewer than four characters are left. */
export function createMask(values: readonly string[]): (text: string) => string {
  // A value of several lines is printed line by line. The longest first: one value may be a part of another.
  const hidden = values
    .flatMap(value => [value, ...value.split('\n').map(line => line.trim())])
    .filter(value => value.length >= shortestMasked)
    .sort((a, b) => b.length - a.length)
  if (hidden.length === 0) return hideNothing
  return text => hidden.reduce((masked, value) => masked.replaceAll(value, mask), text)
}

/** The same for bytes of any kind. A value is found as it is and as JSON writes it. Without any the same bytes are answered. */
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
