import { isMaskedFrom } from '../../../platform/maskSecrets.ts'
import { createSeenLines, type SeenLines } from './seenLines.ts'
import type { TimedLine } from './timedLines.ts'

/**
 * Seen lines of a log that is stored masked: a line is known again by its masked text, and one that was stored also where its
 * value is another one by now, or can not be read any more.
 */
export function createMaskedSeenLines(
  stored: readonly TimedLine[],
  hide: (text: string) => string,
  options: { readonly lateMs?: number } = {},
): SeenLines {
  // An earlier version of the gateway may have stored them as they were.
  const known = stored.map(line => ({ ...line, text: hide(line.text) }))
  const byTime = Map.groupBy(known, ({ time }) => time)
  const seen = createSeenLines(known, options)
  const storedText = ({ time, text }: TimedLine): string => {
    const hidden = hide(text)
    const atThatTime = byTime.get(time) ?? []
    const isStored = atThatTime.some(line => line.text === hidden)
    return isStored ? hidden : (atThatTime.find(line => isMaskedFrom(line.text, text))?.text ?? hidden)
  }
  return { ...seen, take: line => seen.take({ ...line, text: storedText(line) }) }
}
