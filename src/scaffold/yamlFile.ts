import {
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseAllDocuments,
  visit,
  type Document,
  type YAMLMap,
  type YAMLParseError,
} from 'yaml'
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

/** Longer ones are no settings: each would keep its reader busy for seconds. */
export const largestYaml = 1024 * 1024

/** Parses every document of a YAML text. Errors carry `{file, line}`; `code` says whose text it is. */
export function parseYaml(text: string, file: string, code: ErrorCode = 'INVALID_REQUEST'): YamlDocument[] {
  if (text.length > largestYaml) throw tooLarge(file, code)
  const lines = new LineCounter()
  // The parser compares each key with every other one.
  const parsed = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: false })
  const documents = Array.isArray(parsed) ? parsed : []
  return documents.map(document => {
    const at = (offset: number, problem: string, cause?: unknown) => {
      const line = lines.linePos(offset).line
      return new HksError(code, `${file}:${line}: ${problem}`, {
        details: { file, line, message: problem },
        ...(cause === undefined ? {} : { cause }),
      })
    }
    const first = document.errors[0]
    if (first !== undefined) throw at(first.pos[0], problemOf(first), first)
    refuseRepeatedKeys(document, at)
    const lineOf = (path: readonly (string | number)[]): number =>
      lines.linePos(offsetOf(document, path) ?? document.range[0]).line
    return {
      file,
      document,
      value: valueOf(document, at),
      lineOf,
      fault: (path, problem, hint) => {
        const line = lineOf(path)
        const field = path.join('.')
        const message = `${field === '' ? '' : `${field}: `}${problem}`
        return new HksError(code, `${file}:${line}: ${message}`, {
          details: { file, line, field, message },
          ...(hint === undefined ? {} : { hint }),
        })
      },
    }
  })
}

/** The fault of a text that is longer than {@link largestYaml}. */
export const tooLarge = (file: string, code: ErrorCode = 'INVALID_REQUEST'): HksError =>
  new HksError(code, `${file}: is larger than ${largestYaml / 1024} KiB, which no file of settings is.`, {
    details: { file, line: 1 },
  })

type FaultAt = (offset: number, problem: string, cause?: unknown) => HksError

/** What is wrong, without the place, which is told beside it. */
function problemOf({ code, message }: YAMLParseError): string {
  if (code === 'RESOURCE_EXHAUSTION') return 'Lists and mappings are nested too deeply here.'
  return (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:$/, '.')
}

function refuseRepeatedKeys(document: Document.Parsed, at: FaultAt): void {
  visit(document, {
    Map: (_, map) => {
      const seen = new Set<unknown>()
      for (const { key } of map.items) {
        if (!isScalar(key)) continue
        if (seen.has(key.value)) throw at(key.range?.[0] ?? 0, `${JSON.stringify(key.value)} is there twice.`)
        seen.add(key.value)
      }
    },
  })
}

/** Aliases of aliases make a short text a huge value: the parser counts what they stand for, and stops. */
function valueOf(document: Document.Parsed, at: FaultAt): unknown {
  try {
    const value: unknown = document.toJS()
    if (holdsItself(value)) throw new Error('An alias stands for what it is in')
    return value
  } catch (cause) {
    let offset = document.range[0]
    visit(document, {
      Alias: (_, alias) => {
        offset = alias.range?.[0] ?? offset
        return visit.BREAK
      },
    })
    throw at(offset, `can not be read: ${(cause as Error).message}.`, cause)
  }
}

/** No JSON could say it. */
function holdsItself(value: unknown, around = new Set<unknown>(), known = new Set<unknown>()): boolean {
  if (typeof value !== 'object' || value === null || known.has(value)) return false
  if (around.has(value)) return true
  around.add(value)
  const isCircle = Object.values(value).some(part => holdsItself(part, around, known))
  around.delete(value)
  known.add(value)
  return isCircle
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
