import { Document, isCollection, isMap, isNode, isScalar, isSeq, type Node, Scalar, type YAMLMap } from 'yaml'
import { pairAt, parentAt, type TextRange, type YamlPath } from './yamlPlaces.ts'

/** A part of a text and what comes in its place. */
export interface TextEdit extends TextRange {
  readonly text: string
}

/** Makes the edits, whatever their order; no two may overlap. */
export const applyEdits = (text: string, edits: readonly TextEdit[]): string =>
  [...edits]
    .sort((a, b) => b.start - a.start)
    .reduce((edited, edit) => edited.slice(0, edit.start) + edit.text + edited.slice(edit.end), text)

/**
 * The edit that gives a field of a document a value, with indentation, quotes and braces as the file has them; undefined
 * removes it. Nothing when the file has no mapping for it.
 */
export function editField(
  document: Document.Parsed,
  text: string,
  path: YamlPath,
  value: unknown,
): TextEdit | undefined {
  const map = parentAt(document, path)
  const key = String(path.at(-1))
  const pair = pairAt(document, path)
  if (!isMap(map) || map.range == null) return undefined
  const from = isNode(pair?.key) ? pair.key.range?.[0] : undefined
  if (value === undefined) return from === undefined ? undefined : removed(text, from, endOf(text, from, pair?.value))
  if (from === undefined) return added(text, map, key, value)
  const end = endOf(text, from, pair?.value)
  return { start: from, end, text: rendered(key, value, pair?.value, columnOf(text, from)) }
}

/** Where the text of a value ends, without the lines that only follow it. */
function endOf(text: string, from: number, value: unknown): number {
  const end = isNode(value) ? (value.range?.[1] ?? from) : from
  return from + text.slice(from, end).trimEnd().length
}

const columnOf = (text: string, offset: number): number => offset - (text.lastIndexOf('\n', offset - 1) + 1)

const lineEnd = (text: string, offset: number): number => (text.indexOf('\n', offset) + 1 || text.length + 1) - 1

function removed(text: string, from: number, end: number): TextEdit {
  const start = text.lastIndexOf('\n', from - 1) + 1
  return { start, end: Math.min(text.length, lineEnd(text, end) + 1), text: '' }
}

/** Behind the last field that is one line: fields that people look for together stand together. */
function added(text: string, map: YAMLMap, key: string, value: unknown): TextEdit | undefined {
  const last = map.items.findLast(item => isScalar(item.value)) ?? map.items[0]
  if (!isNode(last?.key) || last.key.range == null) return undefined
  const from = last.key.range[0]
  if (map.flow === true) {
    const end = endOf(text, from, last.value)
    return { start: end, end, text: `, ${rendered(key, value, { flow: true }, 0)}` }
  }
  const column = columnOf(text, from)
  if (!isScalar(last.value))
    return { start: from, end: from, text: `${rendered(key, value, undefined, column)}\n${' '.repeat(column)}` }
  const at = lineEnd(text, endOf(text, from, last.value))
  return { start: at, end: at, text: `\n${' '.repeat(column)}${rendered(key, value, undefined, column)}` }
}

/** `key: value` in the manner of what is there, its further lines moved to a column. */
function rendered(key: string, value: unknown, like: unknown, column: number): string {
  const document = new Document({ [key]: value })
  imitate(document.get(key, true), like)
  const lines = document.toString({ lineWidth: 0, flowCollectionPadding: false }).trimEnd().split('\n')
  return lines.map((line, i) => (i === 0 || line === '' ? line : `${' '.repeat(column)}${line}`)).join('\n')
}

function imitate(node: unknown, like: unknown): void {
  if (isScalar(node) && isScalar(like) && typeof node.value === 'string' && isQuoted(like)) node.type = like.type!
  if (!isCollection(node)) return
  node.flow = (like as { readonly flow?: boolean } | undefined)?.flow === true
  if (isSeq(node) && isSeq(like)) node.items.forEach((item, i) => imitate(item, like.items[i]))
}

const isQuoted = (node: Node): boolean =>
  isScalar(node) && (node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE)
