/**
 * Removes the whitespace that all lines begin with, exactly as Python's `textwrap.dedent`: lines end at `\n` only,
 * tabs and spaces differ, and lines of nothing but spaces and tabs become empty.
 */
export function dedent(text: string): string {
  const lines = text.split('\n').map(line => (/^[ \t]*$/.test(line) ? '' : line))
  let margin: string | undefined
  for (const line of lines) {
    if (line !== '') margin = commonStart(margin, /^[ \t]*/.exec(line)?.[0] ?? '')
  }
  const cut = margin ?? ''
  return lines.map(line => (line.startsWith(cut) ? line.slice(cut.length) : line)).join('\n')
}

function commonStart(margin: string | undefined, indent: string): string {
  if (margin === undefined) return indent
  let end = 0
  while (end < margin.length && margin[end] === indent[end]) end += 1
  return margin.slice(0, end)
}
