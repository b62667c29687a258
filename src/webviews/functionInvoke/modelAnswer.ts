import { indentJson } from '../../base/indentJson.ts'
import type { CallAnswer, PanelCall } from '../../contract/functionInvoke.ts'
import type { Invocation } from '../../contract/invocations.ts'
import { t } from '../ui/text.ts'
import { spanText } from '../ui/times.ts'

/** Why a call failed, in the platform's words and the exception's. */
export interface CallFailure {
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
  readonly stack?: string | undefined
}

/** The failure that an answer tells: made by the platform, or broken off. Nothing for what the function itself answered. */
export function failureOf({ answer, failure }: PanelCall): CallFailure | undefined {
  if (failure !== undefined) return failure
  if (answer?.code === undefined) return undefined
  const { code, text = '' } = answer
  const body = parsed(text) as
    | {
        readonly error?: unknown
        readonly hint?: unknown
        readonly details?: { readonly exception?: { type?: string; message?: string; stack?: string } }
      }
    | undefined
  const exception = body?.details?.exception
  const cause = exception && [exception.type, exception.message].filter(Boolean).join(': ')
  const message = typeof body?.error === 'string' ? body.error : text
  return {
    code,
    message: cause ? `${message} ${cause}` : message,
    hint: typeof body?.hint === 'string' ? body.hint : undefined,
    stack: exception?.stack,
  }
}

/** The text of an answer as it is shown: JSON indented once it is whole, all else as it came. */
export function shownText(answer: CallAnswer, hasEnded: boolean): string {
  const { headers, text = '', isCut } = answer
  if (!hasEnded || isCut || !/[/+]json$/.test(typeOf(headers))) return text
  const known = indented.get(answer) ?? (parsed(text) === undefined ? text : indentJson(text))
  indented.set(answer, known)
  return known
}

/** The page is drawn at each line of a log; an answer is indented once. */
const indented = new WeakMap<CallAnswer, string>()

/** The media type without its parameters, in lower case. */
export const typeOf = (headers: CallAnswer['headers']): string =>
  headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? ''

/** "31 B", "1.5 KiB", "48.0 MiB". */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return t('{0} B', bytes)
  return bytes < 1024 * 1024 ? t('{0} KiB', (bytes / 1024).toFixed(1)) : t('{0} MiB', (bytes / 1024 / 1024).toFixed(1))
}

/** Milliseconds as a call's are told: "7.9 ms", "412 ms", "1.2 s". */
export const callSpan = (milliseconds: number): string =>
  milliseconds < 100 && !Number.isInteger(milliseconds) ? t('{0} ms', milliseconds.toFixed(1)) : spanText(milliseconds)

/** A running clock: "0:42", "1:02:03". */
export function stopwatch(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  const two = (n: number): string => String(n).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  return hours === 0 ? `${minutes}:${two(seconds % 60)}` : `${hours}:${two(minutes)}:${two(seconds % 60)}`
}

/** "succeeded, 200, 8 ms" and the like: what a row of the list says of a call. */
export function callText(call: Invocation, now: number): string {
  if (call.outcome === 'running') return t('running {0}', stopwatch(now - Date.parse(call.startedAt)))
  const length = call.durationMs === undefined ? '' : callSpan(call.durationMs)
  const status = call.statusCode?.toString() ?? call.code ?? ''
  // The sentence before the exception says the same for each.
  const cause = call.message?.replace(/^The function raised an exception\. (?=.)/, '') ?? ''
  return [status, call.outcome === 'failed' ? cause : '', length].filter(Boolean).join(' · ')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    // What calls itself JSON need not be.
    return undefined
  }
}
