import { type Document, isAlias, isCollection, isMap, isNode, isScalar, isSeq, type Node, type Pair } from 'yaml'

/** A part of a text: offsets from 0 in UTF-16 units, `end` excluded. */
export interface TextRange {
  readonly start: number
  readonly end: number
}

/** A text in a YAML document and where it stands. */
export interface PlacedText extends TextRange {
  readonly value: string
  /** Where its first character stands; absent when the file writes it in another way, as with escapes. */
  readonly at?: number
}

/** Keys and indices that lead from the top of a document to a value. */
export type YamlPath = readonly (string | number)[]

/**
 * The part of a text that a fault of the value at `path` underlines: the value if it is one line, else its key; of
 * what is missing, the key of what should hold it.
 */
export function rangeOf(document: Document.Parsed, text: string, path: YamlPath): TextRange {
  for (let length = path.length; length > 0; length--) {
    const at = path.slice(0, length)
    const value = nodeAt(document, at)
    const key = pairAt(document, at)?.key
    const isWhole = length === path.length && isNode(value) && (!isCollection(value) || key === undefined)
    const shown = isWhole && hasText(value) ? value : isNode(key) ? key : value
    if (isNode(shown) && shown.range != null) return firstLine(text, shown.range[0], shown.range[1])
  }
  const { contents } = document
  const first: unknown = isMap(contents) ? contents.items[0]?.key : contents
  const range = isNode(first) ? first.range : undefined
  return firstLine(text, range?.[0] ?? document.range[0], range?.[1] ?? document.range[1])
}

/** The key of a field; of what has none the same as {@link rangeOf}. */
export function keyRangeOf(document: Document.Parsed, text: string, path: YamlPath): TextRange {
  const key = pairAt(document, path)?.key
  if (!isNode(key) || key.range == null) return rangeOf(document, text, path)
  return firstLine(text, key.range[0], key.range[1])
}

/** The field at a path, from its key to the end of its value. */
export function entryRangeOf(document: Document.Parsed, text: string, path: YamlPath): TextRange {
  const key = keyRangeOf(document, text, path)
  const value = nodeAt(document, path)
  return { start: key.start, end: Math.max(key.end, isNode(value) ? (value.range?.[1] ?? 0) : 0) }
}

/** The text at a path, also one that an alias stands for; nothing where there is none. */
export function textAt(document: Document.Parsed, text: string, path: YamlPath): PlacedText | undefined {
  const node = nodeAt(document, path)
  const scalar = isAlias(node) ? node.resolve(document) : node
  if (!isNode(node) || node.range == null || !isScalar(scalar) || typeof scalar.value !== 'string') return undefined
  const [start, end] = node.range
  const written = text.slice(start, end)
  const quotes = /^(["']).*\1$/s.test(written) ? 1 : 0
  const isPlain = written.slice(quotes, written.length - quotes) === scalar.value
  return { value: scalar.value, start, end, ...(isPlain ? { at: start + quotes } : {}) }
}

/** Line (from 1) of a field is where its key stands, so this is the offset of its key, or of the nearest around it. */
export function offsetOf(document: Document.Parsed, path: YamlPath): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const at = path.slice(0, length)
    const key = pairAt(document, at)?.key
    if (isNode(key) && key.range != null) return key.range[0]
    const node = nodeAt(document, at)
    if (isNode(node) && node.range != null) return node.range[0]
  }
  return undefined
}

/** The value at a path, as it is written there: an alias is followed only on the way. */
function nodeAt(document: Document.Parsed, path: YamlPath): unknown {
  const key = path.at(-1)
  if (key === undefined) return document.contents
  const parent = parentAt(document, path)
  return isSeq(parent) ? parent.items[Number(key)] : pairAt(document, path)?.value
}

/** The entry of a mapping at a path; nothing for an item of a list. */
export function pairAt(document: Document.Parsed, path: YamlPath): Pair<unknown, unknown> | undefined {
  const parent = path.length === 0 ? undefined : parentAt(document, path)
  if (!isMap(parent)) return undefined
  return parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)))
}

/** The list or mapping that holds the value at a path. */
export function parentAt(document: Document.Parsed, path: YamlPath): unknown {
  const node = nodeAt(document, path.slice(0, -1))
  return isAlias(node) ? node.resolve(document) : node
}

const hasText = ({ range }: Node): boolean => range != null && range[1] > range[0]

/** At least one character, so that it can be seen. */
function firstLine(text: string, start: number, end: number): TextRange {
  const line = text.slice(start, Math.max(end, start + 1)).split(/\r?\n/)[0] ?? ''
  return { start, end: start + Math.max(1, line.trimEnd().length) }
}
