/**
 * Splits a line into words as `sh` does, without expanding anything: blanks part words, quotes and backslashes keep them.
 * `undefined` for a quote that is not closed.
 */
export function parseWords(line: string): readonly string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
      continue
    }
    word ??= ''
    if (character === "'") {
      const end = line.indexOf("'", at + 1)
      if (end < 0) return undefined
      word += line.slice(at + 1, end)
      at = end
    } else if (character === '"') {
      for (at++; line[at] !== '"'; at++) {
        if (at >= line.length) return undefined
        // Between double quotes a backslash keeps only these (POSIX 2.2.3).
        if (line[at] === '\\' && /[\\"$`]/.test(line[at + 1] ?? '')) at++
        word += line[at]
      }
    } else if (character === '\\' && at + 1 < line.length) word += line[++at]
    else word += character
  }
  if (word !== undefined) words.push(word)
  return words
}

/** A line of which {@link parseWords} makes these words again. */
export const writeWords = (words: readonly string[]): string =>
  words.map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
