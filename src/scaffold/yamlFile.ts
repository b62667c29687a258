import { isMap, isNode, LineCounter, parseAllDocuments, type Document, type YAMLMap } from 'yaml'
import { type ErrorCode, HksError } from '../contract/errors.ts'

/** One document of a YAML file, with what is needed to name the line of a fault. */
export interface YamlDocument {
  readonly file: string
  readonly document: Document.Parsed
  readonly value: unknown
  /** Line (from 1) of the value at a path, or of the nearest value that holds it. */
  lineOf(path: readonly (string | number)[]): number
  /** An error that names the file and the line of the value at `path`. */
  fault(path: readonly (string | number)[], problem: string, hint?: string): HksError
}

/** Parses every document of a YAML text. Errors carry `{file, line}`; `code` says whose text it is. */
export function parseYaml(text: string, file: string, code: ErrorCode = 'INVALID_REQUEST'): YamlDocument[] {
  const lines = new LineCounter()
  const parsed = parseAllDocuments(text, { lineCounter: lines })
  const documents = Array.isArray(parsed) ? parsed : []
  return documents.map(document => {
    const first = document.errors[0]
    if (first !== undefined) {
      const line = lines.linePos(first.pos[0]).line
      throw new HksError(code, `${file}:${line}: ${first.message.split('\n')[0]}`, {
        details: { file, line },
        cause: first,
      })
    }
    const lineOf = (path: readonly (string | number)[]): number =>
      lines.linePos(offsetOf(document, path) ?? document.range[0]).line
    return {
      file,
      document,
      value: document.toJS() as unknown,
      lineOf,
      fault: (path, problem, hint) => {
        const line = lineOf(path)
        const field = path.join('.')
        return new HksError(code, `${file}:${line}: ${field === '' ? '' : `${field}: `}${problem}`, {
          details: { file, line, field },
          ...(hint === undefined ? {} : { hint }),
        })
      },
    }
  })
}

function offsetOf(document: Document.Parsed, path: readonly (string | number)[]): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const at = path.slice(0, length)
    const key = at.at(-1)
    const parent: unknown = length === 0 ? undefined : document.getIn(at.slice(0, -1), true)
    const start = isMap(parent) ? keyOffset(parent, key) : undefined
    if (start !== undefined) return start
    const node: unknown = document.getIn(at, true)
    if (isNode(node) && node.range != null) return node.range[0]
  }
  return undefined
}

function keyOffset(map: YAMLMap, key: string | number | undefined): number | undefined {
  const pair = map.items.find(item => isNode(item.key) && 'value' in item.key && item.key.value === key)
  return isNode(pair?.key) ? pair.key.range?.[0] : undefined
}
