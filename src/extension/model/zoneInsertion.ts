/** A text to put into a file, at an offset in UTF-16 units. */
export interface Insertion {
  readonly at: number
  readonly text: string
}

/**
 * Where `timeZone: ZONE` goes: below its `schedule` with the same indentation, or behind it where the mapping is
 * written in braces.
 * @param entry from the key `schedule` to the end of its value
 */
export function zoneInsertion(
  text: string,
  entry: { readonly start: number; readonly end: number },
  zone: string,
): Insertion {
  const before = text.slice(text.lastIndexOf('\n', entry.start - 1) + 1, entry.start)
  // An item of a list begins with its dash, and the next key stands below the first.
  if (!/^[\s-]*$/.test(before)) return { at: entry.end, text: `, timeZone: ${zone}` }
  const lineEnd = text.indexOf('\n', entry.end)
  const at = lineEnd < 0 ? text.length : text[lineEnd - 1] === '\r' ? lineEnd - 1 : lineEnd
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  return { at, text: `${newline}${before.replaceAll('-', ' ')}timeZone: ${zone}` }
}
