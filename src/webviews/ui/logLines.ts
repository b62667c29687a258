import type { LogLine } from '../../contract/logs.ts'

/** Lines that the page keeps; the whole log is in the output channel. */
export const keptLines = 10_000

// Colours and other commands to a terminal begin with the escape character.
const escapeSequence = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g

/** A line without the escape sequences that colour a terminal. */
export const plainText = (text: string): string => text.replaceAll(escapeSequence, '')

/** A line's time as it was written, "14:00:00.512", in the zone of the offset given in milliseconds. */
export function lineTime(line: LogLine, offset: number): string {
  return new Date(Date.parse(line.time) + offset).toISOString().slice(11, 23)
}

/** What the copy button copies: time, stream and text of each line. */
export function copyText(lines: readonly LogLine[]): string {
  return lines.map(line => `${line.time} ${line.stream} ${plainText(line.text)}\n`).join('')
}

/** Where a text occurs in a line, in any case: offsets of the first characters. */
export function occurrences(line: string, wanted: string): number[] {
  if (wanted === '') return []
  const found: number[] = []
  const text = line.toLowerCase()
  const part = wanted.toLowerCase()
  // Lower case can be longer than the text it comes from; then offsets would not fit.
  if (text.length !== line.length) return []
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) found.push(at)
  return found
}
