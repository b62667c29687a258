import type { Payload, SavedPayload } from '../../contract/functionInvoke.ts'
import type { Localize } from './localize.ts'

/** What goes over the wire for a payload. */
export interface CallBody {
  readonly body: Uint8Array
  readonly contentType?: string
}

/** The bytes of a payload and their type; nothing has neither. */
export function bodyOf(payload: Payload): CallBody {
  if (payload.kind === 'empty') return { body: new Uint8Array() }
  const body = new TextEncoder().encode(payload.text)
  return { body, contentType: payload.kind === 'json' ? 'application/json' : payload.contentType }
}

/** What is offered where nothing was sent before. */
export const firstPayload: Payload = { kind: 'json', text: '{}' }

/** Adds or replaces one, in the order of names. */
export const withSaved = (all: readonly SavedPayload[], saved: SavedPayload): SavedPayload[] =>
  [...withoutSaved(all, saved.name), saved].sort((a, b) => a.name.localeCompare(b.name))

/** Takes one away. */
export const withoutSaved = (all: readonly SavedPayload[], name: string): SavedPayload[] =>
  all.filter(one => one.name !== name)

/** Gives one another name; one that has that name already gives way. */
export function renamed(all: readonly SavedPayload[], from: string, to: string): SavedPayload[] {
  const found = all.find(one => one.name === from)
  return found === undefined ? [...all] : withSaved(withoutSaved(all, from), { ...found, name: to })
}

/** What is wrong with a name, as a sentence. */
export function nameProblem(name: string, t: Localize): string | undefined {
  if (name.trim() === '') return t('A name is missing.')
  return name.trim().length > longestName ? t('A name has at most {0} characters.', longestName) : undefined
}

/** What fits into a list of them. */
const longestName = 60
