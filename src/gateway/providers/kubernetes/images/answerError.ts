import { type ToldError, UnexpectedAnswer } from './registryError.ts'
import { type Answer, readText } from './transport.ts'

const mostBytes = 64 * 1024
const longestMessage = 300

/** Reads an answer that is not what was expected: its status, and the errors in its body. */
export async function readAnswerError(answer: Answer): Promise<UnexpectedAnswer> {
  // Why the rest can not be read is of no interest beside the status.
  const text = await readText(answer, mostBytes).catch(() => '')
  return new UnexpectedAnswer(answer.status, errorsIn(text), retryAfterOf(answer.headers['retry-after']))
}

function errorsIn(text: string): readonly ToldError[] {
  try {
    const { errors, details } = JSON.parse(text) as { readonly errors?: unknown; readonly details?: unknown }
    if (!Array.isArray(errors)) return typeof details === 'string' ? [{ code: '', message: shorten(details) }] : []
    return errors.map((error: unknown) => {
      const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown }
      const word = (value: unknown) => (typeof value === 'string' ? shorten(value) : '')
      return { code: word(code), message: word(message) }
    })
  } catch {
    // A page of a proxy, or nothing.
    return []
  }
}

const shorten = (text: string): string => (text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text)

/** Seconds, or an HTTP date. */
function retryAfterOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(ms) ? Math.max(ms, 0) : undefined
}
