import { isScalar, LineCounter, parseAllDocuments, visit, type Document, type YAMLParseError } from 'yaml'
import { type ErrorCode, HksError } from '../contract/errors.ts'
import { keyRangeOf, offsetOf, rangeOf, type TextRange, type YamlPath } from './yamlPlaces.ts'

/** One document of a YAML file, with what is needed to name the line of a fault. */
export interface YamlDocument {
  readonly file: string
  readonly document: Document.Parsed
  /** What it holds; undefined where it is broken beyond that. */
  readonly value: unknown
  /** Why it cannot be read as it is. Only {@link parseEachYaml} gives such documents. */
  readonly broken?: HksError
  /** Line (from 1) of the value at a path, or of the nearest value that holds it. */
  lineOf(path: YamlPath): number
  /** An error that names the file, the line and the range of the value at `path`. */
  fault(path: YamlPath, problem: string, hint?: string): HksError
  /** An error at the beginning of the document, which is the line that separates it from the one before. */
  startFault(problem: string): HksError
  /** The same of a key that should not be there. */
  keyFault(path: YamlPath, problem: string, hint?: string): HksError
}

/** Longer ones are no settings: each would keep its reader busy for seconds. */
export const largestYaml = 1024 * 1024

/** Parses every document of a YAML text. Errors carry `{file, line, range}`; `code` says whose text it is. */
export function parseYaml(text: string, file: string, code: ErrorCode = 'INVALID_REQUEST'): YamlDocument[] {
  return parseEachYaml(text, file, code).map(document => {
    if (document.broken !== undefined) throw document.broken
    return document
  })
}

/** As {@link parseYaml}, but a document that is broken keeps no other from being read. */
export function parseEachYaml(text: string, file: string, code: ErrorCode = 'INVALID_REQUEST'): YamlDocument[] {
  if (text.length > largestYaml) throw tooLarge(file, code)
  const lines = new LineCounter()
  // The parser compares each key with every other one.
  const parsed = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: false, logLevel: 'error' })
  const documents = Array.isArray(parsed) ? parsed : []
  return documents.map(document => {
    const at: FaultAt = (range, problem, cause, offset = range.start) => {
      const line = lines.linePos(offset).line
      return new HksError(code, `${file}:${line}: ${problem}`, {
        details: { file, line, message: problem, range },
        ...(cause === undefined ? {} : { cause }),
      })
    }
    const lineOf = (path: YamlPath): number => lines.linePos(offsetOf(document, path) ?? document.range[0]).line
    const faultIn = (range: TextRange, path: YamlPath, problem: string, hint?: string): HksError => {
      const line = lineOf(path)
      const field = path.join('.')
      const message = `${field === '' ? '' : `${field}: `}${problem}`
      return new HksError(code, `${file}:${line}: ${message}`, {
        details: { file, line, field, message, range },
        ...(hint === undefined ? {} : { hint }),
      })
    }
    const value = valueOf(document, at)
    const broken = syntaxFault(document, text, at) ?? repeatedKey(document, at) ?? value.fault
    return {
      file,
      document,
      value: value.value,
      ...(broken === undefined ? {} : { broken }),
      lineOf,
      startFault: problem => at(startOf(document, text), problem),
      fault: (path, problem, hint) => faultIn(rangeOf(document, text, path), path, problem, hint),
      keyFault: (path, problem, hint) => faultIn(keyRangeOf(document, text, path), path, problem, hint),
    }
  })
}

/** The fault of a text that is longer than {@link largestYaml}. */
export const tooLarge = (file: string, code: ErrorCode = 'INVALID_REQUEST'): HksError =>
  new HksError(code, `${file}: is larger than ${largestYaml / 1024} KiB, which no file of settings is.`, {
    details: { file, line: 1 },
  })

/** Its separator, or where it has none its first character. */
function startOf({ range }: Document.Parsed, text: string): TextRange {
  const start = range[0]
  return { start, end: start + (text.startsWith('---', start) ? 3 : 1) }
}

/** `offset` is where it was noticed, if that is not where it is shown. */
type FaultAt = (range: TextRange, problem: string, cause?: unknown, offset?: number) => HksError

function syntaxFault(document: Document.Parsed, text: string, at: FaultAt): HksError | undefined {
  const first = document.errors[0]
  if (first === undefined) return undefined
  const [from, to] = first.pos
  // What is missing at the end of a text is seen at its last character.
  const start = Math.max(0, Math.min(from, text.trimEnd().length - 1))
  return at({ start, end: Math.max(to, start + 1) }, problemOf(first), first, from)
}

/** What is wrong, without the place, which is told beside it. */
function problemOf({ code, message }: YAMLParseError): string {
  if (code === 'RESOURCE_EXHAUSTION') return 'Lists and mappings are nested too deeply here.'
  return (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:$/, '.')
}

function repeatedKey(document: Document.Parsed, at: FaultAt): HksError | undefined {
  let fault: HksError | undefined
  visit(document, {
    Map: (_, map) => {
      const seen = new Set<unknown>()
      for (const { key } of map.items) {
        if (!isScalar(key)) continue
        if (seen.has(key.value)) {
          const [start = 0, end = 1] = key.range ?? []
          fault = at({ start, end }, `${JSON.stringify(key.value)} is there twice.`)
          return visit.BREAK
        }
        seen.add(key.value)
      }
      return undefined
    },
  })
  return fault
}

/** Aliases of aliases make a short text a huge value: the parser counts what they stand for, and stops. */
function valueOf(document: Document.Parsed, at: FaultAt): { readonly value?: unknown; readonly fault?: HksError } {
  try {
    const value: unknown = document.toJS()
    if (holdsItself(value)) throw new Error('An alias stands for what it is in')
    return { value }
  } catch (cause) {
    let range = { start: document.range[0], end: document.range[0] + 1 }
    visit(document, {
      Alias: (_, alias) => {
        if (alias.range != null) range = { start: alias.range[0], end: alias.range[1] }
        return visit.BREAK
      },
    })
    return { fault: at(range, `can not be read: ${(cause as Error).message}.`, cause) }
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
