/** Matches an element whose whole text this is. */
export function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${escaped(text)}\\s*$`)
}

/** Matches the text wherever it stands, with the non-breaking spaces that the editor writes for plain ones. */
export function containing(text: string | RegExp): RegExp {
  const source = typeof text === 'string' ? escaped(text) : text.source
  return new RegExp(source.replaceAll(' ', '\\s'))
}

/** The editor writes non-breaking spaces; a reader means plain ones. */
export function plain(text: string): string {
  return text.replaceAll('\u00a0', ' ')
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
