import { t } from '../ui/text.ts'

/** What is wrong with a JSON text, and where. */
export interface JsonProblem {
  /** Of the character at fault; the length of the text when something is missing at its end. */
  readonly offset: number
  /** Both from 1. */
  readonly line: number
  readonly column: number
  /** A sentence. */
  readonly message: string
}

/** The first thing that is wrong with a JSON text; nothing when it is valid. An empty text is not. */
export function jsonProblem(text: string): JsonProblem | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch {
    // What the browser says differs from version to version, and not always says where.
    return at(text, faultOf(text))
  }
}

interface Fault {
  readonly offset: number
  readonly message: string
}

/** What may stand next. */
type Expected = 'value' | 'valueOrEnd' | 'name' | 'nameOrEnd' | 'colon' | 'commaOrEnd' | 'nothing'

const space = /[ \t\n\r]*/y
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])/y
const word = /(?:true|false|null)(?![\w$])/y

/** Where the text stops being JSON. Keeps the open objects and lists itself, however deep they are. */
function faultOf(text: string): Fault {
  const open: ('{' | '[')[] = []
  let expected: Expected = 'value'
  let offset = 0
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = offset
    if (!pattern.test(text)) return false
    offset = pattern.lastIndex
    return true
  }
  const afterValue = (): Expected => (open.length === 0 ? 'nothing' : 'commaOrEnd')
  const close = (mark: string): boolean => {
    if (mark !== (open.at(-1) === '{' ? '}' : ']')) return false
    open.pop()
    offset++
    expected = afterValue()
    return true
  }
  for (;;) {
    take(space)
    const char = text[offset]
    if (char === undefined) return { offset, message: missing(expected, open.at(-1)) }
    if (expected === 'nothing') return { offset, message: t('Nothing may follow the value.') }
    if (expected === 'colon') {
      if (char !== ':') return { offset, message: t('A colon must follow the name.') }
      offset++
      expected = 'value'
    } else if (expected === 'commaOrEnd') {
      if (char === ',') {
        offset++
        expected = open.at(-1) === '{' ? 'name' : 'value'
      } else if (!close(char)) return { offset, message: missing(expected, open.at(-1)) }
    } else if (expected === 'name' || expected === 'nameOrEnd') {
      if (expected === 'nameOrEnd' && close(char)) continue
      if (!take(string)) return nameFault(text, offset, char, expected)
      expected = 'colon'
    } else if (char === '{' || char === '[') {
      open.push(char)
      offset++
      expected = char === '{' ? 'nameOrEnd' : 'valueOrEnd'
    } else if (expected === 'valueOrEnd' && close(char)) continue
    else if (take(string) || take(number) || take(word)) expected = afterValue()
    else return valueFault(text, offset, char)
  }
}

function missing(expected: Expected, container: '{' | '[' | undefined): string {
  if (expected === 'colon') return t('A colon must follow the name.')
  if (expected === 'commaOrEnd')
    return container === '{' ? t('A comma or } is missing here.') : t('A comma or ] is missing here.')
  if (expected === 'name') return t('A name is missing after the comma.')
  if (expected === 'nameOrEnd') return t('The object does not end: } is missing.')
  return expected === 'valueOrEnd' ? t('The list does not end: ] is missing.') : t('A value is missing here.')
}

function nameFault(text: string, offset: number, char: string, expected: 'name' | 'nameOrEnd'): Fault {
  if (char === '"') return stringFault(text, offset)
  if (char === '}' && expected === 'name') return { offset, message: t('No comma may stand before }.') }
  return { offset, message: t('Names need double quotes.') }
}

function valueFault(text: string, offset: number, char: string): Fault {
  if (char === '"') return stringFault(text, offset)
  if (char === ']') return { offset, message: t('No comma may stand before ].') }
  if (char === "'" || char === '`') return { offset, message: t('Texts need double quotes.') }
  if (/[-+.\d]/.test(char)) return { offset, message: t('This is no number in JSON.') }
  const name = /^[\w$]+/.exec(text.slice(offset, offset + 40))?.[0]
  if (name !== undefined) return { offset, message: t('{0} is no value in JSON; texts need double quotes.', name) }
  return { offset, message: t('A value is missing here.') }
}

/** The first character inside a string that may not stand there. */
function stringFault(text: string, start: number): Fault {
  for (let offset = start + 1; offset < text.length; offset++) {
    const char = text[offset]!
    if (char === '\n' || char === '\r')
      return { offset: start, message: t('The text does not end on its line: " is missing.') }
    if (char < ' ')
      return { offset, message: t('A tab or another control character must be written as \\t or \\u0009.') }
    if (char !== '\\') continue
    if (!/^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(text.slice(offset, offset + 6)))
      return { offset, message: t('No such character can be written with a backslash; a backslash itself is \\\\.') }
    offset++
  }
  return { offset: start, message: t('The text does not end: " is missing.') }
}

function at(text: string, { offset, message }: Fault): JsonProblem {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return { offset, line, column: offset - before.lastIndexOf('\n'), message }
}
