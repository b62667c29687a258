import { indentJson } from '../../base/indentJson.ts'
import type { Localize } from './localize.ts'
import { joined } from './treeNode.ts'

/** What a function answered and how long that took. */
export interface Answer {
  readonly status: number
  readonly contentType: string | undefined
  readonly body: Uint8Array
  /** Milliseconds from sending the call to its last byte. */
  readonly elapsed: number
  /** Set when the platform made the answer. */
  readonly code: string | undefined
}

/** An answer as a document: its language for highlighting, its text and a line about it. */
export interface AnswerDocument {
  readonly language: 'json' | 'html' | 'plaintext'
  readonly text: string
  /** "200 · 7.9 ms · 31 B" */
  readonly summary: string
}

/** Shows JSON indented, text as it is, and bytes as their number. */
export function answerDocument(answer: Answer, t: Localize): AnswerDocument {
  const type = answer.contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  const { length } = answer.body
  const summary = joined([String(answer.status), answer.code, milliseconds(answer.elapsed, t), bytes(length, t)])
  const text = decoded(answer.body)
  if (text === undefined)
    return { language: 'plaintext', text: t('{0} of {1}, which is not text.', bytes(length, t), type), summary }
  if (/[/+]json$/.test(type)) return { language: 'json', text: indented(text), summary }
  return { language: type === 'text/html' ? 'html' : 'plaintext', text, summary }
}

function decoded(body: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(body)
  return text.includes('\ufffd') || text.includes('\0') ? undefined : text
}

function indented(text: string): string {
  return isJson(text) ? `${indentJson(text)}\n` : text
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    // A function may call anything JSON.
    return false
  }
}

const milliseconds = (elapsed: number, t: Localize): string =>
  elapsed < 1000
    ? t('{0} ms', elapsed < 100 ? elapsed.toFixed(1) : Math.round(elapsed))
    : t('{0} s', (elapsed / 1000).toFixed(1))

function bytes(count: number, t: Localize): string {
  if (count < 1024) return t('{0} B', count)
  return count < 1024 * 1024 ? t('{0} KiB', (count / 1024).toFixed(1)) : t('{0} MiB', (count / 1024 / 1024).toFixed(1))
}
