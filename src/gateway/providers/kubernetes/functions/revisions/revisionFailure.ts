import { defined } from '../../../../../base/defined.ts'
import { LoadFailure } from '../../../../domain/loadFailure.ts'

/** What a container's program says last when it can not serve. */
export interface Termination {
  readonly exitCode: number
  readonly reason?: string
  /** When the container that ended had started; RFC 3339. */
  readonly startedAt?: string | null
  /** Its termination message: a line `CODE TYPE: MESSAGE (at FILE:LINE:COLUMN)` and below it the stack. */
  readonly message?: string
}

/** Platform's own reasons that are no exception's name. */
const types: Readonly<Record<string, string>> = {
  HANDLER_NOT_FOUND: 'HandlerNotFound',
  LOAD_TIMEOUT: 'LoadTimeout',
  LIMIT_EXCEEDED: 'LimitExceeded',
  PROCESS_ENDED: 'ProcessEnded',
  CRASH_LOOP: 'ProcessEnded',
  SOURCE_UNREADABLE: 'ProcessEnded',
}
const headline = /^(?<code>[A-Z][A-Z_]+) (?<type>[\w.$]+): (?<message>.*?)(?: \(at (?<place>.+?)\))?$/
const placeForm = /^(?<file>.*?)(?::(?<line>\d+))?(?::(?<column>\d+))?$/

/** Why the program in a pod could not load the code; `printed` are the container's last lines. */
export function terminationFailure(terminated: Termination, printed: readonly string[]): LoadFailure {
  const lines = (terminated.message ?? '').trimEnd().split('\n')
  const at = lines.findIndex(line => headline.test(line))
  const found = at < 0 ? undefined : headline.exec(lines[at]!)?.groups
  if (!found) {
    const type = terminated.reason === 'OOMKilled' ? 'LimitExceeded' : 'ProcessEnded'
    return new LoadFailure(type, endWords(terminated), { printed, trace: [] })
  }
  const { code = '', type = '', message = '', place } = found
  const trace = lines.slice(at + 1).filter(line => line.trim() !== '')
  return new LoadFailure(types[code] ?? type, message, {
    ...(place === undefined ? {} : { place: placeOf(place) }),
    isSyntaxError: code === 'SOURCE_INVALID',
    // What the program says last is the failure itself, not the code's own words.
    printed: printed.filter(line => line !== lines[at] && !trace.includes(line)),
    trace,
  })
}

function endWords({ exitCode, reason }: Termination): string {
  if (reason === 'OOMKilled')
    return 'The container was ended while the code was loaded: it used more memory than its limit. Raise resources.memory in function.yaml, or hold less at once.'
  return `The container ended while the code was loaded (exit code ${exitCode}).`
}

function placeOf(text: string): { readonly file: string; readonly line?: number; readonly column?: number } {
  const { file = text, line, column } = placeForm.exec(text)?.groups ?? {}
  return defined({
    file,
    line: line === undefined ? undefined : Number(line),
    column: column === undefined ? undefined : Number(column),
  })
}
