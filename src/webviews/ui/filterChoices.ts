/**
 * The choices that contain every word of what was typed, in any case; "_" and "/" are word boundaries as in
 * "America/New_York". Those where a word begins with the text come first.
 */
export function filterChoices(choices: readonly string[], typed: string): string[] {
  const words = plain(typed)
    .split(' ')
    .filter(word => word !== '')
  if (words.length === 0) return [...choices]
  const ranked = choices.map(choice => ({ choice, rank: rankOf(` ${plain(choice)}`, words) }))
  return [0, 1].flatMap(rank => ranked.filter(one => one.rank === rank).map(one => one.choice))
}

function rankOf(choice: string, words: readonly string[]): number {
  if (!words.every(word => choice.includes(word))) return -1
  return words.every(word => choice.includes(` ${word}`)) ? 0 : 1
}

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[_/\s]+/g, ' ')
    .trim()
