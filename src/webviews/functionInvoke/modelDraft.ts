import type { Payload, SavedPayload } from '../../contract/functionInvoke.ts'
import type { InvocationPayload } from '../../contract/invocations.ts'
import { t } from '../ui/text.ts'
import { type JsonProblem, jsonProblem } from './modelJsonProblem.ts'

/** What the page holds to be sent. Each kind keeps its text while another is chosen. */
export interface Draft {
  readonly kind: Payload['kind']
  readonly json: string
  readonly text: string
  /** Of `text`. */
  readonly contentType: string
}

/** What is there before anything was typed. */
export const firstDraft: Draft = { kind: 'json', json: '{}', text: '', contentType: 'text/plain' }

/** A draft that holds a payload; what the other kinds hold stays. */
export function withPayload(draft: Draft, payload: Payload): Draft {
  if (payload.kind === 'json') return { ...draft, kind: 'json', json: payload.text }
  if (payload.kind === 'empty') return { ...draft, kind: 'empty' }
  return { ...draft, kind: 'text', text: payload.text, contentType: payload.contentType }
}

/** What is sent. */
export function payloadIn({ kind, json, text, contentType }: Draft): Payload {
  if (kind === 'json') return { kind, text: json }
  return kind === 'text' ? { kind, text, contentType: contentType.trim() } : { kind }
}

/** Whether two payloads are sent alike. */
export const isSamePayload = (a: Payload, b: Payload): boolean => JSON.stringify(a) === JSON.stringify(b)

/** What hinders sending. */
export type DraftProblem =
  | { readonly field: 'json'; readonly problem: JsonProblem }
  | { readonly field: 'contentType'; readonly message: string }

/** The first thing that hinders sending; JSON is checked here, so that a slip costs no call. */
export function draftProblem(draft: Draft): DraftProblem | undefined {
  if (draft.kind === 'json') {
    const problem = jsonProblem(draft.json)
    return problem && { field: 'json', problem }
  }
  if (draft.kind === 'text' && !/^[\w!#$&^.+-]+\/[\w!#$&^.+*-]+(\s*;[ -~]*)?$/.test(draft.contentType.trim()))
    return { field: 'contentType', message: t('A content type is a word, a slash and a word, such as text/csv.') }
  return undefined
}

/** The name under which a payload is kept, if it is. */
export const savedName = (payload: Payload, saved: readonly SavedPayload[]): string | undefined =>
  saved.find(one => isSamePayload(one.payload, payload))?.name

/**
 * What a call was sent, as the editor can hold it: text without attributes beside its type. Undefined for bytes and for
 * CloudEvents, which are sent again as they were.
 */
export function payloadOf({ headers, body, encoding }: InvocationPayload): Payload | undefined {
  const { 'content-type': given = '', ...others } = headers
  const contentType = [given].flat().join()
  if (encoding !== 'utf8' || Object.keys(others).length > 0) return undefined
  if (body === '') return { kind: 'empty' }
  if (contentType === 'application/json') return { kind: 'json', text: body }
  return contentType === '' ? undefined : { kind: 'text', text: body, contentType }
}
